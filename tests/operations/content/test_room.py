import threading

import pytest

from serverless_stack.operations.content.room import Room


def test_no_more_is_held_than_there_is() -> None:
    room, lock = Room(10), threading.Lock()
    held = most = 0

    def work(weight: int) -> None:
        nonlocal held, most
        for _ in range(200):
            with room.taken(weight):
                with lock:
                    held += weight
                    most = max(most, held)
                with lock:
                    held -= weight

    threads = [threading.Thread(target=work, args=(weight,)) for weight in (3, 4, 5, 6, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 10


def test_more_than_there_is_waits_for_all_of_it() -> None:
    room, entered, leave = Room(10), threading.Event(), threading.Event()

    def small() -> None:
        with room.taken(1):
            entered.set()
            leave.wait()

    def large() -> None:
        with room.taken(11):
            order.append("large")

    order: list[str] = []
    threads = [threading.Thread(target=small)]
    threads[0].start()
    entered.wait()
    threads.append(threading.Thread(target=large))
    threads[1].start()
    assert order == []
    leave.set()
    for thread in threads:
        thread.join()
    assert order == ["large"]


def test_an_error_gives_it_back() -> None:
    room = Room(10)
    with pytest.raises(ValueError, match="no"), room.taken(10):
        raise ValueError("no")
    with room.taken(10):
        pass
