"""Limits of Amazon S3 on names, from "Bucket naming rules"."""

import re

from serverless_stack.checks.engine.problems import Problems, is_unresolved

_IP_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# What names in the namespace of an account and region end with, and only those.
_ACCOUNT_SUFFIX = "-an"
_MAX_NAME = 63
_ACCOUNT_DIGITS = 12
_LONGEST_REGION = "ap-southeast-1"
# "Namespaces for general purpose buckets": all regions but these.
REGIONS_WITHOUT_NAMESPACES = ("me-central-1", "me-south-1")


def bucket_name_problems(
    bucket_name: str, argument: str = "bucket_name", *, account_regional: bool = False
) -> list[str]:
    """List what S3 refuses in the name of a general purpose bucket ("Bucket naming rules").

    `account_regional` is for names in the namespace of an account and region.
    """
    if is_unresolved(bucket_name):
        return []
    suffixes = _SUFFIXES if account_regional else (*_SUFFIXES, _ACCOUNT_SUFFIX)
    requirements = {
        "have 3 to 63 characters": 3 <= len(bucket_name) <= 63,
        "have lowercase letters, digits, periods and hyphens only": re.fullmatch(
            r"[a-z0-9.-]*", bucket_name
        ),
        "begin and end with a lowercase letter or a digit": (
            re.match(r"[a-z0-9]", bucket_name) and re.search(r"[a-z0-9]\Z", bucket_name)
        ),
        # S3 only refuses two periods, CDK a hyphen beside a period as well.
        "not have a period beside a period or a hyphen": not re.search(r"\.[.-]|-\.", bucket_name),
        "not look like an IP address": not _IP_ADDRESS.fullmatch(bucket_name),
        f"not begin with a prefix that S3 reserves ({', '.join(_PREFIXES)})": (
            not bucket_name.startswith(_PREFIXES)
        ),
        f"not end with a suffix that S3 reserves ({', '.join(suffixes)})": (
            not bucket_name.endswith(suffixes)
        ),
    }
    problems = Problems()
    for requirement, met in requirements.items():
        problems.require(met, f"`{argument}` must {requirement}, got: {bucket_name!r}")
    return problems.messages


def name_prefix_problems(
    prefix: str, argument: str = "name_prefix", *, region: str | None = None
) -> list[str]:
    """List what S3 refuses in the beginning of a name in the namespace of an account and region.

    S3 appends ``-<account>-<region>-an`` ("Account regional namespace naming rules").

    Args:
        prefix: The beginning of the name.
        argument: The argument, as the caller wrote it.
        region: The region. Default: unknown, so that the longest one is counted.
    """
    if is_unresolved(prefix):
        return []
    known = region if region is not None and not is_unresolved(region) else None
    suffix = 1 + _ACCOUNT_DIGITS + 1 + len(known or _LONGEST_REGION) + len(_ACCOUNT_SUFFIX)
    most = _MAX_NAME - suffix
    where = f"in {known}" if known else "in a region with a long name, because yours is unknown"
    problems = Problems()
    problems.require(
        1 <= len(prefix) <= most,
        f"`{argument}` must have 1 to {most} characters, because S3 appends the account, the "
        f"region and {_ACCOUNT_SUFFIX}, which leaves {most} of {_MAX_NAME} {where}, "
        f"got: {len(prefix)} in {prefix!r}",
    )
    requirements = {
        "have lowercase letters, digits and hyphens only": re.fullmatch(r"[a-z0-9-]*", prefix),
        "begin and end with a lowercase letter or a digit": (
            re.match(r"[a-z0-9]", prefix) and re.search(r"[a-z0-9]\Z", prefix)
        ),
        f"not begin with a prefix that S3 reserves ({', '.join(_PREFIXES)})": (
            not prefix.startswith(_PREFIXES)
        ),
    }
    for requirement, met in requirements.items():
        problems.require(met or not prefix, f"`{argument}` must {requirement}, got: {prefix!r}")
    problems.require(
        known not in REGIONS_WITHOUT_NAMESPACES,
        f"`{argument}` must be None in {known}, where S3 has no namespaces of accounts, "
        f"got: {prefix!r}; leave the name to CloudFormation",
    )
    return problems.messages
