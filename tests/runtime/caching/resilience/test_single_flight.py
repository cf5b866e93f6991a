import threading

import pytest

from serverless_stack.runtime.caching.resilience.single_flight import SingleFlight


def test_the_first_leads_and_the_others_wait_for_it() -> None:
    flights: SingleFlight[str] = SingleFlight()
    flight, leads = flights.board("a")
    assert leads
    assert flight.leader == threading.get_ident()
    other, leads = flights.board("a")
    assert other is flight
    assert not leads
    assert flights.board("b")[1]

    threading.Timer(0.05, flights.land, args=("a", flight, "done")).start()
    assert other.wait() == "done"


def test_error_is_for_all() -> None:
    flights: SingleFlight[str] = SingleFlight()
    flight, _ = flights.board("a")
    flights.land("a", flight, None, KeyError("a"))

    for _ in range(2):
        with pytest.raises(KeyError, match="a"):
            flight.wait()


def test_key_is_free_and_counted_after_the_landing() -> None:
    flights: SingleFlight[str] = SingleFlight()
    flight, _ = flights.board("a")
    flights.land("a", flight, "done")

    assert flights.landed == 1
    assert flights.board("a")[1]
