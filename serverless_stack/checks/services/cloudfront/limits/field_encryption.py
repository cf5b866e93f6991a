"""What CloudFront accepts as field-level encryption.

"Use field-level encryption to help protect sensitive data" and "Quotas" in the CloudFront developer
guide.
"""

import re
from collections.abc import Sequence
from typing import Final

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services.cloudfront.limits.public_keys import RSA_2048, key_kind

MAX_FIELDS: Final = 10
_MAX_LENGTH = 128
_FIELD = re.compile(r"[A-Za-z0-9\[\]._-]*\*?")
_PROVIDER = re.compile(r"[A-Za-z0-9:_-]+")


def public_key_problems(pem: str, argument: str) -> list[str]:
    """List whether a public key is none of RSA 2048 in PEM. A private key is not shown.

    Args:
        pem: The key; a token passes.
        argument: The argument, for messages.
    """
    if is_unresolved(pem):
        return []
    rule = f"`{argument}` must be a public key of RSA 2048 in PEM"
    if "PRIVATE KEY" in pem:
        return [
            f"{rule}, got: a private key, which must stay where it is: "
            "`openssl rsa -pubout -in private_key.pem` prints its public key"
        ]
    kind = key_kind(pem)
    if kind is None:
        return [f"{rule}, with its lines BEGIN PUBLIC KEY and END PUBLIC KEY, got: something else"]
    if kind != RSA_2048:
        return [f"{rule}, got: {kind}; `openssl genrsa -out private_key.pem 2048` generates one"]
    return []


def provider_problems(provider: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the name of a provider.

    Args:
        provider: The name; a token passes.
        argument: The argument, for messages.
    """
    if is_unresolved(provider):
        return []
    if _PROVIDER.fullmatch(provider) and len(provider) <= _MAX_LENGTH:
        return []
    return [
        f"`{argument}` must be {_MAX_LENGTH} letters, digits, ':', '_' and '-' at most, "
        f"got: {provider!r}"
    ]


def field_problems(fields: Sequence[str], argument: str) -> list[str]:
    """List what CloudFront refuses in the names of fields.

    Args:
        fields: The names; ``*`` at the end stands for any text. Tokens pass.
        argument: The argument, for messages.
    """
    problems = Problems()
    if not 1 <= len(fields) <= MAX_FIELDS:
        problems.fail(f"`{argument}` must be 1 to {MAX_FIELDS} names, got: {len(fields)}")
    known = [field for field in fields if not is_unresolved(field)]
    for field in known:
        problems.require(
            field and _FIELD.fullmatch(field) and len(field) <= _MAX_LENGTH,
            f"`{argument}` must be letters, digits, '[', ']', '.', '_' and '-', "
            f"{_MAX_LENGTH} at most, with '*' at the end only, got: {field!r}",
        )
    for field in repeated(known):
        problems.fail(f"`{argument}` must have each name once, got twice: {field!r}")
    for wildcard in (field for field in known if field.endswith("*")):
        covered = [
            field for field in known if field != wildcard and field.startswith(wildcard[:-1])
        ]
        if covered:
            problems.fail(
                f"`{argument}` must not overlap, got: {wildcard!r} and {', '.join(covered)}"
            )
    return problems.messages
