"""Signs links to films, and cookies for all of them, for who is allowed to see them."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from serverless_stack.runtime.signing import Signer

signer = Signer.from_env()  # reads the key with the first signature, and after a rotation
FILMS = f"{os.environ['FILES_URL']}films/"


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    asked = event["queryStringParameters"] or {}
    end = datetime.now(UTC) + timedelta(hours=1)
    if event["path"] == "/cookies":
        cookies = signer.sign_cookies(f"{FILMS}*", expires_at=end)
        lines = [
            f"{name}={value}; Path=/films/; Secure; HttpOnly; SameSite=Lax"
            for name, value in cookies.items()
        ]
        return {"statusCode": 204, "multiValueHeaders": {"Set-Cookie": lines}}
    link = signer.sign_url(
        FILMS + quote(asked["film"]), expires_at=end, ip_range=asked.get("address")
    )
    return {"statusCode": 200, "body": json.dumps({"link": link})}
