from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.rotation.aws_double import Cache, Cloud, served
from tests.runtime.servers import Certificate, Server, redis_server

FIRST = "the-first-token-of-this-test"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def redis(
    tmp_path: Path, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A redis-server with TLS and AUTH, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with redis_server(tmp_path, certificate, FIRST) as server:
        yield server


@pytest.fixture
def cloud(
    redis: Server, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cloud]:
    """Secrets Manager and ElastiCache in front of that server, for the real boto3."""
    double = Cloud(FIRST, Cache(redis.port, certificate.certificate, FIRST))
    with served(double) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield double
