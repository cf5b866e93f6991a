"""ANY on / and on /{proxy+}: requests reach the function whole, and answers the client."""

import hashlib
import json
from urllib.parse import quote

import pytest

from tests.e2e.run import Run

VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ALL_BYTES = bytes(range(256)) * 41


@pytest.mark.parametrize("path", ["/", "/a", "/a/deep/path/file.txt"])
@pytest.mark.parametrize("verb", VERBS)
def test_any(created: Run, verb: str, path: str) -> None:
    reply = created.api(verb, path)
    assert reply.status == 200
    assert reply.one("x-version") == "1"
    assert (reply.one("x-method"), reply.one("x-path")) == (verb, path)
    if verb == "HEAD":
        assert reply.body == b""
        return
    event = reply.json()
    assert (event["httpMethod"], event["path"]) == (verb, path)
    assert event["resource"] == ("/" if path == "/" else "/{proxy+}")
    assert event["requestContext"]["stage"] == "prod"
    assert event["requestContext"]["path"] == f"/prod{path}"


@pytest.mark.parametrize(
    "text", ["café/größe", "日本/☃", "100%", "a b+c", "a&b=c", "semi;colon", "~tilde*(x)"]
)
def test_paths_come_through_whole(created: Run, text: str) -> None:
    event = created.api("GET", f"/{quote(text)}").json()
    assert event["pathParameters"] == {"proxy": text}


def test_an_encoded_slash_is_no_separator(created: Run) -> None:
    event = created.api("GET", "/orders%2F7/lines").json()
    assert event["path"] == "/orders%2F7/lines"


def test_query_strings_come_through_whole(created: Run) -> None:
    query = "a=1&a=2&a=1&name=gr%C3%B6%C3%9Fe&sign=%26%3D%2B&blank=a+b&empty=&flag"
    event = created.api("GET", f"/search?{query}").json()
    assert event["multiValueQueryStringParameters"] == {
        "a": ["1", "2", "1"],
        "name": ["größe"],
        "sign": ["&=+"],
        "blank": ["a b"],
        "empty": [""],
        "flag": [""],
    }
    assert event["queryStringParameters"]["a"] == "1"


def test_headers_come_through_whole(created: Run) -> None:
    headers = [("X-List", "1"), ("X-List", "2"), ("Cookie", "a=1; b=2"), ("Accept", "text/html")]
    event = created.api("GET", "/headers", headers).json()
    assert event["multiValueHeaders"]["X-List"] == ["1", "2"]
    assert event["headers"]["X-List"] == "2"
    assert event["headers"]["Cookie"] == "a=1; b=2"
    assert event["headers"]["Accept"] == "text/html"


def test_no_body_is_null(created: Run) -> None:
    event = created.api("GET", "/nothing").json()
    assert (event["body"], event["isBase64Encoded"]) == (None, False)


def test_answer_has_headers_of_several_values(created: Run) -> None:
    reply = created.api("GET", "/multi")
    assert reply.all("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]
    assert ", ".join(reply.all("x-two")).replace(" ", "") == "2,3"
    assert reply.one("x-one") == "1"


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
def test_binary_bodies_both_ways(created: Run, verb: str) -> None:
    headers = [("Content-Type", "image/png"), ("Accept", "image/png")]
    reply = created.api(verb, "/binary", headers, ALL_BYTES)
    assert reply.body == ALL_BYTES
    assert reply.one("x-sha256") == hashlib.sha256(ALL_BYTES).hexdigest()
    assert reply.one("content-type") == "application/octet-stream"


def test_binary_answer_without_a_body(created: Run) -> None:
    assert created.api("GET", "/binary").body == bytes(range(256))


def test_text_body_keeps_its_characters(created: Run) -> None:
    text = '{"name": "größe", "sign": "\\u2603 ☃"}'.encode()
    reply = created.api("POST", "/binary", [("Content-Type", "application/json")], text)
    assert reply.body == text


@pytest.mark.parametrize("path", ["/boom", "/malformed"])
def test_a_failed_function_is_502_and_tells_nothing(created: Run, path: str) -> None:
    reply = created.api("GET", path)
    assert reply.status == 502
    assert reply.json() == {"message": "Internal server error"}


def test_the_function_logs_into_its_group(created: Run) -> None:
    created.api("GET", "/boom")
    group = created.main().one("FunctionLogs", "AWS::Logs::LogGroup").physical_id
    events = created.account.logs.filter_log_events(logGroupName=group)["events"]
    assert any("the secret reason" in event["message"] for event in events)


def test_requests_are_logged(created: Run) -> None:
    created.api("PUT", "/logged/caf%C3%A9?a=1")
    group = created.main().one("ApiAccessLogs", "AWS::Logs::LogGroup").physical_id
    events = created.account.logs.filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in events]
    (line,) = [line for line in lines if line["path"] == "/prod/logged/caf%C3%A9"]
    assert (line["httpMethod"], line["status"], line["protocol"]) == ("PUT", "200", "HTTP/1.1")
    assert int(line["responseLength"]) > 0
    assert int(line["integrationLatency"]) <= int(line["responseLatency"])


def test_the_function_runs_its_own_code_and_packages(created: Run) -> None:
    about = created.api("GET", "/about").json()
    assert about["version"] == 1
    assert about["greeting"] == "grüß dich"
    assert about["memory"] == "256"
    # The asset holds these for Lambda's platform; here they are compiled for this machine.
    assert about["validated"] == [1, 2]
    assert about["compiled"]
