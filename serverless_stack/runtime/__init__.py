"""What runs inside Lambda: standard library, plus a client library only where it is used.

Importing this package or ``serverless_stack.runtime.caching`` loads neither aws_cdk, boto3,
redis nor pymemcache: a store imports its client library on first use.
"""
