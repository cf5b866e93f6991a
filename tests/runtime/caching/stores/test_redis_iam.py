"""IAM authentication: what the token says, and when another one is signed."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import MISSING, RedisStore, StoreUnavailable
from serverless_stack.runtime.caching.clients.iam_token import IamToken
from tests.runtime.servers import Certificate, Server, redis_server

SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session/token+1")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


def signature_of(token: str) -> str:
    """Sign it again as "Create a signed AWS API request" describes, without botocore."""
    url = urlsplit(f"https://{token}")
    pairs = [pair for pair in parse_qsl(url.query) if pair[0] != "X-Amz-Signature"]
    query = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(pairs))
    fields = dict(pairs)
    empty = hashlib.sha256(b"").hexdigest()
    request = f"GET\n/\n{query}\nhost:{url.netloc}\n\nhost\n{empty}"
    date, scope = fields["X-Amz-Date"], fields["X-Amz-Credential"].split("/", 1)[1]
    text = "\n".join(
        ["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(request.encode()).hexdigest()]
    )
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@pytest.mark.parametrize("serverless", [False, True])
def test_token_is_a_signed_request_to_connect(serverless: bool) -> None:
    user, token = IamToken("app-1", "sessions", serverless=serverless).get_credentials()

    assert user == "app-1"
    assert token.startswith("sessions/?")
    query = {name: values[0] for name, values in parse_qs(token.partition("?")[2]).items()}
    assert query["Action"] == "connect"
    assert query["User"] == "app-1"
    assert query.get("ResourceType") == ("ServerlessCache" if serverless else None)
    assert query["X-Amz-Expires"] == "900"
    assert query["X-Amz-SignedHeaders"] == "host"
    assert query["X-Amz-Security-Token"] == "a-session/token+1"
    day = datetime.now(UTC).strftime("%Y%m%d")
    assert query["X-Amz-Credential"] == (f"AKIDEXAMPLE/{day}/eu-central-1/elasticache/aws4_request")
    assert query["X-Amz-Signature"] == signature_of(token)


def test_token_is_signed_again_well_before_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    signing = IamToken("app", "sessions", clock=lambda: now[0])
    first = signing.get_credentials()
    monkeypatch.setenv("AWS_SESSION_TOKEN", "rotated")  # so that another token differs

    now[0] += 719
    assert signing.get_credentials() == first
    now[0] += 1
    assert signing._signed_at == 1000.0
    signing.get_credentials()
    assert signing._signed_at == now[0]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 2000), max_size=20))
def test_token_that_is_given_is_valid_for_minutes(steps: list[float]) -> None:
    now = [0.0]
    signing = IamToken("app", "sessions", clock=lambda: now[0])
    for step in steps:
        now[0] += step
        signing.get_credentials()
        assert now[0] - signing._signed_at < 900 - 60


def test_refused_token_is_signed_again_but_not_at_every_call() -> None:
    now = [0.0]
    signing = IamToken("app", "sessions", clock=lambda: now[0])
    signing.get_credentials()

    assert not signing.refresh()
    now[0] += 5
    assert signing.refresh()
    assert not signing.refresh()


def test_no_credentials_are_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    with pytest.raises(StoreUnavailable, match="needs AWS credentials and a region"):
        IamToken("app", "sessions").get_credentials()


@pytest.fixture
def guarded(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Server]:
    with redis_server(tmp_path_factory.mktemp("iam"), certificate) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        monkeypatch.setenv(contract.redis_primary_endpoint(), server.address)
        monkeypatch.setenv(contract.redis_tls(), "true")
        monkeypatch.setenv(contract.redis_user(), "app")
        monkeypatch.setenv(contract.redis_cache_name(), "sessions")
        yield server


def test_from_env_without_a_secret_connects_with_an_iam_token(
    guarded: Server, certificate: Certificate
) -> None:
    store = RedisStore.from_env(timeout=5)
    with Redis(
        host="127.0.0.1", port=guarded.port, ssl=True, ssl_ca_certs=str(certificate.certificate)
    ) as admin:
        # Redis cannot check a signature: a user who may come with any password stands for it.
        admin.execute_command("ACL", "SETUSER", "app", "on", "nopass", "~*", "+@all")
        admin.execute_command("ACL", "SETUSER", "default", "resetpass", "off")
        assert store.get("a") is MISSING
        assert b"user=app" in admin.execute_command("CLIENT", "LIST")
        admin.execute_command("ACL", "SETUSER", "app", "resetpass")
        admin.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        with pytest.raises(StoreUnavailable, match="invalid username-password") as caught:
            store.get("a")
    assert "X-Amz" not in str(caught.value)


def test_user_without_secret_and_cache_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.redis_primary_endpoint(), "host:6379")
    monkeypatch.setenv(contract.redis_user(), "app")
    with pytest.raises(ValueError, match="`REDIS_CACHE_NAME` is not set"):
        RedisStore.from_env()
