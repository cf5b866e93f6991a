"""Signing: the key pair of signed URLs and cookies."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.constructs._internal.arguments import check_types


class Signing(Construct):
    """The keys by which CloudFront verifies signed URLs and cookies.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the keys.
        rotate_every: How often the keys are rotated. Default: never.

    Attributes:
        key_group: The key group that a behavior trusts.
    """

    key_group: cloudfront.IKeyGroup

    @check_types
    def __init__(
        self, scope: Construct, construct_id: str, *, rotate_every: Duration | None = None
    ) -> None:
        super().__init__(scope, construct_id)
