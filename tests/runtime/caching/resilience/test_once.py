import time

import pytest

from serverless_stack.runtime.caching.resilience.once import Once
from tests.runtime.caching.rig import in_threads


def test_threads_get_one_thing() -> None:
    def make() -> object:
        time.sleep(0.02)
        return object()

    once = Once(make)

    assert len(set(map(id, in_threads(10, once)))) == 1


def test_failure_is_not_kept() -> None:
    calls: list[int] = []

    def make() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("not yet")
        return len(calls)

    once = Once(make)
    with pytest.raises(KeyError, match="not yet"):
        once()

    assert (once(), once()) == (2, 2)
