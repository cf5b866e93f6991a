"""Limits of Amazon EC2 and VPC on values."""

import ipaddress
import re

from serverless_stack.checks.engine.problems import is_unresolved, whole_number

_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*")
MAX_DESCRIPTION = 255


def cidr_problems(
    cidr: str, argument: str, *, largest: int = 0, smallest: int | None = None
) -> list[str]:
    """List what EC2 refuses in a CIDR range.

    `largest` and `smallest` are the shortest and the longest prefix that AWS accepts. Default: any
    range, down to a single address.
    """
    if is_unresolved(cidr):
        return []
    address, slash, length = cidr.partition("/")
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return [f"`{argument}` must be a range such as 10.0.0.0/16, got: {cidr!r}"]
    longest = (32 if version == 4 else 128) if smallest is None else smallest
    prefix = whole_number(length)
    if slash and prefix is not None and largest <= prefix <= longest:
        return []
    number = longest if prefix is None else prefix
    nearest = f"{address}/{min(max(number, largest), longest)}"
    return [
        f"`{argument}` must be a range of /{largest} to /{longest}, got: {cidr!r} "
        f"(nearest accepted: {nearest})"
    ]


def group_description_problems(description: str, argument: str) -> list[str]:
    """List what EC2 refuses in the description of a security group or of its rule.

    Source: "CreateSecurityGroup".
    """
    if is_unresolved(description):
        return []
    problems = []
    if len(description) > MAX_DESCRIPTION:
        problems.append(
            f"`{argument}` must have at most {MAX_DESCRIPTION} characters, "
            f"got: {len(description)} (nearest accepted: {MAX_DESCRIPTION})"
        )
    if not _DESCRIPTION.fullmatch(description):
        nearest = re.sub(r"[^a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]", "-", description)
        problems.append(
            f"`{argument}` must have letters, digits, spaces and ._-:/()#,@[]+=&;{{}}!$* only, "
            f"got: {description!r} (nearest accepted: {nearest})"
        )
    return problems
