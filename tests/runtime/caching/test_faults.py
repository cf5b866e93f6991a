"""What happens when the server dies, hangs and comes back."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from serverless_stack.runtime.caching import (
    LazyLoading,
    MemcachedStore,
    RedisStore,
    Store,
    StoreUnavailable,
    WriteThrough,
)
from tests.runtime.servers import Server, wait_until

NEVER = 3600.0
"""A cool-down that does not end within a test."""


class Engine:
    """A server, and stores on it."""

    def __init__(self, server: Server, make: Callable[[str, float], Store]) -> None:
        self.server = server
        self._make = make

    def store(self, cool_down: float) -> Store:
        return self._make(self.server.address, cool_down)


@pytest.fixture(params=["redis", "memcached"])
def engine(request: pytest.FixtureRequest) -> Engine:
    server: Server = request.getfixturevalue(request.param)
    if request.param == "redis":
        return Engine(
            server,
            lambda address, rest: RedisStore.from_url(f"redis://{address}/0", cool_down=rest),
        )
    return Engine(
        server,
        lambda address, rest: MemcachedStore.from_url(f"memcached://{address}", cool_down=rest),
    )


def failures(caplog: pytest.LogCaptureFixture) -> int:
    """How often a store has asked the server in vain: each time is logged once."""
    return sum("not asked again for" in message for message in caplog.messages)


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("fault", [Server.kill, Server.hang], ids=["killed", "hung"])
def test_strategies_answer_from_the_source_and_ask_once(
    engine: Engine, fault: Callable[[Server], None], warm: bool, caplog: pytest.LogCaptureFixture
) -> None:
    store = engine.store(cool_down=NEVER)
    source = {"a": "A"}
    lazy = LazyLoading(store, source.__getitem__)
    writer = WriteThrough(store, source.__setitem__)
    if warm:
        assert not lazy.lookup("a").degraded
        assert lazy.lookup("a").hit

    fault(engine.server)

    for number in range(20):
        assert not writer.put("a", f"A{number}")
        answer = lazy.lookup("a")
        assert (answer.value, answer.hit, answer.degraded) == (f"A{number}", False, True)
        assert not lazy.invalidate("a")
        with pytest.raises(StoreUnavailable):
            store.increment("count")
    assert failures(caplog) == 1


def redis_from_env(address: str) -> Store:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_PRIMARY_ENDPOINT", address)
        return RedisStore.from_env(timeout=0.15)


@pytest.mark.parametrize(
    "make",
    [
        redis_from_env,
        lambda address: RedisStore.from_url(f"redis://{address}/0"),
        lambda address: MemcachedStore.from_url(f"memcached://{address}"),
    ],
    ids=["redis-env", "redis-url", "memcached"],
)
def test_there_is_one_attempt_and_no_hidden_retry(make: Callable[[str], Store]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # connects, and never answers
        store = make(f"127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(StoreUnavailable, match=r"(?i)tim(ed |e)out"):
            store.get("a")

        listener.setblocking(False)
        listener.accept()[0].close()
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("fault", [Server.kill, Server.hang], ids=["killed", "hung"])
def test_each_cool_down_has_one_probe(
    engine: Engine, fault: Callable[[Server], None], caplog: pytest.LogCaptureFixture
) -> None:
    store = engine.store(cool_down=1)
    store.set("a", "A")
    fault(engine.server)

    start = time.monotonic()
    lookups = 0
    while failures(caplog) < 3:
        assert LazyLoading(store, str.upper).get("a") == "A"
        lookups += 1
        time.sleep(0.001)

    assert time.monotonic() - start >= 2  # three failures with two cool-downs between them
    assert lookups > 3


def test_recovers_from_a_restart(engine: Engine) -> None:
    store = engine.store(cool_down=0.2)
    lazy = LazyLoading(store, str.upper)
    lazy.get("a")
    engine.server.kill()
    assert lazy.lookup("a").degraded

    engine.server.restart()

    wait_until(lambda: lazy.lookup("a").hit)
    wait_until(lambda: store.increment("count") > 0)


def test_recovers_from_a_hang_with_the_right_answers(engine: Engine) -> None:
    store = engine.store(cool_down=0.2)
    store.set("a", "A")
    store.set("b", "B")
    engine.server.hang()
    with pytest.raises(StoreUnavailable):
        store.get("a")

    engine.server.resume()

    # The late answer to the call that timed out must not be taken for this one's.
    lazy = LazyLoading(store, lambda key: "from the source")
    wait_until(lambda: lazy.lookup("b").hit)
    assert store.get("b") == "B"
    assert store.get("a") == "A"


def test_threads_that_wait_for_a_hung_server_do_not_wait_for_each_other(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    store = engine.store(cool_down=NEVER)
    together = threading.Barrier(8)
    refused: list[int] = []
    waited: list[int] = []

    def work(number: int) -> None:
        store.set(f"mine-{number}", number)
        together.wait(30)
        if number == 0:
            engine.server.hang()
        together.wait(30)
        for _ in range(20):
            with pytest.raises(StoreUnavailable) as caught:
                store.get(f"mine-{number}")
            (refused if "just failed" in str(caught.value) else waited).append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) + len(waited) == 160
    assert len(waited) == len(set(waited)) > 0  # one time-out for each thread at most
    assert failures(caplog) == 1
