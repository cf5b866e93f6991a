"""Rules of Amazon ElastiCache on AUTH tokens, users and passwords."""

import re

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup

_SPECIAL = "!&#$^<>-"
ROTATION_DAYS = (1, 1000)
# AWS's page has M3 and R3 among the nodes that encrypt, other lists have not: a template with them
# is warned of, not refused.
_WITHOUT_AT_REST = ("c1", "m1", "m2", "t1")
_DOUBTFUL_AT_REST = ("m3", "r3")
_WITHOUT_TLS = ("c1", "m1", "m2", "t1")


def auth_token_problems(token: str, argument: str = "auth_token") -> list[str]:
    """List what ElastiCache refuses in an AUTH token or password; none is shown in a message.

    Args:
        token: The token; a CDK token and a dynamic reference pass.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message per rule that is broken ("Authenticating with the Valkey and Redis OSS AUTH
        command").
    """
    if is_unresolved(token) or "{{resolve:" in token:
        return []
    problems = []
    if not 16 <= len(token) <= 128:
        problems.append(f"`{argument}` must be 16 to 128 characters long, got: {len(token)}")
    refused = sorted(set(re.sub(rf"[A-Za-z0-9{re.escape(_SPECIAL)}]", "", token)))
    if refused:
        problems.append(
            f"`{argument}` must have letters, digits and {' '.join(_SPECIAL)} only, "
            f"got: {' '.join(repr(each) for each in refused)}"
        )
    return problems


def password_problems(password: str, argument: str = "passwords") -> list[str]:
    """List what ElastiCache refuses in a user's password; none is shown in a message.

    Args:
        password: The password; a CDK token and a dynamic reference pass.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message per rule that is broken ("Role-Based Access Control (RBAC)").
    """
    if is_unresolved(password):
        return []
    problems = []
    if not 16 <= len(password) <= 128:
        problems.append(f"`{argument}` must be 16 to 128 characters long, got: {len(password)}")
    refused = sorted(set(re.sub(r"[ !#-+.0-?A-~-]", "", password)))
    if refused:
        problems.append(
            f'`{argument}` must have printable characters without , " / and @ only, '
            f"got: {' '.join(repr(each) for each in refused)}"
        )
    return problems


def user_id_problems(user_id: str, argument: str = "user_id") -> list[str]:
    """List what ElastiCache refuses in the id of a user or user group; a CDK token passes."""
    if is_unresolved(user_id) or (
        re.fullmatch(r"[a-z](-?[a-z0-9])*", user_id) and len(user_id) <= 40
    ):
        return []
    return [
        f"`{argument}` must be 1 to 40 small letters, digits and single hyphens, begin with a "
        f"letter and not end with a hyphen, got: {user_id!r}"
    ]


def access_string_problems(access_string: str, argument: str = "access_string") -> list[str]:
    """List what ElastiCache refuses in the rights of a user.

    Args:
        access_string: The rights, such as ``on ~app:* +@read``; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message per rule that is broken ("Role-Based Access Control (RBAC)").
    """
    if is_unresolved(access_string):
        return []
    words = access_string.split()
    problems = []
    if not words or words[0] not in ("on", "off"):
        problems.append(f"`{argument}` must begin with on or off, got: {access_string!r}")
    if any(word[0] in "><" or re.fullmatch(r"[#!][0-9a-f]*", word) for word in words):
        problems.append(f"`{argument}` must not have a password; ElastiCache takes it elsewhere")
    if any(word in ("reset", "nopass", "resetpass") for word in words):
        problems.append(
            f"`{argument}` must not have reset, nopass or resetpass, got: {access_string!r}"
        )
    return problems


def encryption_problems(group: ReplicationGroup) -> list[str]:
    """List what is wrong with encryption in transit and at rest.

    From "ElastiCache in-transit encryption (TLS)" and "At-Rest Encryption in ElastiCache".
    """
    rules = [
        (
            group.kms_key and group.at_rest_encryption_enabled is False,
            f"`{group.name('kms_key')}` must go with "
            f"`{group.name('at_rest_encryption_enabled')}`, got: a key without it",
        ),
        (
            group.transit_encryption_enabled is True and group.family in _WITHOUT_TLS,
            f"`{group.name('transit_encryption_enabled')}` must be False on {group.family} nodes, "
            "got: True",
        ),
        (
            group.at_rest_encryption_enabled is True and group.family in _WITHOUT_AT_REST,
            f"`{group.name('at_rest_encryption_enabled')}` must be False on {group.family} nodes, "
            "got: True",
        ),
    ]
    return [message for broken, message in rules if broken]


def doubtful_encryption_problems(group: ReplicationGroup) -> list[str]:
    """List encryption at rest on nodes of a generation that may come without."""
    if group.at_rest_encryption_enabled is not True or group.family not in _DOUBTFUL_AT_REST:
        return []
    return [
        f"`{group.name('at_rest_encryption_enabled')}` must be False on {group.family} nodes, "
        "got: True"
    ]


def authentication_problems(group: ReplicationGroup) -> list[str]:
    """List what is wrong with how clients authenticate."""
    without_tls = group.transit_encryption_enabled is False
    tls = group.name("transit_encryption_enabled")
    rules = [
        (
            group.auth_token and without_tls,
            f"`{group.name('auth_token')}` must go with `{tls}`, got: an AUTH token without it",
        ),
        (
            group.user_group and without_tls,
            f"`{group.name('user_group')}` must go with `{tls}`, got: a user group without it",
        ),
        (
            group.auth_token and group.user_group,
            f"`{group.name('auth_token')}` must not go with `{group.name('user_group')}`, "
            "got: both; a cluster has one of them",
        ),
    ]
    return [message for broken, message in rules if broken]
