"""The local cloud: a real `cdk deploy` of any CDK app on this machine, without an AWS account.

Importing this package loads nothing. Start with `serverless_stack.local.cloud.LocalCloud`.
"""
