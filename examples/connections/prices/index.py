"""Knows what an order costs, or by how much it is cheaper."""


def handler(event: dict[str, str], context: object) -> dict[str, int]:
    return {"price": 10 * len(event["id"])}
