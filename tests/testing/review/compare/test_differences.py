import pytest

from serverless_stack.testing.review import MISSING
from serverless_stack.testing.review.compare.values import Path, differences


def found(old: object, new: object, unordered: bool = False) -> list[tuple[object, ...]]:
    return [tuple(each) for each in differences(old, new, lambda _: unordered)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
        ({"a": 300, "b": True, "c": 1.0}, {"a": "300", "b": "true", "c": 1}),
        ({"Fn::GetAtt": "A.B.C"}, {"Fn::GetAtt": ["A", "B.C"]}),
    ],
)
def test_values_that_are_equal_to_cloudformation(old: object, new: object) -> None:
    assert found(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [(("a", "b"), 1, 2, False)]),
        ({"a": 1}, {}, [(("a",), 1, MISSING, False)]),
        ({}, {"a": 1}, [(("a",), MISSING, 1, False)]),
        ({"Ref": "A"}, {"Ref": "B"}, [((), {"Ref": "A"}, {"Ref": "B"}, False)]),
        ({"a": {"Ref": "A"}}, {"a": "b"}, [(("a",), {"Ref": "A"}, "b", False)]),
        (["a", "b", "c"], ["a", "c"], [((1,), "b", MISSING, False)]),
        (["a", "c"], ["a", "b", "c"], [((1,), MISSING, "b", False)]),
        ([{"k": 1, "v": 1}, 2], [{"k": 1, "v": 2}, 2], [((0, "v"), 1, 2, False)]),
        (["a", "b"], ["b", "a"], [((), ["a", "b"], ["b", "a"], False)]),
    ],
)
def test_differences(old: object, new: object, expected: list[tuple[Path, object]]) -> None:
    assert found(old, new) == expected


def test_lists_without_order() -> None:
    assert found(["a", "b"], ["b", "a"], unordered=True) == [((), ["a", "b"], ["b", "a"], True)]
    assert found(["a", "b", "c"], ["c", "x", "a"], unordered=True) == [((1,), "b", "x", False)]
    assert found(["a", "a"], ["a"], unordered=True) == [((0,), "a", MISSING, False)]
