import pytest

from serverless_stack.testing.review.compare.values import (
    Reference,
    alternatives,
    dotted,
    is_intrinsic,
    leaves,
    references,
)

NOTHING = {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "A"}, {("Ref", "A")}),
        ({"Fn::GetAtt": ["A", "Arn"]}, {("Ref", "A")}),
        ({"Fn::GetAtt": "A.Arn"}, {("Ref", "A")}),
        ({"Fn::Sub": "${A}-${B.Arn}-${!C}-${AWS::Region}"}, {("Ref", n) for n in "AB"}),
        ({"Fn::Sub": ["${A}-${B}", {"B": {"Ref": "C"}}]}, {("Ref", n) for n in "AC"}),
        ({"Fn::If": ["Live", {"Ref": "A"}, NOTHING]}, {("Condition", "Live"), ("Ref", "A")}),
        ({"Fn::FindInMap": ["Map", {"Ref": "A"}, "b"]}, {("Mapping", "Map"), ("Ref", "A")}),
        ({"Fn::Join": ["", [{"Ref": "A"}, "/*"]]}, {("Ref", "A")}),
        ([{"Fn::Not": [{"Condition": "Live"}]}], {("Condition", "Live")}),
        ({"StringEquals": {"a": "Ref"}}, set()),
    ],
)
def test_references(value: object, expected: set[tuple[str, str]]) -> None:
    found = {each for each in references(value) if not each.name.startswith("AWS:")}
    assert found == {Reference(*each) for each in expected}


def test_leaves_do_not_enter_functions() -> None:
    value = {"a": [1, {"Ref": "B"}], "c": {"d": {"Fn::Sub": ["x", {}]}}}
    assert {dotted(path): leaf for path, leaf in leaves(value)} == {
        "a.0": 1,
        "a.1": {"Ref": "B"},
        "c.d": {"Fn::Sub": ["x", {}]},
    }


def test_alternatives() -> None:
    value = ["a", {"Fn::If": ["C", ["b", {"Fn::If": ["D", "c", NOTHING]}], "d"]}, NOTHING]
    assert list(alternatives(value)) == ["a", "b", "c", "d"]
    assert list(alternatives("a")) == ["a"]


def test_functions() -> None:
    assert is_intrinsic({"Fn::ImportValue": "a"})
    assert not is_intrinsic({"Ref": "a", "b": 1})
    assert not is_intrinsic({"Reference": "a"})
