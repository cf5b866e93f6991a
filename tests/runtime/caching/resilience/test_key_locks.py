import threading

from serverless_stack.runtime.caching.resilience.key_locks import KeyLocks


def test_one_writer_of_a_key_at_a_time() -> None:
    locks = KeyLocks()
    inside = threading.Event()
    order: list[str] = []

    def second() -> None:
        inside.set()
        with locks.of("a"):
            order.append("second")

    with locks.of("a"), locks.of("a"):  # `save` may put the same key again
        thread = threading.Thread(target=second)
        thread.start()
        assert inside.wait(30)
        with locks.of("b"):
            order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_no_lock_is_kept() -> None:
    locks = KeyLocks()
    with locks.of("a"):
        assert len(locks._locks) == 1

    assert locks._locks == {}
