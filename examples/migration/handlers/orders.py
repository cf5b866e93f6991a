"""Orders in a table: the handlers that all four frameworks pointed to."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])  # set by `connect`


def read(event: dict[str, dict[str, str]], context: object) -> dict[str, object]:
    """Answer GET /orders/{id}."""
    item = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    return {"statusCode": 200 if item else 404, "body": json.dumps(item)}


def create(event: dict[str, str], context: object) -> dict[str, object]:
    """Answer POST /orders."""
    table.put_item(Item=json.loads(event["body"]))
    return {"statusCode": 201, "body": ""}


def clean(event: dict[str, object], context: object) -> None:
    """Delete what is old, once a day."""
