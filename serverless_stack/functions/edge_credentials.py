"""The function that makes a salted digest of the credentials of basic authentication at the edge.

CloudFront Functions get the digest, so that the password is neither in a template nor in the code
of a function.
"""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from serverless_stack.functions.custom_resource import Context, Event, Json, Request, answered

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


def handler(event: Event, context: Context) -> None:
    """Handle a request of CloudFormation.

    Args:
        event: The request, with ``SecretId``.
        context: The context of the call.
    """
    name = str(event["LogicalResourceId"])
    answered(event, context, name, lambda: _run(event))


def _run(event: Event) -> dict[str, Json]:
    if event.get("RequestType") == "Delete":
        return {}
    import boto3
    from botocore.config import Config

    request = Request.parse(event)
    timeouts = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    client = boto3.client("secretsmanager", config=timeouts)
    return digests(client, str(request.properties["SecretId"]))


def digests(client: "SecretsManagerClient", secret_id: str) -> dict[str, Json]:
    """Return the salt and the digest of the credentials in a secret.

    Args:
        client: The client of Secrets Manager.
        secret_id: The ARN of the secret, with the JSON fields ``username`` and ``password``.

    Raises:
        ValueError: If the secret has no such fields. The message does not have its value.
    """
    secret = client.get_secret_value(SecretId=secret_id)
    try:
        fields = json.loads(secret["SecretString"])
        user, password = fields["username"], fields["password"]
    except (KeyError, TypeError, ValueError):
        user = password = None
    if not isinstance(user, str) or not isinstance(password, str) or not user or not password:
        raise ValueError(
            "the secret must be JSON with the fields `username` and `password`, which have text"
        ) from None
    if ":" in user:
        raise ValueError("`username` of the secret must have no colon, which ends it in a header")
    # A salt of its own for each secret, and the same when the call is repeated.
    salt = hashlib.sha256(secret["ARN"].encode()).hexdigest()[:32]
    credentials = base64.b64encode(f"{user}:{password}".encode())
    digest = hmac.new(salt.encode(), credentials, hashlib.sha256).hexdigest()
    return {"Salt": salt, "Digest": digest}
