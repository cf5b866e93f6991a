import threading

import pytest

from serverless_stack.runtime.caching import StoreUnavailable
from serverless_stack.runtime.caching.resilience.background import Background
from tests.runtime.servers import wait_until


class Work:
    """Waits to be let go, and counts its runs."""

    def __init__(self) -> None:
        self.runs = 0
        self.may_end = threading.Event()
        self.failure: Exception | None = None

    def __call__(self) -> int:
        self.runs += 1
        assert self.may_end.wait(30)
        if self.failure is not None:
            raise self.failure
        return self.runs


def test_callers_share_a_run_and_its_outcome() -> None:
    work = Work()
    background = Background("work", work)
    outcomes: list[int] = []
    threads = [threading.Thread(target=lambda: outcomes.append(background.get(30))) for _ in "abc"]
    for thread in threads:
        thread.start()
    wait_until(lambda: work.runs == 1)
    work.may_end.set()
    for thread in threads:
        thread.join()

    assert outcomes[0] == 1
    assert background.get(30) == work.runs  # each later call is a run of its own


def test_run_goes_on_when_its_caller_has_given_up() -> None:
    work = Work()
    background = Background("work", work)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"work: not done after 0\.01 s"):
            background.get(0.01)
    background.start()

    assert work.runs == 1
    work.may_end.set()


def test_failure_goes_to_the_caller_and_the_next_run_is_another() -> None:
    work = Work()
    work.may_end.set()
    work.failure = OSError("no network")
    background = Background("work", work)
    with pytest.raises(OSError, match="no network"):
        background.get(30)
    work.failure = None

    assert background.get(30) == 2
