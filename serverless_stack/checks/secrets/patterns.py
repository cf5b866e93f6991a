"""Recognizing secrets by their form and their names."""

import math
import re
from collections import Counter
from functools import lru_cache
from typing import Literal

from serverless_stack.checks.engine.problems import is_unresolved

Strength = Literal["password", "token", "key", ""]

# Forms that are unambiguous, by kind.
_FORMS = {
    "an AWS access key": r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    "a private key": r"-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----",
    "a JSON web token": r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a GitHub token": r"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a GitLab token": r"glpat-[\w-]{20,}",
    "a Slack token": r"xox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"(?:sk|rk)_live_[A-Za-z0-9]{16,}",
    "a Google API key": r"AIza[\w-]{35}",
    "an npm token": r"npm_[A-Za-z0-9]{36}",
    "a password in an address": r"[a-z][a-z0-9+.-]{0,30}://[^\s/:@]*:(?!\*+@)[^\s/@${}<>]{3,}@[\w.-]",
}
_FORM = re.compile("|".join(f"({pattern})" for pattern in _FORMS.values()))
_KINDS = tuple(_FORMS)
# Each text with one of the forms contains one of these.
_MARKS = (
    "AKIA",
    "ASIA",
    "PRIVATE KEY",
    "eyJ",
    "gh",
    "glpat-",
    "xox",
    "_live_",
    "AIza",
    "npm_",
    "@",
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = ("password", "passwd", "pwd", "passphrase")
_TOKENS = ("secret", "token", "secretstring", "credential", "credentials", "authorization")
_KEYS = ("apikey", "accesskey", "secretkey", "privatekey", "signingkey")
# Names in CloudFormation that sound like secrets, but are not.
_NO_SECRETS = frozenset(
    [
        *("ServiceToken", "NextToken", "AccessToken", "IdToken", "RefreshToken"),
        *("GenerateSecret", "GenerateStringKey", "SecretStringTemplate", "ClientRequestToken"),
        *("CallerReferenceToken", "UpdateToken", "ContinuationToken"),
    ]
)
_PLAIN = re.compile(
    r"arn:.*|/[\w./*-]*|[a-z][a-z0-9+.-]*://.*|true|false|yes|no|none|null|required|optional"
    r"|enabled|disabled|always|never|\*+|<[^>]*>|\d{1,3}|aws/.*|alias/.*",
    re.IGNORECASE | re.DOTALL,
)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Words and numbers, such as orders-v2. Each character has one way to match, so that a long text
# cannot make the match backtrack.
_WORDS = re.compile(r"[a-z]+(?:[-_.]?[0-9]|[-_.][a-z]+)*", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_!#$&^<>~.-]+")


def form_of(text: str) -> str | None:
    """Return the kind of secret that a text contains, by its form; None if it contains none."""
    if not any(mark in text for mark in _MARKS):
        return None
    for found in _FORM.finditer(text):
        if "EXAMPLE" not in found[0] and not is_unresolved(found[0]):
            return _KINDS[found.lastindex - 1] if found.lastindex else None
    return None


@lru_cache(maxsize=4096)
def strength_of(name: str) -> Strength:
    """Return the kind of secret that a name stands for; empty if it stands for none."""
    if name in _NO_SECRETS:
        return ""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words:
        return ""
    last, two = words[-1], "".join(words[-2:])
    if last in _PASSWORDS:
        return "password"
    if last in _KEYS or two in _KEYS:
        return "key"
    return "token" if last in _TOKENS or two in _TOKENS or two == "originverify" else ""


def is_secret(name: str, value: str) -> bool:
    """Return whether a value is a secret, as its name says, and not the name or place of one."""
    strength = strength_of(name)
    if not strength or not value or is_unresolved(value) or _PLAIN.fullmatch(value):
        return False
    if "${" in value or (strength == "key" and _ID.fullmatch(value)):
        return False
    if strength == "password":
        return " " not in value.strip()
    # Names of secrets consist of words, secrets do not.
    return len(value) >= 8 and bool(_OPAQUE.fullmatch(value)) and _is_opaque(value)


def _is_opaque(value: str) -> bool:
    """Return whether a text looks like random characters."""
    if "/" in value and not any(item in value for item in "+="):
        return False
    has_digit = any(item.isdigit() for item in value)
    has_letter = any(item.isalpha() for item in value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
    return has_digit and has_letter and bits >= 2.5 and not _WORDS.fullmatch(value)
