"""Clients of the local cloud's services, made on first use."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_elasticache import ElastiCacheClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class Account:
    """The account that the tests deploy to.

    Attributes:
        environment: What `LocalCloud.environment` gives.
    """

    environment: Mapping[str, str]

    @property
    def region(self) -> str:
        return self.environment["AWS_REGION"]

    @cached_property
    def apigateway(self) -> "APIGatewayClient":
        return self._session.client("apigateway", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        return self._session.client("cloudfront", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def ec2(self) -> "EC2Client":
        return self._session.client("ec2", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def elasticache(self) -> "ElastiCacheClient":
        return self._session.client("elasticache", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def iam(self) -> "IAMClient":
        return self._session.client("iam", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        return self._session.client("lambda", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._session.client("logs", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def s3(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def sqs(self) -> Any:  # noqa: ANN401 - its stubs are not among the dependencies
        return self._session.client("sqs", endpoint_url=self._url, config=_ONE_ATTEMPT)

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        return self._session.client("secretsmanager", endpoint_url=self._url, config=_ONE_ATTEMPT)

    def client(self, service: str) -> Any:  # noqa: ANN401 - not all stubs are dependencies
        return self._session.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self._url,
            config=_ONE_ATTEMPT,
        )

    @property
    def _url(self) -> str:
        return self.environment["AWS_ENDPOINT_URL"]

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.region,
        )


_ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, proxies={})
