"""Knows what an order costs, or by how much it is cheaper."""


def handler(event, context):
    return {"price": 10 * len(event["id"])}
