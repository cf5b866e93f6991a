"""Constructs, runtime and tools for serverless web applications on AWS.

Importing this package loads nothing. Take the door that you need:

* ``serverless_stack.constructs``: CDK constructs, at synthesis.
* ``serverless_stack.runtime``: what runs inside a Lambda function.
* ``serverless_stack.local``: deploy to this machine, without Docker or an account.
"""
