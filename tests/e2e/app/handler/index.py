"""Tells the caller what it was asked, and does on some paths what a test wants to see."""

import base64
import hashlib
import json
import os
import sys
from typing import Any

import boto3
import pydantic
import pydantic_core
from version import VERSION  # type: ignore[import-not-found]

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import MISSING, MemcachedStore, RedisStore

Answer = dict[str, Any]
ALL_BYTES = bytes(range(256))


def handler(event: Answer, context: object) -> object:
    path = event["path"].removeprefix("/api")
    if path == "/boom":
        raise RuntimeError("the secret reason")
    if path == "/malformed":
        return "not what API Gateway takes"
    if path == "/binary":
        return binary(event)
    if path == "/multi":
        return multi()
    if path == "/caches":
        return answer(event, caches())
    if path == "/about":
        return answer(event, about())
    return answer(event, event)


def answer(event: Answer, body: object) -> Answer:
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json",
            "X-Version": str(VERSION),
            # Seen in an answer to HEAD, too.
            "X-Method": event["httpMethod"],
            "X-Path": event["path"],
        },
        "body": json.dumps(body),
    }


def binary(event: Answer) -> Answer:
    """Every byte value to a GET; to others what they have sent, with its digest."""
    body = event["body"] or ""
    sent = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    back = sent or ALL_BYTES
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/octet-stream",
            "X-SHA256": hashlib.sha256(back).hexdigest(),
        },
        "isBase64Encoded": True,
        "body": base64.b64encode(back).decode(),
    }


def multi() -> Answer:
    return {
        "statusCode": 200,
        "headers": {"X-One": "1"},
        "multiValueHeaders": {"Set-Cookie": ["a=1; Path=/", "b=2; Path=/"], "X-Two": ["2", "3"]},
        "body": "",
    }


def about() -> Answer:
    """What only the function itself can tell: the code and the packages that it runs on."""
    return {
        "version": VERSION,
        "greeting": os.environ["GREETING"],
        "pydantic": pydantic.VERSION,
        "compiled": pydantic_core.__version__,
        "validated": pydantic.TypeAdapter(list[int]).validate_python(["1", 2]),
        "python": list(sys.version_info[:2]),
        "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    }


def caches() -> Answer:
    """Writes to each store that the function is connected to, and reads it back."""
    redis, memcached, s3 = RedisStore.from_env(), MemcachedStore.from_env(), boto3.client("s3")
    bucket = os.environ[contract.bucket_name()]
    key = f"{os.environ[contract.bucket_key_prefix()]}from-lambda.txt"
    redis.set("from-lambda", {"é": [1, 2]}, ttl=600)
    memcached.set("from-lambda", "counted", ttl=600)
    s3.put_object(Bucket=bucket, Key=key, Body=b"stored")
    return {
        "redis": redis.get("from-lambda"),
        "redis_missing": redis.get("absent") is MISSING,
        "memcached": memcached.get("from-lambda"),
        "memcached_count": memcached.increment("calls-from-lambda"),
        "s3": s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(),
        "archive": os.environ[contract.bucket_name("ARCHIVE")],
    }
