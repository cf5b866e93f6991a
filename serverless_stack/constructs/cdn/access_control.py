"""Origin access controls: one of each kind for all distributions of a stack."""

import hashlib
import json
from typing import TypeVar

from aws_cdk import Names
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs._internal.tree import stack_of

_Control = TypeVar(
    "_Control",
    cloudfront.S3OriginAccessControl,
    cloudfront.FunctionUrlOriginAccessControl,
    cloudfront.MediaPackageV2OriginAccessControl,
)


def bucket_access_control(scope: Construct) -> cloudfront.S3OriginAccessControl:
    """Return the access control by which all distributions of a stack read buckets.

    Args:
        scope: The construct of the distribution.
    """
    return _shared(scope, "", cloudfront.S3OriginAccessControl)


def function_access_control(scope: Construct) -> cloudfront.FunctionUrlOriginAccessControl:
    """Return the access control by which all distributions of a stack call function URLs.

    Args:
        scope: The construct of the distribution.
    """
    return _shared(scope, "Functions", cloudfront.FunctionUrlOriginAccessControl)


def media_access_control(scope: Construct) -> cloudfront.MediaPackageV2OriginAccessControl:
    """Return the access control by which all distributions of a stack read MediaPackage.

    Args:
        scope: The construct of the distribution.
    """
    return _shared(scope, "Media", cloudfront.MediaPackageV2OriginAccessControl)


def _shared(scope: Construct, kind: str, control: type[_Control]) -> _Control:
    return shared_construct(
        scope,
        None,
        f"OriginAccessControl{kind}",
        control,
        lambda home, construct_id: control(
            home, construct_id, origin_access_control_name=unique_name(home, kind, 64)
        ),
    )


def unique_name(home: Construct, kind: str, max_length: int) -> str:
    """Return a name that is unique in the account over all regions, as CloudFront's have to be.

    CDK's own names have the path alone in them, so that a stack could not be deployed to a second
    region.

    Args:
        home: A construct of the stack.
        kind: What tells the resource from others of its type in the stack.
        max_length: The longest name that CloudFront accepts.
    """
    uuid_length = 37  # with the hyphen before it
    short = Names.unique_resource_name(stack_of(home), max_length=max_length - uuid_length)
    kept = short[: max_length - uuid_length - len(kind)]
    return f"{kept}{kind}-{stack_uuid()}"


def digest_of(scope: Construct, value: object) -> str:
    """Return eight characters that tell a value from others, for ids of shared resources.

    Args:
        scope: A construct of the stack.
        value: The value, of what JSON has; tokens count by what they stand for.
    """
    resolved = stack_of(scope).resolve(json.loads(json.dumps(value)))
    text = json.dumps(resolved, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
