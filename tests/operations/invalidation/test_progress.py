from serverless_stack.operations.invalidation.progress import Counter, Progress


def test_a_counter_tells_from_the_beginning_on() -> None:
    told: list[Progress] = []
    counter = Counter(told.append, "sending", 2)
    assert told == [Progress("sending", 0, 2)]
    counter.advance()
    counter.advance()
    assert told[1:] == [Progress("sending", 1, 2), Progress("sending", 2, 2)]
