"""Limits of Amazon ElastiCache on AUTH tokens, users, passwords and encryption."""

import re

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup

_SPECIAL = "!&#$^<>-"
ROTATION_DAYS = (1, 1000)
# AWS's page lists M3 and R3 among the nodes that encrypt, others do not: templates get a warning.
_WITHOUT_AT_REST = ("c1", "m1", "m2", "t1")
_DOUBTFUL_AT_REST = ("m3", "r3")
_WITHOUT_TLS = ("c1", "m1", "m2", "t1")


def auth_token_problems(token: str, argument: str = "auth_token") -> list[str]:
    """List what ElastiCache refuses in an AUTH token, which no message shows.

    Source: "Authenticating with the Valkey and Redis OSS AUTH command".
    """
    if is_unresolved(token):
        return []
    problems = _length_problems(token, argument)
    refused = sorted(set(re.sub(rf"[A-Za-z0-9{re.escape(_SPECIAL)}]", "", token)))
    if refused:
        problems.append(
            f"`{argument}` must have letters, digits and {' '.join(_SPECIAL)} only, "
            f"got: {' '.join(map(repr, refused))}"
        )
    return problems


def password_problems(password: str, argument: str = "passwords") -> list[str]:
    """List what ElastiCache refuses in a user's password, which no message shows.

    Source: "Role-Based Access Control (RBAC)".
    """
    if is_unresolved(password):
        return []
    problems = _length_problems(password, argument)
    refused = sorted(set(re.sub(r"[ !#-+.0-?A-~-]", "", password)))
    if refused:
        problems.append(
            f'`{argument}` must have printable characters without , " / and @ only, '
            f"got: {' '.join(map(repr, refused))}"
        )
    return problems


def _length_problems(secret: str, argument: str) -> list[str]:
    if 16 <= len(secret) <= 128:
        return []
    return [f"`{argument}` must have 16 to 128 characters, got: {len(secret)}"]


def user_id_problems(user_id: str, argument: str = "user_id") -> list[str]:
    """List what ElastiCache refuses in the id of a user or user group."""
    valid = re.fullmatch(r"[a-z](-?[a-z0-9])*", user_id) and len(user_id) <= 40
    if is_unresolved(user_id) or valid:
        return []
    return [
        f"`{argument}` must have 1 to 40 lowercase letters, digits and single hyphens, begin with "
        f"a letter and not end with a hyphen, got: {user_id!r}"
    ]


def access_string_problems(access_string: str, argument: str = "access_string") -> list[str]:
    """List what ElastiCache refuses in an access string, such as ``on ~app:* +@read``.

    Source: "Role-Based Access Control (RBAC)".
    """
    if is_unresolved(access_string):
        return []
    problems = Problems()
    words = access_string.split()
    problems.require(
        words and words[0] in ("on", "off"),
        f"`{argument}` must begin with on or off, got: {access_string!r}",
    )
    if any(word[0] in "><" or re.fullmatch(r"[#!][0-9a-f]*", word) for word in words):
        problems.fail(f"`{argument}` must not have a password; ElastiCache takes it elsewhere")
    problems.require(
        not {"reset", "nopass", "resetpass"}.intersection(words),
        f"`{argument}` must not have reset, nopass or resetpass, got: {access_string!r}",
    )
    return problems.messages


def encryption_problems(group: ReplicationGroup) -> list[str]:
    """List what ElastiCache refuses in the encryption of a replication group.

    Sources: "ElastiCache in-transit encryption (TLS)" and "At-Rest Encryption in ElastiCache".
    """
    problems = Problems()
    at_rest, in_transit = group.at_rest_encryption_enabled, group.transit_encryption_enabled
    at_rest_name = group.name("at_rest_encryption_enabled")
    in_transit_name = group.name("transit_encryption_enabled")
    problems.require(
        not group.kms_key or at_rest is not False,
        f"`{group.name('kms_key')}` must be used with `{at_rest_name}`, got: a key without it",
    )
    problems.require(
        in_transit is not True or group.family not in _WITHOUT_TLS,
        f"`{in_transit_name}` must be False on {group.family} nodes, got: True",
    )
    problems.require(
        at_rest is not True or group.family not in _WITHOUT_AT_REST,
        f"`{at_rest_name}` must be False on {group.family} nodes, got: True",
    )
    return problems.messages


def doubtful_encryption_problems(group: ReplicationGroup) -> list[str]:
    """List encryption at rest on node types for which AWS's pages contradict each other."""
    if group.at_rest_encryption_enabled is not True or group.family not in _DOUBTFUL_AT_REST:
        return []
    return [
        f"`{group.name('at_rest_encryption_enabled')}` must be False on {group.family} nodes, "
        "got: True"
    ]


def authentication_problems(group: ReplicationGroup) -> list[str]:
    """List what ElastiCache refuses in how clients authenticate."""
    problems = Problems()
    tls = group.name("transit_encryption_enabled")
    token, users = group.name("auth_token"), group.name("user_group")
    without_tls = group.transit_encryption_enabled is False
    problems.require(
        not (group.auth_token and without_tls),
        f"`{token}` must be used with `{tls}`, got: an AUTH token without it",
    )
    problems.require(
        not (group.user_group and without_tls),
        f"`{users}` must be used with `{tls}`, got: a user group without it",
    )
    problems.require(
        not (group.auth_token and group.user_group),
        f"`{token}` must be absent with `{users}`, got: both; a cluster has one of them",
    )
    return problems.messages
