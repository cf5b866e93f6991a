from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from tests.operations.invalidation.cloudfront_double import CloudFront, served

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient


@pytest.fixture
def cloudfront() -> CloudFront:
    return CloudFront({"E1": [], "E2": []})


@pytest.fixture
def endpoint(cloudfront: CloudFront) -> Iterator[str]:
    with served(cloudfront) as url:
        yield url


@pytest.fixture
def client(endpoint: str) -> "CloudFrontClient":
    return boto3.client(
        "cloudfront",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
