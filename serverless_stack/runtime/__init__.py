"""Code for inside a Lambda function: caches and objects in S3.

Importing this package or ``serverless_stack.runtime.caching`` loads neither aws_cdk, boto3,
redis nor pymemcache; each client library is loaded with the first connection.
"""
