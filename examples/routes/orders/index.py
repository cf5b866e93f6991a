"""Answers the routes of orders. API Gateway has checked the body of a new one."""

import base64
import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return an order, all orders, or the new one."""
    route = f"{event['httpMethod']} {event['resource']}"
    if route == "POST /orders":
        body = event["body"]
        order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
        return answer(201, {"by": "orders", "order": order})
    if route == "GET /orders/{id}":
        return answer(200, {"by": "orders", "id": event["pathParameters"]["id"]})
    return answer(200, {"by": "orders", "orders": []})


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer to API Gateway."""
    return {"statusCode": status, "body": json.dumps(body)}
