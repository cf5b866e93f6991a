import os
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    release = os.environ.get("RELEASE", "none")
    if release == "bad" and event.get("rawPath") == "/work":
        raise ValueError("a bad release")
    return {"statusCode": 200, "body": release}
