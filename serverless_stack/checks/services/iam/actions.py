"""The actions that AWS services have.

``actions.txt`` has a line per service: the prefix of its actions, and their names. It comes from
the data of cfn-lint; see ``tests/checks/services/iam/known_actions.py``.
"""

import difflib
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from serverless_stack.checks.services.iam.documents import pattern_covers

PATH: Final = Path(__file__).with_suffix(".txt")

# Not in the lists of AWS, but in policies that AWS itself writes: the default policy of a topic,
# and the policy templates of SAM.
_WRITTEN_BY_AWS: Final = {
    "sns": ("Receive",),
    "sqs": ("ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessageBatch"),
}
_MAX_LENGTH: Final = 128
_MIN_ALIKE: Final = 0.8


@cache
def _lines() -> dict[str, str]:
    """Return the names of all actions, by the prefix of their service."""
    lines = (line.partition(" ") for line in PATH.read_text("utf-8").splitlines())
    return {prefix: names for prefix, _, names in lines}


@cache
def actions(service: str) -> dict[str, str]:
    """Return the names of a service's actions, by their names in lower case; none if unknown."""
    names = (*_lines().get(service, "").split(), *_WRITTEN_BY_AWS.get(service, ()))
    return {name.lower(): name for name in names}


@lru_cache(maxsize=65536)
def nearest(action: str) -> str | None:
    """Return the most similar action if an action does not exist; None if it exists.

    An action of an unknown service may exist, unless another service has an action of its name and
    a similar prefix. Empty if no action is similar.

    Args:
        action: The action, such as ``s3:GetObject`` or ``s3:Get*``.
    """
    prefix, _, name = action.lower().partition(":")
    if not name or len(action) > _MAX_LENGTH or "*" in prefix or "?" in prefix:
        return None
    if prefix not in _lines():
        return _misspelled_service(prefix, name)
    known = actions(prefix)
    if _exists(known, name):
        return None
    longer = [other for other in known if other.startswith(name)]
    alike = longer or difflib.get_close_matches(name.strip("*?"), known, 1, _MIN_ALIKE)
    return f"{prefix}:{known[alike[0]]}" if alike else ""


def _exists(known: dict[str, str], pattern: str) -> bool:
    fixed = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if fixed == pattern:
        return pattern in known
    return any(name.startswith(fixed) and pattern_covers(pattern, name) for name in known)


def _misspelled_service(prefix: str, name: str) -> str | None:
    for service in difflib.get_close_matches(prefix, _lines(), 3, _MIN_ALIKE):
        known = actions(service)
        if name in known:
            return f"{service}:{known[name]}"
    return None
