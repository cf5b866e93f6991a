"""Rules on CloudFront Functions, keys, access controls and invalidations."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, known_part
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits.functions import MAX_FUNCTION_BYTES
from serverless_stack.checks.services.cloudfront.limits.invalidations import (
    invalidation_path_problems,
)

RULES = RuleList()

_FUNCTION = "AWS::CloudFront::Function"
_QUOTAS = "Quotas on CloudFront Functions"
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END PUBLIC KEY-----\s*")
_PATHS = {
    "Custom::Invalidation": ("Paths",),
    "Custom::CDKBucketDeployment": ("DistributionPaths",),
}


@RULES.resource("CLOUDFRONT-050", _FUNCTION, page=_QUOTAS)
def function_code(function: Resource) -> Iterator[Violation]:
    """`FunctionCode` must have at most 10,240 bytes of code.

    CloudFront refuses larger and empty functions. Minify the code, or move data to a key value
    store.
    """
    code = function.get("FunctionCode")
    # The known part of code with tokens is a lower bound.
    size = len(known_part(code).encode("utf-8", "surrogatepass")) if isinstance(code, str) else 1
    if size > MAX_FUNCTION_BYTES:
        yield violation(
            "FunctionCode", f"have at most {MAX_FUNCTION_BYTES:,} bytes", size, MAX_FUNCTION_BYTES
        )
    if code == "":
        yield violation("FunctionCode", "not be empty", code)


@RULES.resource(
    "CLOUDFRONT-051", _FUNCTION, page="KeyValueStoreAssociations (Amazon CloudFront API Reference)"
)
def key_value_store(function: Resource) -> Iterator[Violation]:
    """Key value stores require runtime cloudfront-js-2.0, and one per function.

    CloudFront refuses the function otherwise.
    """
    path = "FunctionConfig.KeyValueStoreAssociations"
    stores = function.items(path)
    if len(stores) > 1:
        yield violation(path, "have one key value store", len(stores), 1)
    runtime = function.text("FunctionConfig.Runtime")
    if stores and runtime == "cloudfront-js-1.0":
        requirement = "be cloudfront-js-2.0 with a key value store"
        yield violation("FunctionConfig.Runtime", requirement, runtime, "cloudfront-js-2.0")


@RULES.resource(
    "CLOUDFRONT-052", _FUNCTION, page="CreateFunction (Amazon CloudFront API Reference)"
)
def function_name(function: Resource) -> Iterator[Violation]:
    """`Name` of a function must have 1 to 64 plain characters.

    CloudFront refuses other characters than letters, digits, hyphens and underscores.
    """
    name = function.text("Name")
    if name is not None and not _NAME.fullmatch(name):
        yield violation("Name", "have 1 to 64 letters, digits, hyphens and underscores", name)


@RULES.resource(
    "CLOUDFRONT-053", "AWS::CloudFront::PublicKey", page="Create key pairs for your signers"
)
def public_key(key: Resource) -> Iterator[Violation]:
    """`EncodedKey` must be a public key in PEM format.

    CloudFront refuses the key without its BEGIN PUBLIC KEY and END PUBLIC KEY lines, and private
    keys or certificates.
    """
    path = "PublicKeyConfig.EncodedKey"
    encoded = key.text(path)
    if encoded is not None and not _PEM.fullmatch(encoded):
        requirement = "be PEM with a BEGIN PUBLIC KEY and an END PUBLIC KEY line"
        yield violation(path, requirement, encoded.strip()[:40])


@RULES.resource(
    "CLOUDFRONT-054", "AWS::CloudFront::KeyGroup", page="Create key pairs for your signers"
)
def key_group(group: Resource) -> Iterator[Violation]:
    """`Items` of a key group must be distinct public keys.

    CloudFront refuses empty key groups and repeated keys.
    """
    path = "KeyGroupConfig.Items"
    if group.get(path) == []:
        yield violation(path, "have a public key", [])
    for key in repeated(group.known(path)):
        yield violation(path, "not repeat a public key", key)


@RULES.resource(
    "CLOUDFRONT-055",
    "AWS::CloudFront::OriginAccessControl",
    page="OriginAccessControlConfig (Amazon CloudFront API Reference)",
)
def origin_access_control(control: Resource) -> Iterator[Violation]:
    """`Name` of an origin access control must have 1 to 64 characters.

    CloudFront refuses longer names. CDK derives the name from the construct path.
    """
    path = "OriginAccessControlConfig.Name"
    name = control.text(path)
    if name is not None and not 1 <= len(name) <= 64:
        yield violation(path, "have 1 to 64 characters", len(name), 64)


@RULES.resource("CLOUDFRONT-056", *_PATHS, page="Invalidate files to remove content")
def invalidation(resource: Resource) -> Iterator[Violation]:
    """Invalidation paths must be encoded, with a wildcard at their end only.

    CloudFront refuses the invalidation otherwise, or with more than 3,000 paths or 15 wildcards, so
    that the custom resource fails and rolls the stack back.
    """
    for path in _PATHS[resource.type]:
        paths = resource.get(path)
        if isinstance(paths, list):
            for message in invalidation_path_problems([str(item) for item in paths], path):
                yield Violation(path, paths, message)
