"""The function that makes the digest of credentials, with the answers of Secrets Manager."""

import base64
import hashlib
import hmac
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.functions import edge_credentials

Client = Any

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:site-AbCdEf"


@pytest.fixture(scope="module")
def client() -> Client:
    return boto3.client(
        "secretsmanager", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def digests(client: Client, value: dict[str, Any]) -> dict[str, Any]:
    with Stubber(client) as answers:
        answers.add_response("get_secret_value", {"ARN": ARN, **value}, {"SecretId": "site"})
        return edge_credentials.digests(client, "site")


def test_the_digest_is_that_of_the_header(client: Client) -> None:
    secret = json.dumps({"username": "janë", "password": "pa:ss", "other": 1})
    result = digests(client, {"SecretString": secret})
    sent = base64.b64encode("janë:pa:ss".encode())
    salt = result["Salt"]
    assert salt == hashlib.sha256(ARN.encode()).hexdigest()[:32]
    assert result["Digest"] == hmac.new(salt.encode(), sent, hashlib.sha256).hexdigest()
    assert digests(client, {"SecretString": secret}) == result


@pytest.mark.parametrize(
    "value",
    [
        {"SecretString": "s3cret-text"},
        {"SecretString": '["s3cret-text"]'},
        {"SecretString": '{"username": "jane"}'},
        {"SecretString": '{"username": "jane", "password": ""}'},
        {"SecretString": '{"username": 1, "password": "s3cret-text"}'},
        {"SecretBinary": b"s3cret-text"},
    ],
)
def test_other_secrets_are_refused_without_their_value(
    client: Client, value: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="must be JSON with the fields `username`") as error:
        digests(client, value)
    assert "s3cret" not in str(error.value)


def test_a_colon_in_the_name(client: Client) -> None:
    with pytest.raises(ValueError, match="must have no colon"):
        digests(client, {"SecretString": '{"username": "a:b", "password": "c"}'})
