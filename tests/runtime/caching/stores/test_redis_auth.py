"""TLS and AUTH of a Redis, with the token from Secrets Manager and its rotation."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from redis import Redis

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    RedisStore,
    StoreUnavailable,
)
from serverless_stack.runtime.caching.clients.credentials import AuthToken
from serverless_stack.runtime.caching.resilience.threads import Background
from tests.runtime.servers import Certificate, Server, free_port, redis_server, wait_until

TOKEN = "the-first-token-16-or-more"
ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:cache-AbCdEf"


class Secrets(ThreadingHTTPServer):
    """Answers GetSecretValue as Secrets Manager does, to the real boto3."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SecretsHandler)
        self.token = TOKEN
        self.reads = 0


class SecretsHandler(BaseHTTPRequestHandler):
    server: Secrets

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        assert request == {"SecretId": ARN}
        self.server.reads += 1
        body = json.dumps({"ARN": ARN, "SecretString": self.server.token}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Secrets]:
    server = Secrets()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv(
        "AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{server.server_address[1]}"
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def guarded(tmp_path: Path, certificate: Certificate) -> Iterator[Server]:
    """A redis-server with TLS and AUTH, as the construct makes it."""
    with redis_server(tmp_path, certificate, TOKEN) as server:
        yield server


@pytest.fixture
def connected(guarded: Server, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The environment as ``connect`` leaves it."""
    monkeypatch.setenv(contract.redis_primary_endpoint(), guarded.address)
    monkeypatch.setenv(contract.redis_reader_endpoint(), guarded.address)
    monkeypatch.setenv(contract.redis_tls(), "true")
    monkeypatch.setenv(contract.redis_secret_arn(), ARN)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    return guarded


def admin(server: Server, certificate: Certificate) -> "Redis":
    return Redis(
        port=server.port,
        host="127.0.0.1",
        ssl=True,
        ssl_ca_certs=str(certificate.certificate),
        password=TOKEN,
    )


def test_from_env_reads_the_token_once(connected: Server, secrets: Secrets) -> None:
    store = RedisStore.from_env(timeout=5)
    store.set("a", 1)

    assert store.get("a") == 1
    assert secrets.reads == 1


def test_token_is_read_again_after_a_rotation(
    connected: Server, secrets: Secrets, certificate: Certificate
) -> None:
    store = RedisStore.from_env(timeout=5)
    store.set("a", 1)
    secrets.token = "the-second-token-16-or-more"
    with admin(connected, certificate) as client:
        client.config_set("requirepass", secrets.token)
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")

    assert store.get("a") == 1
    store.set("a", 2)
    assert secrets.reads == 2


THREADS = 8


class Load:
    """Eight threads that use a store without a pause, and what went wrong for them."""

    def __init__(self, store: RedisStore) -> None:
        self.calls = 0
        self.failures: list[Exception] = []
        self._store = store
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(THREADS)]

    def _run(self, number: int) -> None:
        while not self._stop.is_set():
            try:
                self._store.set(f"load-{number}", number)
                assert self._store.get(f"load-{number}") == number
                self.calls += 1
            except Exception as error:
                self.failures.append(error)

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        self.go_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def go_on(self) -> None:
        calls = self.calls
        wait_until(lambda: self.calls > calls + 200)


def kill_connections(client: "Redis") -> None:
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # type: ignore[no-untyped-call]


def test_rotation_with_both_tokens_for_a_while_fails_no_request(
    connected: Server, secrets: Secrets, certificate: Certificate
) -> None:
    second = "the-second-token-16-or-more"
    with admin(connected, certificate) as client, Load(RedisStore.from_env(timeout=5)) as load:
        client.execute_command("ACL", "SETUSER", "default", f">{second}")  # ROTATE
        kill_connections(client)
        load.go_on()
        secrets.token = second
        load.go_on()
        client.execute_command("ACL", "SETUSER", "default", f"<{TOKEN}")  # SET
        load.go_on()
        kill_connections(client)
        load.go_on()

    assert load.failures == []
    assert secrets.reads == 2


def test_rotation_at_once_fails_no_request(
    connected: Server, secrets: Secrets, certificate: Certificate
) -> None:
    with admin(connected, certificate) as client, Load(RedisStore.from_env(timeout=5)) as load:
        # One for each thread, and ours: none that is opened later needs the new token.
        wait_until(lambda: len(client.client_list()) == THREADS + 1)
        secrets.token = "the-second-token-16-or-more"
        client.config_set("requirepass", secrets.token)
        load.go_on()  # connections that are there stay authenticated
        assert secrets.reads == 1
        kill_connections(client)
        load.go_on()

    assert load.failures == []
    assert secrets.reads == 2


@pytest.mark.parametrize(
    "secret",
    [
        {"password": TOKEN},
        {"token": TOKEN},
        {"username": "default", "password": TOKEN},
        {"auth_token": TOKEN, "engine": "redis"},
    ],
    ids=lambda secret: next(iter(secret)),
)
def test_secret_may_be_json(connected: Server, secrets: Secrets, secret: dict[str, str]) -> None:
    secrets.token = json.dumps(secret)

    assert RedisStore.from_env(timeout=5).get("a") is MISSING


def test_user_of_rbac_has_the_password_of_the_secret(
    connected: Server,
    secrets: Secrets,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(contract.redis_user(), "app")
    secrets.token = "{a password that begins with a brace"
    with admin(connected, certificate) as client:
        client.execute_command("ACL", "SETUSER", "app", "on", f">{secrets.token}", "~*", "+@all")
        store = RedisStore.from_env(timeout=5)
        assert store.get("a") is MISSING
        assert b"user=app" in client.execute_command("CLIENT", "LIST")


def test_secret_of_json_without_a_token_is_unavailable() -> None:
    class Other:
        def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
            return {"SecretString": json.dumps({"key": "hidden"})}

    with pytest.raises(StoreUnavailable, match="under one of password, token") as caught:
        AuthToken(ARN, Other()).get_credentials()
    assert "hidden" not in str(caught.value)


def test_secret_that_takes_long_is_waited_for_no_longer_than_the_timeout() -> None:
    answered = threading.Event()

    class Slow:
        def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
            answered.wait(30)
            return {"SecretString": TOKEN}

    token = AuthToken(ARN, Slow(), timeout=0.01)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"timed out after 0\.01 s"):
            token.get_credentials()
    answered.set()

    wait_until(lambda: token._credentials is not None)
    assert token.get_credentials() == (TOKEN,)


def test_wrong_token_is_unavailable_and_not_read_for_ever(
    connected: Server, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(contract.redis_reader_endpoint())
    secrets.token = "a-wrong-token"
    store = RedisStore.from_env(timeout=5, cool_down=3600)
    with pytest.raises(StoreUnavailable, match=r"redis primary at 127\.0\.0\.1:\d+: .*invalid"):
        store.get("a")

    lazy = LazyLoading(store, str.upper)
    assert [lazy.lookup("a").value for _ in range(10)] == ["A"] * 10
    assert secrets.reads == 2


def test_secret_without_a_string_is_unavailable() -> None:
    class Binary:
        def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
            return {"SecretBinary": b"token"}

    with pytest.raises(StoreUnavailable, match=f"the secret {ARN} must hold the token as a string"):
        AuthToken(ARN, Binary()).get_credentials()


def test_unreadable_secret_is_unavailable(
    connected: Server, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{free_port()}")
    store = RedisStore.from_env(timeout=5)

    with pytest.raises(StoreUnavailable, match="the AUTH token cannot be read from arn:aws:"):
        store.get("a")
    assert LazyLoading(store, str.upper).lookup("a").degraded


class Flaky:
    """Secrets Manager that cannot be reached at first."""

    def __init__(self) -> None:
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
        self.reads += 1
        if self.reads == 1:
            raise EndpointConnectionError(endpoint_url="secrets")
        return {"SecretString": TOKEN}


class Counting:
    """Secrets Manager that counts."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
        self.reads += 1
        return {"SecretString": self.token}


def meanwhile(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> None:
    """Do what another thread may do between our look at a token and our reading of the secret."""
    get = Background.get

    def late(reading: Background[tuple[str]], timeout: float) -> tuple[str]:
        monkeypatch.setattr(Background, "get", get)
        other()
        return get(reading, timeout)

    monkeypatch.setattr(Background, "get", late)


def test_token_is_read_once_although_another_thread_reads_it_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets = Counting()
    token = AuthToken(ARN, secrets)

    meanwhile(monkeypatch, token.get_credentials)
    assert token.get_credentials() == (TOKEN,)
    assert secrets.reads == 1

    secrets.token = "the-second-token-16-or-more"
    meanwhile(monkeypatch, token.refresh)
    assert token.refresh()
    assert token.get_credentials() == (secrets.token,)
    assert secrets.reads == 2


def test_connection_made_without_a_token_is_not_used_later(connected: Server) -> None:
    token = AuthToken(ARN, Flaky())
    client = Redis(
        host="127.0.0.1",
        port=connected.port,
        ssl=True,
        credential_provider=token,  # type: ignore[arg-type] # by its method, not its class
    )
    store = RedisStore(lambda: client, cool_down=0)
    with pytest.raises(StoreUnavailable, match="the AUTH token cannot be read"):
        store.get("a")

    assert store.get("a") is MISSING


def test_missing_token_is_unavailable(
    guarded: Server, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    store = RedisStore.from_url(f"rediss://{guarded.address}/0", timeout=5)

    with pytest.raises(StoreUnavailable, match="Authentication required"):
        store.get("a")


def test_untrusted_certificate_is_unavailable(guarded: Server) -> None:
    store = RedisStore.from_url(f"rediss://:{TOKEN}@{guarded.address}/0", timeout=5)

    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        store.get("a")
