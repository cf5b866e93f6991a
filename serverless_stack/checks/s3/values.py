"""Rules of Amazon S3, from "Bucket naming rules" and "Lifecycle configuration elements"."""

import re
from collections.abc import Iterable

from serverless_stack.checks.problems import is_unresolved

_IP_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
_DAYS_BEFORE_INFREQUENT_ACCESS = 30
_INFREQUENT_ACCESS = ("STANDARD_IA", "ONEZONE_IA")


def bucket_name_problems(bucket_name: str, argument: str = "bucket_name") -> list[str]:
    """List what S3 refuses in the name of a general purpose bucket.

    Args:
        bucket_name: The name; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message per rule that is broken ("Bucket naming rules", Amazon S3 User Guide).
    """
    if is_unresolved(bucket_name):
        return []
    rules = [
        (3 <= len(bucket_name) <= 63, "be 3 to 63 characters long"),
        (
            re.fullmatch(r"[a-z0-9.-]*", bucket_name),
            "have lowercase letters, digits, periods and hyphens only",
        ),
        (
            re.match(r"[a-z0-9]", bucket_name) and re.search(r"[a-z0-9]\Z", bucket_name),
            "begin and end with a lowercase letter or a digit",
        ),
        # S3 has this rule for two periods only, CDK for a hyphen beside a period, too.
        (
            not re.search(r"\.[.-]|-\.", bucket_name),
            "not have a period beside a period or a hyphen",
        ),
        (not _IP_ADDRESS.fullmatch(bucket_name), "not look like an IP address"),
        (
            not bucket_name.startswith(_PREFIXES),
            f"not begin with a prefix that S3 reserves ({', '.join(_PREFIXES)})",
        ),
        (
            not bucket_name.endswith(_SUFFIXES),
            f"not end with a suffix that S3 reserves ({', '.join(_SUFFIXES)})",
        ),
    ]
    return [f"`{argument}` must {rule}, got: {bucket_name!r}" for ok, rule in rules if not ok]


def day_problems(days: float | None, argument: str, at_least: int = 1) -> list[str]:
    """List what S3 refuses in one age of a lifecycle rule.

    Args:
        days: The age in days; None and a CDK token pass.
        argument: The caller's name for it, used in the messages.
        at_least: The smallest age that S3 accepts.

    Returns:
        One message if the age is refused, else none.
    """
    if days is None or is_unresolved(days) or (days >= at_least and days == int(days)):
        return []
    return [f"`{argument}` must be whole days, {at_least} or more, got: {days:g} days"]


def lifecycle_problems(
    transitions: Iterable[tuple[str, float]],
    expire_after_days: float | None,
    argument: str = "expire_after",
) -> list[str]:
    """List what S3 refuses in the times of one lifecycle rule.

    Args:
        transitions: Storage class and age in days of each transition.
        expire_after_days: Age in days at which objects expire, or None.
        argument: The caller's name for that age, used in the messages.

    Returns:
        One message per rule that is broken ("Lifecycle configuration elements").
    """
    if is_unresolved(expire_after_days):
        expire_after_days = None
    problems = day_problems(expire_after_days, argument)
    for storage_class, days in transitions:
        if is_unresolved(days):
            continue
        problems += day_problems(days, f"transitions.{storage_class}", at_least=0)
        if storage_class in _INFREQUENT_ACCESS and days < _DAYS_BEFORE_INFREQUENT_ACCESS:
            problems.append(
                f"`transitions.{storage_class}` must be after "
                f"{_DAYS_BEFORE_INFREQUENT_ACCESS} days or more, got: {days:g} days"
            )
        if expire_after_days is not None and expire_after_days <= days:
            problems.append(
                f"`{argument}` must be later than the transition to {storage_class} "
                f"after {days:g} days, got: {expire_after_days:g} days"
            )
    return problems
