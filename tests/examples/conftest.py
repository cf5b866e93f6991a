import importlib.util
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from tests.examples.shop import SHOP, Shop
from tests.runtime.servers import Server, memcached_server, redis_server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def memcached() -> Iterator[Server]:
    with memcached_server() as server:
        yield server


@pytest.fixture
def shop(redis: Server, memcached: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("BUCKET_NAME", "the-bucket")
    monkeypatch.setenv("BUCKET_KEY_PREFIX", "data/")
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", redis.address)
    monkeypatch.setenv("REDIS_READER_ENDPOINT", redis.address)
    monkeypatch.setenv("REDIS_TLS", "false")
    monkeypatch.setenv("MEMCACHED_CONFIGURATION_ENDPOINT", memcached.address)
    monkeypatch.setenv("MEMCACHED_TLS", "false")
    s3 = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    monkeypatch.setattr(boto3, "client", lambda service, config: s3)
    spec = importlib.util.spec_from_file_location("index", SHOP / "handler" / "index.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with Stubber(s3) as bucket:
        yield Shop(module, bucket)
        bucket.assert_no_pending_responses()
