"""The shop's handler as Lambda would call it, with S3's answers given by botocore."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import ModuleType

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.response import StreamingBody
from botocore.stub import Stubber

SHOP = Path(__file__).parents[2] / "examples" / "shop"
ORDER: dict[str, object] = {"customer": "Ada", "lines": [{"product": "espresso", "quantity": 2}]}
STORED: dict[str, object] = {"id": "7", **ORDER}
OBJECT = {"Bucket": "the-bucket", "Key": "data/orders/7.json"}
_CACHE_STATES = {
    None: None,
    "Redis; hit": "hit",
    "Redis; fwd=uri-miss": "miss",
    "Redis; fwd=bypass; detail=down": "degraded",
}


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, object]
    cache: str | None


class Shop:
    """The handler as Lambda would call it, and the bucket behind it."""

    def __init__(self, module: ModuleType, bucket: Stubber) -> None:
        self._handler: Callable[[object, LambdaContext], dict[str, object]] = module.handler
        self.bucket = bucket

    def call(
        self, method: str, path: str, body: str | None = None, *, encoded: bool = False
    ) -> Answer:
        event = {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method,
            "headers": {"content-type": "application/json"},
            "multiValueHeaders": {"content-type": ["application/json"]},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": {"proxy": path.lstrip("/")},
            "stageVariables": None,
            "requestContext": {"stage": "prod", "path": f"/prod{path}", "httpMethod": method},
            "body": body,
            "isBase64Encoded": encoded,
        }
        answer = self._handler(event, LambdaContext())
        headers = answer["multiValueHeaders"]
        text = answer["body"]
        status = answer["statusCode"]
        assert isinstance(headers, dict)
        assert isinstance(text, str)
        assert isinstance(status, int)
        assert headers["Content-Type"] == ["application/json"]
        return Answer(
            status, json.loads(text), _CACHE_STATES[headers.get("Cache-Status", [None])[0]]
        )

    def put(self, order: object = ORDER) -> Answer:
        return self.call("PUT", "/orders/7", json.dumps(order))

    def expect_get(self, document: object = STORED) -> None:
        data = json.dumps(document).encode()
        body = StreamingBody(BytesIO(data), len(data))
        self.bucket.add_response("get_object", {"Body": body}, OBJECT)

    def expect_put(self) -> None:
        expected = {
            **OBJECT,
            "Body": json.dumps(STORED).encode(),
            "ContentType": "application/json",
        }
        self.bucket.add_response("put_object", {}, expected)

    def expect_delete(self) -> None:
        self.bucket.add_response("delete_object", {}, OBJECT)

    def expect_missing(self) -> None:
        self.bucket.add_client_error("get_object", "NoSuchKey", "", 404, expected_params=OBJECT)
