"""Filters of event source mappings: "Control which events Lambda sends to your function".

They are patterns like those of EventBridge. MiniStack knows some operators for them, and none for
lists in records; for rules of EventBridge it knows all.
"""

import json
from typing import Any

from ministack.services import eventbridge, lambda_svc


def apply() -> None:
    """Apply this module's patches."""
    lambda_svc._match_esm_filter = matches


def matches(record: dict[str, Any], pattern: dict[str, Any]) -> bool:
    """Return whether a record matches a pattern."""
    alternatives = eventbridge._compiled_pattern(json.dumps(pattern))
    return any(
        eventbridge._matches_detail(record, alternative) for alternative in alternatives or ()
    )
