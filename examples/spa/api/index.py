"""The orders of a shop."""

import json
from typing import Any

ORDERS = {"7": "tea"}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return an order, or that there is none."""
    item = ORDERS.get(event["path"].removeprefix("/api/orders/"))
    if item is None:
        return {"statusCode": 404, "body": json.dumps({"message": "There is no such order."})}
    return {"statusCode": 200, "body": json.dumps({"item": item})}
