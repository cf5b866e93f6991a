import datetime
from types import MappingProxyType

import pytest

from serverless_stack.checks.engine.values import (
    MAX_DEPTH,
    excess_of,
    listed,
    mapping,
    parsed_json,
    plain,
    texts_of,
)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def bomb() -> object:
    value: object = [1] * 9
    for _ in range(9):
        value = [value] * 9
    return value


def loop() -> object:
    value: dict[str, object] = {}
    value["a"] = value
    return value


def test_trees_within_the_bounds_have_no_excess() -> None:
    assert excess_of(nested(MAX_DEPTH)) is None
    assert excess_of({"a": [1, "b", None, 1.5, True], "b": {}}) is None


@pytest.mark.parametrize(
    ("tree", "excess"),
    [
        (nested(MAX_DEPTH + 1), "more than 100 levels"),
        (nested(100_000), "more than 100 levels"),
        (loop(), "more than 100 levels"),
        (bomb(), "more than 1,000,000 values"),
        ({"a": 10**5000}, "a number with thousands of digits"),
    ],
    ids=["depth", "great depth", "loop", "shared parts", "digits"],
)
def test_trees_beyond_the_bounds(tree: object, excess: str) -> None:
    assert excess_of(tree) == excess


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "9" * 5000, '{"a":' * 200 + "1" + "}" * 200]
)
def test_texts_that_are_not_json_within_the_bounds(text: str) -> None:
    assert parsed_json(text) is None


def test_reading_plain_values() -> None:
    assert parsed_json('{"a": [1]}') == {"a": [1]}
    assert mapping({"a": 1}) == {"a": 1}
    assert mapping([1]) == {}
    assert listed(None) == []
    assert listed("a") == ["a"]
    assert listed(["a"]) == ["a"]
    assert texts_of(["a", 1, "${Token[b]}"]) == ["a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": (1, [True, None, "x", 1.5])}, {"a": [1, [True, None, "x", 1.5]]}),
        (MappingProxyType({"a": MappingProxyType({})}), {"a": {}}),
        ({(1, 2): 1, None: 2, 3: 3}, {"(1, 2)": 1, "None": 2, "3": 3}),
        ({"Version": datetime.date(2012, 10, 17)}, {"Version": "2012-10-17"}),
        ([b"x", {"x"}, object()], ["${Token[unknown]}"] * 3),
    ],
)
def test_plain_values(value: object, expected: object) -> None:
    assert plain(value) == expected
