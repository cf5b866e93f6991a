import secrets
from typing import TYPE_CHECKING

import boto3
import pytest

from serverless_stack.operations.sync import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture
def s3(use_aws: dict[str, str]) -> "S3Client":
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: "S3Client") -> Bucket:
    name = f"sync-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    return Bucket(name, "site/")
