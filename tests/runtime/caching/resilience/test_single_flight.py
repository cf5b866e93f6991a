import threading

import pytest

from serverless_stack.runtime.caching import Lookup
from serverless_stack.runtime.caching.resilience.single_flight import (
    MAX_REFRESHES,
    SingleFlight,
    ThreadFlight,
    ancestors,
)

DONE = Lookup[object]("done", False, False)


def start(flights: SingleFlight, *keys: str) -> ThreadFlight:
    flight, others = flights.board(keys)
    assert flight is not None
    assert others == {}
    return flight


def test_the_first_leads_and_the_others_wait_for_it() -> None:
    flights = SingleFlight()
    flight = start(flights, "a")
    mine, others = flights.board(["a", "b"])
    assert mine is not None
    assert list(mine.keys) == ["b"]
    assert others == {"a": flight}

    threading.Timer(0.05, flights.land, args=(flight, {"a": DONE})).start()
    assert flight.wait("a") == DONE
    assert flight.wait("another") is None


def test_error_is_for_all() -> None:
    flights = SingleFlight()
    flight = start(flights, "a")
    flights.land(flight, {}, KeyError("a"))

    for _ in range(2):
        with pytest.raises(KeyError, match="a"):
            flight.wait("a")


def test_key_is_free_and_counted_after_the_landing() -> None:
    flights = SingleFlight()
    flights.land(start(flights, "a"), {"a": DONE})

    assert flights.landed == 1
    start(flights, "a")


def test_who_comes_after_a_change_is_not_given_what_was_read_before_it() -> None:
    flights = SingleFlight()
    flight = start(flights, "a")
    flight.outdated.add("a")
    threading.Timer(0.05, flights.land, args=(flight, {}, KeyError("a"))).start()

    assert flight.wait("a") is None


def test_refreshes_are_limited() -> None:
    flights = SingleFlight()
    under_way = [flights.board_refresh(str(number)) for number in range(MAX_REFRESHES)]
    assert None not in under_way
    assert flights.board_refresh("one more") is None
    assert flights.board_refresh("0") is None

    assert under_way[0] is not None
    flights.land(under_way[0], {})
    assert flights.board_refresh("one more") is not None


def test_waiting_for_what_waits_for_the_caller_is_a_deadlock() -> None:
    """This thread loads a; another loads b and waits for a."""
    flights = SingleFlight()
    a = start(flights, "a")
    found: list[bool] = []

    def load_b() -> None:
        b = start(flights, "b")
        with b.boarded(), a.awaited() as deadlock:
            found.append(deadlock)
            waiting.set()
            assert ended.wait(30)

    waiting, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=load_b)
    thread.start()
    assert waiting.wait(30)
    _, others = flights.board(["b"])
    with a.boarded():
        with a.awaited() as deadlock:
            found.append(deadlock)
        with others["b"].awaited() as deadlock:
            found.append(deadlock)
    with others["b"].awaited() as deadlock:  # out of the load of a
        found.append(deadlock)
    ended.set()
    thread.join()

    assert found == [False, True, True, False]


def test_ancestors_are_the_loads_around_the_caller() -> None:
    flights = SingleFlight()
    with start(flights, "a").boarded(), start(flights, "b").boarded():
        assert [list(flight.keys) for flight in ancestors()] == [["b"], ["a"]]
    assert list(ancestors()) == []
