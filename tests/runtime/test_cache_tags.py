from typing import Any

import pytest

from serverless_stack.runtime.cache_tags import HEADER, cache_tags, tag_header, tagged


def test_an_answer_gets_the_header() -> None:
    answer: dict[str, Any] = {
        "statusCode": 200,
        "headers": {"Cache-Control": "s-maxage=60"},
        "body": "x",
    }
    found = cache_tags(answer, "products", "product-42", "PRODUCTS")
    assert found == {
        "statusCode": 200,
        "headers": {"Cache-Control": "s-maxage=60", HEADER: "products,product-42"},
        "body": "x",
    }
    assert answer["headers"] == {"Cache-Control": "s-maxage=60"}
    for bare in ({"statusCode": 200}, {"statusCode": 200, "headers": None}):
        completed: dict[str, Any] = cache_tags(dict(bare), "a")
        assert completed == {"statusCode": 200, "headers": {HEADER: "a"}}


def test_tags_that_an_answer_has_are_kept() -> None:
    answer: dict[str, Any] = {
        "statusCode": 200,
        "headers": {"X-Amz-Meta-Cache-Tag": "one, two"},
        "multiValueHeaders": {"x-amz-meta-cache-tag": ["three"], "Vary": ["Origin"]},
    }
    assert cache_tags(answer, "two", "four") == {
        "statusCode": 200,
        "headers": {HEADER: "one,two,three,four"},
        "multiValueHeaders": {"Vary": ["Origin"]},
    }


@pytest.mark.parametrize("answer", [None, "text", ["a"], {"items": []}])
def test_what_is_no_answer_of_http_passes(answer: object) -> None:
    assert cache_tags(answer, "a") is answer


def test_a_decorated_handler() -> None:
    @tagged("catalog", "all")
    def handler(event: dict[str, str], context: object = None) -> dict[str, Any]:
        """Answer."""
        return cache_tags({"statusCode": 200, "body": event["path"]}, event["path"].strip("/"))

    found = handler({"path": "/shoes"}, context=None)
    assert found["headers"] == {HEADER: "shoes,catalog,all"}
    assert handler.__doc__ == "Answer."


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ((), "at least one tag, got: none"),
        (("",), "at least one character each, got: ''"),
        (("a,b",), "got: 'a,b'; several tags are several items"),
        (("a b",), "visible ASCII"),
        (("größe",), "visible ASCII"),
        (("#a",), "must not begin with `#`"),
        (("a*",), "no wildcard"),
        (("x" * 257,), "at most 256 characters, got: 257"),
        (tuple(f"t{number}" for number in range(51)), "at most 50 for an object, got: 51"),
        ((5,), "must be strings, got: 5"),
    ],
)
def test_tags_that_are_refused(tags: tuple[str, ...], message: str) -> None:
    for call in (tag_header, tagged):
        with pytest.raises(ValueError, match=message):
            call(*tags)
    with pytest.raises(ValueError, match=message):
        cache_tags(None, *tags)


def test_too_many_together() -> None:
    answer = {"statusCode": 200, "headers": tag_header(*(f"t{number}" for number in range(50)))}
    assert cache_tags(answer, "T0") == answer
    with pytest.raises(ValueError, match="at most 50 for an object, got: 51"):
        cache_tags(answer, "more")
