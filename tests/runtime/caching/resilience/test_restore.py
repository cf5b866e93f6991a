"""What stores do after Lambda has restored their process from a snapshot."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    MemcachedStore,
    MemoryStore,
    Namespace,
    RedisStore,
    StoreUnavailable,
)
from serverless_stack.runtime.caching.clients.credentials import AuthToken
from serverless_stack.runtime.caching.clients.iam_token import IamToken
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import reset_after_restore
from tests.runtime.caching.rig import Clock
from tests.runtime.servers import Server


class Relay:
    """Passes connections on to a server; those of before a restore lead nowhere afterwards."""

    def __init__(self, port: int) -> None:
        self.accepted = 0
        self._target = port
        self._dead: set[int] = set()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def forget_connections(self) -> None:
        """Answer nothing on the connections of now, without closing them."""
        self._dead = set(range(self.accepted))

    def close(self) -> None:
        for each in [self._listener, *self._open]:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            number, self.accepted = self.accepted, self.accepted + 1
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(number, *ends), daemon=True).start()

    def _pass_on(self, number: int, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if number not in self._dead:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture
def relays() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["redis", "memcached"])
def relayed(
    request: pytest.FixtureRequest, relays: ExitStack
) -> tuple[Relay, RedisStore | MemcachedStore]:
    server: Server = request.getfixturevalue(f"shared_{request.param}")
    relay = Relay(server.port)
    relays.callback(relay.close)
    if request.param == "redis":
        return relay, RedisStore.from_url(f"redis://127.0.0.1:{relay.port}", timeout=0.3)
    return relay, MemcachedStore.from_url(f"memcached://127.0.0.1:{relay.port}", timeout=0.3)


def test_a_store_connects_anew_after_a_restore(
    relayed: tuple[Relay, RedisStore | MemcachedStore],
) -> None:
    relay, store = relayed
    store.set("restored", "yes")
    before = relay.accepted
    relay.forget_connections()
    reset_after_restore()
    assert store.get("restored") == "yes"
    assert relay.accepted > before


def test_a_connection_of_before_the_snapshot_is_of_no_use(
    relayed: tuple[Relay, RedisStore | MemcachedStore],
) -> None:
    """The test above would fail without the hook."""
    relay, store = relayed
    store.set("restored", "yes")
    relay.forget_connections()
    with pytest.raises(StoreUnavailable):
        store.get("restored")
    reset_after_restore()  # the breaker as well
    assert store.get("restored") == "yes"


def test_an_iam_token_is_signed_again_although_the_clock_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-snapshot")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    token = IamToken("app", "sessions", clock=Clock())
    _, old = token.get_credentials()
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-restore")
    assert token.get_credentials() == ("app", old)
    reset_after_restore()
    _, new = token.get_credentials()
    assert "of-the-restore" in new
    assert "of-the-snapshot" in old


class Secrets:
    """Secrets Manager with one secret."""

    value = "old"

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": self.value}


def test_a_secret_is_read_again() -> None:
    secrets = Secrets()
    token = AuthToken("arn", client=secrets)
    assert token.get_credentials() == ("old",)
    secrets.value = "rotated"
    assert token.get_credentials() == ("old",)
    reset_after_restore()
    assert token.get_credentials() == ("rotated",)


def test_what_expires_in_memory_is_forgotten() -> None:
    store = MemoryStore(clock=Clock())
    store.set("short", 1, ttl=60)
    store.set("for ever", 2)
    reset_after_restore()
    assert store.get("short") is MISSING
    assert store.get("for ever") == 2


def test_the_version_of_a_namespace_is_read_again() -> None:
    shared = MemoryStore()
    mine = Namespace("shop").on(shared, clock=Clock())
    mine.set("order", 1)
    Namespace("shop").on(shared).invalidate_all()  # by another process
    assert mine.get("order") == 1
    reset_after_restore()
    assert mine.get("order") is MISSING


def test_a_breaker_admits_calls_again() -> None:
    breaker = CircuitBreaker("redis", clock=Clock())
    breaker.failed(StoreUnavailable("down"), probe=False)
    assert breaker.refuses()
    reset_after_restore()
    assert not breaker.refuses()


_PROBE = """
import sys, types
hooks = []
module = types.ModuleType("snapshot_restore_py")
module.register_after_restore = lambda hook, *args: hooks.append(hook)
sys.modules["snapshot_restore_py"] = module
from serverless_stack.runtime.caching.resilience import forks
print([hook.__name__ for hook in hooks], hooks == [forks.reset_after_restore])
"""


@pytest.mark.parametrize(
    ("how", "printed"),
    [("snap-start", "['reset_after_restore'] True"), ("on-demand", "[] False")],
)
def test_lambda_calls_it_after_a_restore(
    monkeypatch: pytest.MonkeyPatch, how: str, printed: str
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", how)
    ran = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == printed
