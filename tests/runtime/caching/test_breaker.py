import pytest

from serverless_stack.runtime.caching import StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.breaker import CircuitBreaker


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
