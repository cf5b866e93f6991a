"""What happens is kept within limits, and followed without being held up."""

import asyncio
import threading
from pathlib import Path

from serverless_stack.local.emulator import activity
from serverless_stack.local.emulator.activity import Activity, current_trace
from serverless_stack.local.emulator.console.access import MAX_CODES, Access


def exchange(number: int) -> activity.Document:
    names = ("via", "at", "method", "target", "status", "milliseconds", "outcome")
    return {"id": str(number), **dict.fromkeys(names, "")}


def test_the_last_are_kept() -> None:
    watched = Activity()
    for number in range(activity.MAX_KEPT + 5):
        watched.begin_exchange(exchange(number))
        watched.begin_call(f"call-{number}", "f", {})
    assert [each["id"] for each in watched.exchanges()][:2] == ["204", "203"]
    assert len(watched.exchanges()) == activity.MAX_KEPT
    assert watched.exchange("0") is None


def test_what_runs_is_kept_while_others_come_and_go() -> None:
    watched = Activity()
    slow = {**exchange(0), "milliseconds": None}
    watched.begin_exchange(slow)
    current_trace.set("0")
    watched.begin_call("slow", "f", {})
    for number in range(1, 2 * activity.MAX_KEPT):
        watched.begin_exchange(exchange(number))
        watched.begin_call(str(number), "f", {})
        watched.end_call(str(number), [], "")
    watched.end_call("slow", ["done"], "")
    slow["milliseconds"] = 9000.0
    found = watched.exchange("0")
    assert found is not None
    assert ("slow", ["done"]) in [(each["id"], each["lines"]) for each in found["calls"]]
    for number in range(activity.MAX_KEPT):
        watched.begin_exchange(exchange(1000 + number))
    assert watched.exchange("0") is None
    assert len(watched.exchanges()) == activity.MAX_KEPT


def test_a_call_belongs_to_the_request_that_caused_it_in_any_thread() -> None:
    watched = Activity()
    watched.begin_exchange(exchange(1))

    async def serve() -> None:
        current_trace.set("1")
        await asyncio.to_thread(watched.begin_call, "a", "f", {"x": 1})

    asyncio.run(serve())
    watched.begin_call("b", "f", {})
    found = watched.exchange("1")
    assert found is not None
    assert [each["id"] for each in found["calls"]] == ["a"]


def test_a_log_of_a_million_lines_and_a_huge_event_are_cut() -> None:
    watched = Activity()
    current_trace.set("1")
    watched.begin_exchange(exchange(1))
    watched.begin_call("a", "f", {"body": "x" * 1_000_000})
    watched.begin_call("b", "f", {})
    for _line in range(20_000):
        watched.add_line("a", "f", "y" * 10_000)
        watched.add_line("b", "f", "short")
    watched.end_call("a", [], "")
    found = watched.exchange("1")
    assert found is not None
    call, short = found["calls"]
    assert len(call["event"]) < 300_000
    assert call["event"].endswith("more characters")
    assert len(short["lines"]) == activity.MAX_LINES
    assert short["dropped"] == 20_000 - activity.MAX_LINES
    most = activity.MAX_LOG_CHARACTERS + activity.MAX_LINE_CHARACTERS
    assert activity.MAX_LOG_CHARACTERS <= sum(map(len, call["lines"])) < most
    assert call["dropped"] == 20_000 - len(call["lines"])
    assert len(call["lines"][0]) == activity.MAX_LINE_CHARACTERS


def test_a_slow_reader_holds_nobody_up_and_learns_what_it_missed() -> None:
    watched = Activity()

    async def read() -> list[activity.Document]:
        following = watched.follow(5)
        waiting = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0)

        def write() -> None:
            for number in range(3000):
                watched.publish({"type": "line", "line": number})

        writer = threading.Thread(target=write)
        writer.start()
        writer.join()  # while the loop cannot read
        messages = await waiting
        await following.aclose()
        return messages

    messages = asyncio.run(read())
    assert len(messages) == activity.MAX_WAITING + 1
    assert messages[-1] == {"type": "dropped", "count": 2000}
    watched.publish({"type": "line"})  # to nobody


def test_a_runtime_whose_lines_are_not_seen_as_they_come_has_them_at_the_end() -> None:
    watched = Activity()
    current_trace.set("1")
    watched.begin_exchange(exchange(1))
    watched.begin_call("a", "node", {})
    watched.end_call("a", ["one", "two"], "Error")
    found = watched.exchange("1")
    assert found is not None
    assert found["calls"][0]["lines"] == ["one", "two"]
    assert found["calls"][0]["error"] == "Error"
    watched.end_call("unknown", [], "")


def test_unused_links_are_limited_and_tokens_are_not() -> None:
    access = Access("http://127.0.0.1:1")
    used = access.link().partition("=")[2]
    token = access.redeem(used)
    first = access.link().partition("=")[2]
    for _link in range(MAX_CODES):
        last = access.link().partition("=")[2]
    assert access.redeem(first) is None
    assert access.redeem(last)
    assert token
    assert access.is_valid(token)
    assert not access.is_valid("")


def test_files_of_the_page_are_short() -> None:
    page = Path(activity.__file__).with_name("console") / "page"
    lengths = {path.name: path.read_text("utf-8").count("\n") for path in page.rglob("*.js")}
    assert len(lengths) > 8
    assert {name: length for name, length in lengths.items() if length > 300} == {}
