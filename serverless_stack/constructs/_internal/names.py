"""Names and descriptions that AWS accepts, made from the paths of constructs."""

import re
from functools import cache

from aws_cdk import Token
from constructs import IConstruct

from serverless_stack.constructs._internal.tree import path_of

# What EC2, AWS WAF and ElastiCache all accept in descriptions.
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9 =:#@/,._+-]")
_MAX_LENGTH = 255


def description_of(construct: IConstruct, before: str = "") -> str:
    """Return a description with the path of a construct, in characters that AWS accepts.

    Args:
        construct: The construct.
        before: Text before the path.
    """
    text = f"{before} {path_of(construct)}".lstrip()
    return _NOT_ALLOWED.sub("-", text)[:_MAX_LENGTH]


@cache
def stack_uuid() -> str:
    """Return the UUID of the stack, for names that are unique in an account over all regions."""
    parts = {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}
    return Token.as_string({"Fn::Select": [2, parts]})
