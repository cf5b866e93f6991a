"""Admit the payment provider, whose requests have a signature."""

import hmac
from typing import Any

SIGNATURE = "signed-by-the-provider"  # a real one covers the request, and its key is a secret


def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    """Return the policy of a request: for the method that it asks for, because none is kept."""
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    is_signed = hmac.compare_digest(headers.get("x-signature", "").encode(), SIGNATURE.encode())
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if is_signed else "Deny",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": "payments" if is_signed else "stranger",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
