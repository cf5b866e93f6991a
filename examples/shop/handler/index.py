"""A small shop behind one Lambda function: ANY / and ANY /{proxy+} lead here.

Orders are objects in S3, read and written through Redis; views of product pages are counted
in Memcached. The shop answers from S3 while a cache is down; `Cache-Status` (RFC 9211) says so.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serverless_stack.runtime.caching import (
    LazyLoading,
    Lookup,
    MemcachedStore,
    RedisStore,
    Store,
    StoreError,
    WriteThrough,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Document = dict[str, object]
HIT, MISS, DOWN = "Redis; hit", "Redis; fwd=uri-miss", "Redis; fwd=bypass; detail=down"
app = APIGatewayRestResolver(strip_prefixes=["/api"])  # CloudFront serves the API under /api


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    product: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=1, le=100)


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customer: str = Field(min_length=1, max_length=100)
    lines: list[Line] = Field(min_length=1, max_length=50)


class Orders:
    """Orders as objects in a bucket; a key below the prefix is the one in the cache too."""

    def __init__(self, s3: "S3Client", bucket: str, key_prefix: str, store: Store) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._key_prefix = key_prefix
        self._reader = LazyLoading(store, load=self._load, ttl=300)
        self._writer = WriteThrough(store, save=self._save, ttl=300)

    def find(self, order_id: str) -> Lookup[Document]:
        return self._reader.lookup(self._key(order_id))

    def put(self, order_id: str, order: Order) -> bool:
        return self._writer.put(self._key(order_id), {"id": order_id, **order.model_dump()})

    def delete(self, order_id: str) -> bool:
        self._s3.delete_object(Bucket=self._bucket, Key=self._object(self._key(order_id)))
        return self._reader.invalidate(self._key(order_id))

    def _load(self, key: str) -> Document:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=self._object(key))
        except self._s3.exceptions.NoSuchKey as error:
            raise ServiceError(404, f"{key} does not exist") from error
        document: Document = json.load(found["Body"])
        return document

    def _save(self, key: str, document: Document) -> None:
        body = json.dumps(document).encode()
        self._s3.put_object(
            Bucket=self._bucket,
            Key=self._object(key),
            Body=body,
            ContentType="application/json",
        )

    @staticmethod
    def _key(order_id: str) -> str:
        return f"orders/{order_id}.json"

    def _object(self, key: str) -> str:
        return f"{self._key_prefix}{key}"


@cache  # clients are made on first use and kept while the function is warm
def orders() -> Orders:
    limits = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})
    return Orders(
        boto3.client("s3", config=limits),
        os.environ["BUCKET_NAME"],
        os.environ["BUCKET_KEY_PREFIX"],
        RedisStore.from_env(),
    )


@cache
def views() -> Store:
    return MemcachedStore.from_env()


@app.get("/")
def index() -> Response[str]:
    return answer(200, {"shop": "serverless_stack", "routes": ["/orders/{id}", "/products/{id}"]})


@app.get("/orders/<order_id>")
def get_order(order_id: str) -> Response[str]:
    found = orders().find(safe(order_id))
    return answer(200, found.value, DOWN if found.degraded else HIT if found.hit else MISS)


@app.put("/orders/<order_id>")
def put_order(order_id: str) -> Response[str]:
    key, order = safe(order_id), parse(app.current_event)
    cached = orders().put(key, order)
    print(f"order {key} saved, products: {len(order.lines)}")
    return answer(200, {"id": key, **order.model_dump()}, None if cached else DOWN)


@app.delete("/orders/<order_id>")
def delete_order(order_id: str) -> Response[str]:
    dropped = orders().delete(safe(order_id))
    return answer(200, {"deleted": order_id}, None if dropped else DOWN)


@app.get("/products/<product_id>")
def get_product(product_id: str) -> Response[str]:
    count = None
    with suppress(StoreError):  # the store has logged it; a page is worth more than its count
        count = views().increment(f"views:{safe(product_id)}")
    return answer(200, {"id": product_id, "views": count})


@app.not_found
def no_route(error: NotFoundError) -> Response[str]:
    event = app.current_event
    message = f"no route for {event.http_method} {event.path}"
    return answer(404, {"statusCode": 404, "message": message})


def safe(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise ServiceError(
            400, f"an id must be 1 to 64 letters, digits, - or _, the first no sign, got: {name}"
        )
    return name


def parse(event: APIGatewayProxyEvent) -> Order:
    body = event.body or ""
    try:
        return Order.model_validate_json(b64decode(body) if event.is_base64_encoded else body)
    except ValidationError as error:
        problems = [
            {"field": ".".join(map(str, problem["loc"])), "problem": problem["msg"]}
            for problem in error.errors()
        ]
        raise ServiceError(422, {"the order is not valid": problems}) from error


def answer(status: int, body: Document, cache_status: str | None = None) -> Response[str]:
    headers = {"Cache-Control": "no-store"} | (
        {"Cache-Status": cache_status} if cache_status else {}
    )
    return Response(status, "application/json", json.dumps(body), headers)


def handler(event: Mapping[str, object], context: LambdaContext) -> dict[str, object]:
    return app.resolve(event, context)
