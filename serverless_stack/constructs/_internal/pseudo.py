"""Pseudo parameters of CloudFormation, each asked of CDK once: reading one is a call of jsii."""

from functools import cache

from aws_cdk import Aws


@cache
def account_id() -> str:
    """Return the account that the stack is deployed to, as a token."""
    return Aws.ACCOUNT_ID


@cache
def region() -> str:
    """Return the region that the stack is deployed to, as a token."""
    return Aws.REGION


@cache
def url_suffix() -> str:
    """Return the domain of AWS in the partition of the stack, as a token."""
    return Aws.URL_SUFFIX
