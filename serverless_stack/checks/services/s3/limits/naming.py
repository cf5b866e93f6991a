"""Limits of Amazon S3 on names, from "Bucket naming rules"."""

import re

from serverless_stack.checks.engine.problems import Problems, is_unresolved

_IP_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# What names in the namespace of an account and region end with, and only those.
_ACCOUNT_SUFFIX = "-an"


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
