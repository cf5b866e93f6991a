"""Answer with what arrived, for a REST API, an HTTP API and a function URL alike."""

import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    seen = {
        "path": event.get("path") or event.get("rawPath"),
        "version": event.get("version", "1.0"),
        "stage": event["requestContext"].get("stage"),
        "headers": {name.lower(): value for name, value in event["headers"].items()},
    }
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "max-age=60"},
        "body": json.dumps(seen),
    }
