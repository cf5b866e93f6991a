"""Reads an order. What is in here changes no line of a snapshot."""


def handler(event: dict[str, str], context: object) -> dict[str, str]:
    return {"id": event["id"]}
