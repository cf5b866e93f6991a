import json
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.functions.custom_resource import (
    Json,
    Request,
    _with_reason,
    answered,
    respond,
)


class FakeContext:
    log_stream_name = "stream"
    function_name = "function"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class Answers(list[dict[str, Any]]):
    """The answers that CloudFormation got, and how often it does not accept one at first."""

    deaf = 0
    resets = 0
    url = ""


@pytest.fixture
def answers() -> Iterator[Answers]:
    got = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if got.resets:
                got.resets -= 1
                # Closed with a reset, as by a load balancer.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                self.connection.close()
                return
            if got.deaf:
                got.deaf -= 1
                self.send_response(503)
            else:
                assert self.headers["Content-Type"] == ""
                assert len(body) <= 4096
                got.append(json.loads(body))
                self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    got.url = f"http://127.0.0.1:{server.server_port}/answer"
    yield got
    server.shutdown()
    server.server_close()
    thread.join()


def event(url: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "RequestType": "Create",
        "ResponseURL": url,
        "StackId": "arn:stack",
        "RequestId": "1",
        "LogicalResourceId": "Content",
        "ResourceProperties": {"A": "1"},
        **more,
    }


def test_a_request() -> None:
    update = event("", RequestType="Update", PhysicalResourceId="x", OldResourceProperties={})
    found = Request.parse(update)
    assert found == Request("Update", "1", "arn:stack/Content", "x", {"A": "1"}, {})
    with pytest.raises(TypeError, match="a mapping is expected"):
        Request.parse(event("", ResourceProperties="x"))


def test_success(answers: Answers) -> None:
    answered(event(answers.url), FakeContext(), "place", lambda: {"Uploaded": 3})
    assert answers == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": "place",
            "StackId": "arn:stack",
            "RequestId": "1",
            "LogicalResourceId": "Content",
            "Data": {"Uploaded": 3},
        }
    ]


def test_failure_tells_why_and_where(answers: Answers) -> None:
    def fail() -> None:
        raise ValueError("no bucket " + "x" * 5000)

    answered(event(answers.url), FakeContext(), "place", fail)
    (answer,) = answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("ValueError: no bucket xxx")
    assert answer["Reason"].endswith("... (log stream stream)")


@given(
    st.text(max_size=6000)
    | st.sampled_from(["\u0434", "\U0001f600", '"', "\n"]).map(lambda character: 5000 * character)
)
def test_an_answer_is_never_longer_than_cloudformation_accepts(reason: str) -> None:
    answer: dict[str, Json] = {"Status": "FAILED", "PhysicalResourceId": "p" * 300}
    body = _with_reason(answer, reason, " (log stream s)")
    assert len(body) <= 4096
    shown = json.loads(body)["Reason"].removesuffix(" (log stream s)")
    if shown != reason:
        assert reason.startswith(shown.removesuffix("..."))
        assert len(body) > 3500  # no more is cut than has to be


def test_an_answer_that_comes_later(answers: Answers) -> None:
    answered(event(answers.url), FakeContext(), "place", lambda: None)
    assert answers == []


@pytest.mark.parametrize(("status", "attempts"), [(400, 2), (429, 2), (500, 2), (403, 1), (404, 1)])
def test_an_answer_is_repeated_unless_it_is_refused_for_good(
    monkeypatch: pytest.MonkeyPatch, status: int, attempts: int
) -> None:
    got: list[object] = []

    def open_url(request: urllib.request.Request, timeout: float) -> AbstractContextManager[None]:
        got.append(request.data)
        if len(got) == 1:
            raise urllib.error.HTTPError("", status, "no", Message(), None)
        return nullcontext()

    monkeypatch.setattr("serverless_stack.functions.custom_resource.time.sleep", lambda _s: None)
    monkeypatch.setattr("urllib.request.urlopen", open_url)
    with pytest.raises(urllib.error.HTTPError) if attempts == 1 else nullcontext():
        respond(event("http://x"), FakeContext(), "place", status="SUCCESS")
    assert len(got) == attempts


def test_an_answer_that_is_not_taken_is_repeated(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("serverless_stack.functions.custom_resource.time.sleep", slept.append)
    answers.deaf, answers.resets = 2, 1
    respond(event(answers.url), FakeContext(), "place", status="SUCCESS")
    assert len(answers) == 1
    assert slept == [1, 2, 3]
