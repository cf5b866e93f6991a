"""Answers every path and verb without a route of its own."""

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return what was asked for."""
    answer = {"by": "main", "verb": event["httpMethod"], "path": event["path"]}
    return {"statusCode": 200, "body": json.dumps(answer)}
