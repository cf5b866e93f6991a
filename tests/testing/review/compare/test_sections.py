import pytest

from serverless_stack.testing.review import Action, Consequence, review
from tests.testing.review.small import only


def exported(value: str, name: str | None = "orders") -> dict[str, object]:
    output: dict[str, object] = {"Value": value}
    if name is not None:
        output["Export"] = {"Name": name}
    return {"Outputs": {"Table": output}}


def test_an_output_that_others_import() -> None:
    change = only(review(exported("a"), {}))
    assert (change.action, change.resource_type, change.logical_id) == (
        Action.REMOVE,
        "Outputs",
        "Table",
    )
    assert change.warnings == ("export removed: deploy fails while another stack imports orders",)
    assert only(review(exported("a"), exported("a", None))).warnings == change.warnings
    assert only(review(exported("a"), exported("a", "sales"))).warnings == change.warnings
    change = only(review(exported("a"), exported("b")))
    assert change.consequence is Consequence.NO_INTERRUPTION
    assert change.warnings == ("export changed: deploy fails while another stack imports orders",)


def test_an_output_that_nobody_imports() -> None:
    assert only(review(exported("a", None), exported("b", None))).warnings == ()
    assert only(review({}, exported("a"))).warnings == ()


def test_a_parameter_that_needs_a_value() -> None:
    def made(**parameter: str) -> dict[str, object]:
        return {"Parameters": {"Name": {"Type": "String", **parameter}}}

    assert only(review({}, made())).warnings == ("deploy needs a value for the new parameter Name",)
    assert only(review({}, made(Default="a"))).warnings == ()
    assert only(review(made(), made(Default="a"))).warnings == ()


@pytest.mark.parametrize("section", ["Description", "Transform", "Metadata", "Hooks"])
def test_other_sections(section: str) -> None:
    change = only(review({section: "a"}, {section: "b"}))
    assert (change.logical_id, change.consequence) == (section, Consequence.NONE)


def test_equal_sections_are_no_change() -> None:
    old = {"Mappings": {"A": {"b": {"c": 1, "d": True}}}}
    new = {"Mappings": {"A": {"b": {"d": "true", "c": "1"}}}}
    assert not review(old, new)


def test_loops_are_not_reviewed() -> None:
    def made(name: str) -> dict[str, object]:
        table = {"Tables${Name}": {"Type": "AWS::DynamoDB::Table"}}
        return {"Resources": {"Fn::ForEach::Tables": ["Name", [name], table]}}

    change = only(review(made("a"), made("b")))
    assert change.consequence is Consequence.REPLACEMENT
    assert change.warnings[0].startswith("not reviewed: the deployment creates resources")
    assert not review(made("a"), made("a"))
