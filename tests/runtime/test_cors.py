"""The CORS headers of a handler's answers."""

import json
from collections.abc import Callable

import pytest

from serverless_stack._shared import contract
from serverless_stack._shared.cors import CorsRules
from serverless_stack.runtime.cors import Cors, with_cors

SHOP, ADMIN = "https://shop.example", "https://admin.example"
SEVERAL = CorsRules((SHOP, ADMIN), credentials=True, expose=("ETag",))


def event(origin: str | None) -> dict[str, object]:
    return {"headers": {"Origin": origin} if origin else {}}


def test_one_of_several_origins_is_named() -> None:
    cors = Cors([SHOP, ADMIN], credentials=True, expose=["ETag", "X-Total"])
    assert cors.headers(event(ADMIN)) == {
        "Access-Control-Allow-Origin": ADMIN,
        "Vary": "Origin",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "ETag,X-Total",
    }


@pytest.mark.parametrize("origin", ["https://evil.example", f"{SHOP}.evil.example", "null", None])
def test_an_origin_that_is_not_listed_gets_no_permission(origin: str | None) -> None:
    assert Cors([SHOP, ADMIN]).headers(event(origin)) == {"Vary": "Origin"}


def test_a_single_origin_is_named_to_all() -> None:
    """So do the API's own errors, and so it is right in a cache."""
    for origin in (SHOP, "https://evil.example", None):
        headers = Cors([SHOP]).headers(event(origin))
        assert headers == {"Access-Control-Allow-Origin": SHOP, "Vary": "Origin"}


@pytest.mark.parametrize(
    ("origins", "message"),
    [
        ([f"{SHOP}/"], f"nearest accepted: {SHOP}"),
        (["https://*.example"], "no part of it can be a wildcard"),
        ([1], "must be a list of origins, got: [1]"),
        (None, "must be a list of origins, got: None"),
        (SHOP, f"must be a list of origins, got: '{SHOP}'"),
    ],
)
def test_origins_that_no_browser_sends_are_refused(origins: object, message: str) -> None:
    with pytest.raises(ValueError, match="`origins` must be") as caught:
        Cors(origins)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_the_environment_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter of the stack may be in it, and an error would fail every request."""
    monkeypatch.setenv(contract.CORS, CorsRules((f"{SHOP}/",)).to_text())
    assert Cors.from_env().headers(event(SHOP))["Access-Control-Allow-Origin"] == f"{SHOP}/"


def test_all_origins_are_a_star() -> None:
    assert Cors(["*"]).headers(event(SHOP)) == {"Access-Control-Allow-Origin": "*"}


@pytest.mark.parametrize("name", ["origin", "ORIGIN"])
def test_the_name_of_the_header_has_no_case(name: str) -> None:
    headers = Cors([SHOP, ADMIN]).headers({"headers": {name: SHOP}})
    assert headers["Access-Control-Allow-Origin"] == SHOP


@pytest.mark.parametrize("odd", [None, "text", {}, {"headers": None}, {"Records": []}])
def test_other_events_have_no_origin(odd: object) -> None:
    assert Cors([SHOP, ADMIN]).headers(odd) == {"Vary": "Origin"}


def test_the_rules_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.CORS, SEVERAL.to_text())
    headers = Cors.from_env().headers(event(SHOP))
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert Cors.from_env({contract.CORS: CorsRules(("*",)).to_text()}).headers(event(SHOP)) == {
        "Access-Control-Allow-Origin": "*"
    }


def test_without_rules_nothing_is_allowed() -> None:
    assert Cors.from_env({}).headers(event(SHOP)) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"origins": []}', "null"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="these are no CORS rules"):
        Cors.from_env({contract.CORS: text})


def test_text_is_the_same_for_the_same_rules() -> None:
    assert CorsRules.from_text(SEVERAL.to_text()) == SEVERAL
    assert json.loads(SEVERAL.to_text())["origins"] == [SHOP, ADMIN]


def test_what_browsers_refuse_is_refused() -> None:
    with pytest.raises(ValueError, match="`origins` must name each origin with `credentials`"):
        Cors(["*"], credentials=True)
    with pytest.raises(ValueError, match="`origins` must be a list of origins, got: 'https"):
        Cors(SHOP)


@pytest.fixture
def decorated(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], object]:
    """Return a handler that answers with a given answer, with CORS headers."""
    monkeypatch.setenv(contract.CORS, CorsRules((SHOP,)).to_text())

    def call(answer: object) -> object:
        @with_cors
        def handler(event: object, context: object) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

        return handler(event(SHOP), None)

    return call


def test_a_decorated_handler_sends_the_headers(decorated: Callable[[object], object]) -> None:
    assert decorated({"statusCode": 200, "headers": {"ETag": "1"}, "body": "{}"}) == {
        "statusCode": 200,
        "headers": {"ETag": "1", "Access-Control-Allow-Origin": SHOP, "Vary": "Origin"},
        "body": "{}",
    }
    assert decorated({"statusCode": 204}) == {
        "statusCode": 204,
        "headers": {"Access-Control-Allow-Origin": SHOP, "Vary": "Origin"},
    }


def test_headers_of_the_handler_stay(decorated: Callable[[object], object]) -> None:
    answer = {
        "statusCode": 200,
        "headers": {"access-control-allow-origin": ADMIN, "vary": "Accept"},
    }
    assert decorated(answer) == {
        "statusCode": 200,
        "headers": {"access-control-allow-origin": ADMIN, "Vary": "Accept, Origin"},
    }
    answer = {"statusCode": 200, "multiValueHeaders": {"Vary": ["Accept", "Cookie"], "A": ["1"]}}
    assert decorated(answer) == {
        "statusCode": 200,
        "headers": {"Access-Control-Allow-Origin": SHOP, "Vary": "Accept, Cookie, Origin"},
        "multiValueHeaders": {"A": ["1"]},
    }


def test_vary_is_not_repeated(decorated: Callable[[object], object]) -> None:
    for given in ("Origin", "origin, Accept", "*"):
        answer = decorated({"statusCode": 200, "headers": {"Vary": given}})
        assert isinstance(answer, dict)
        assert answer["headers"]["Vary"] == given


def test_other_answers_pass(decorated: Callable[[object], object]) -> None:
    for answer in (None, "text", {"ok": True}, [1]):
        assert decorated(answer) == answer
    with pytest.raises(RuntimeError, match="broken"):
        decorated(RuntimeError("broken"))


def test_the_answer_of_the_handler_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"statusCode": 200, "headers": {"Vary": "Accept"}, "multiValueHeaders": {"Vary": ["A"]}}
    before = json.dumps(kept)
    Cors([SHOP]).add_to(kept, event(SHOP))
    assert json.dumps(kept) == before


def test_a_decorated_handler_keeps_its_name_and_arguments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(contract.CORS, raising=False)

    @with_cors
    def handler(event: object, context: object, more: int = 0) -> dict[str, object]:
        """Answer."""
        return {"statusCode": 200 + more}

    assert handler({}, None, more=1) == {"statusCode": 201, "headers": {}}
    assert (handler.__name__, handler.__doc__) == ("handler", "Answer.")
