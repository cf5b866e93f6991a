import contextlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.runtime.caching import StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker


class Rig:
    """A breaker, its clock, and an operation that fails on demand and counts its runs."""

    def __init__(self) -> None:
        self.now = 100.0
        self.failure: Exception | None = None
        self.runs = 0
        self.breaker = CircuitBreaker("the server", cool_down=1.0, clock=lambda: self.now)

    def operation(self) -> str:
        self.runs += 1
        if self.failure is not None:
            raise self.failure
        return "done"

    def call(self) -> str:
        return self.breaker.call(self.operation)


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def failed(rig: Rig) -> Rig:
    rig.failure = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable, match="gone"):
        rig.call()
    return rig


def test_passes_calls_while_all_is_well(rig: Rig) -> None:
    assert [rig.call(), rig.call()] == ["done", "done"]


def test_one_failure_refuses_calls_for_the_cool_down(failed: Rig) -> None:
    failed.now += 0.99
    with pytest.raises(StoreUnavailable, match="the server has just failed"):
        failed.call()

    assert failed.runs == 1


def test_probe_closes_it(failed: Rig) -> None:
    failed.now += 1
    failed.failure = None

    assert [failed.call(), failed.call()] == ["done", "done"]


def test_failed_probe_opens_it_again(failed: Rig) -> None:
    failed.now += 1
    with pytest.raises(StoreUnavailable, match="gone"):
        failed.call()
    failed.now += 0.5
    with pytest.raises(StoreUnavailable, match="just failed"):
        failed.call()

    assert failed.runs == 2


def test_only_one_probe_at_a_time(failed: Rig) -> None:
    failed.now += 1

    def probe() -> str:
        with pytest.raises(StoreUnavailable, match="just failed"):
            failed.call()
        return "probed"

    assert failed.breaker.call(probe) == "probed"
    assert failed.runs == 1


def test_refusal_of_one_command_does_not_open_it(rig: Rig) -> None:
    rig.failure = StoreRefused("too large")
    for _ in range(2):
        with pytest.raises(StoreRefused, match="too large"):
            rig.call()

    assert rig.runs == 2


def test_refused_probe_closes_it_because_the_server_answered(failed: Rig) -> None:
    failed.now += 1
    failed.failure = StoreRefused("too large")
    with pytest.raises(StoreRefused):
        failed.call()
    failed.failure = None

    assert failed.call() == "done"


def test_negative_cool_down_is_refused() -> None:
    with pytest.raises(ValueError, match="`cool_down` must be 0 seconds or more, got: -1"):
        CircuitBreaker("the server", cool_down=-1)


def test_next_probe_is_due_a_cool_down_after_the_last_one_began(failed: Rig) -> None:
    failed.now += 1

    def slow() -> str:
        failed.now += 0.4
        raise StoreUnavailable("still gone")

    with pytest.raises(StoreUnavailable, match="still gone"):
        failed.breaker.call(slow)
    assert failed.breaker.refuses()
    failed.now += 0.6
    assert not failed.breaker.refuses()
    failed.failure = None
    assert failed.call() == "done"
    assert not failed.breaker.is_open


def test_late_success_of_an_older_call_does_not_close_it(rig: Rig) -> None:
    def old() -> str:
        rig.failure = StoreUnavailable("gone")
        with pytest.raises(StoreUnavailable):
            rig.call()
        return "answered before"

    assert rig.breaker.call(old) == "answered before"
    assert rig.breaker.is_open


def test_calls_that_fail_together_say_so_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[bool] = []
    breaker = CircuitBreaker("the server", on_failure=lambda: seen.append(True))
    together = threading.Barrier(8)

    def hang() -> None:
        together.wait(30)
        raise StoreUnavailable("gone")

    def call() -> None:
        with pytest.raises(StoreUnavailable, match="gone"):
            breaker.call(hang)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [True]
    assert caplog.messages == ["gone; not asked again for 1 s"]


@given(
    st.floats(0, 60),
    st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=40),
)
def test_failing_server_is_asked_at_most_once_per_cool_down(
    cool_down: float, steps: list[tuple[float, bool]]
) -> None:
    now = [0.0]
    breaker = CircuitBreaker("the server", cool_down, clock=lambda: now[0])
    asked: list[float] = []

    def operation(works: bool) -> None:
        asked.append(now[0])
        if not works:
            raise StoreUnavailable("gone")

    last_failure: float | None = None
    for pause, works in steps:
        now[0] += pause
        before = len(asked)
        with contextlib.suppress(StoreUnavailable):
            breaker.call(lambda works=works: operation(works))  # type: ignore[misc]
        if last_failure is None:
            assert len(asked) == before + 1
        else:
            assert (len(asked) == before + 1) == (now[0] >= last_failure + cool_down)
        if len(asked) > before:
            last_failure = None if works else now[0]
