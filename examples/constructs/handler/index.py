"""The handler of the small examples: it answers with a greeting."""

import json


def handler(event: dict[str, object], context: object) -> dict[str, object]:
    """Return an answer for API Gateway."""
    return {"statusCode": 200, "body": json.dumps({"message": "Hello"})}
