"""Answer with who called, and let pages of the shop read it."""

import json
from typing import Any

from serverless_stack.runtime.cors import with_cors


@with_cors
def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    """Answer a request of the API."""
    caller = event["requestContext"].get("authorizer") or {}
    name = caller.get("claims", caller).get("cognito:username") or caller.get("principalId")
    body = {"path": event["path"], "caller": name}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
