import pytest

from serverless_stack.testing.review.compare.stacks import (
    Comparison,
    compare,
    review_stacks,
    select,
)
from serverless_stack.testing.review.model import Consequence, Stack
from serverless_stack.testing.template_text import SourceError

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}
A, B = "aws://111111111111/eu-west-1", "aws://111111111111/us-east-1"


def stack(name: str, environment: str = "", **queue: object) -> Stack:
    resource = {"Type": "AWS::SQS::Queue", "Properties": queue}
    return Stack(name, {"Resources": {"Jobs": resource}}, environment)


def parent(name: str, **nested: object) -> Stack:
    """A stack with a nested stack `N`, of which the template is unknown."""
    resource = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x", **nested}}
    return Stack(name, {"Resources": {"N": resource}})


def compared(old: list[Stack], new: list[Stack]) -> Comparison:
    return compare(old, new, old_label="the old", new_label="the new")


def statuses(old: list[Stack], new: list[Stack]) -> dict[str, str]:
    return {each.name: each.status for each in compared(old, new).stacks}


def test_stacks_are_matched_by_name() -> None:
    found = compared(
        [stack("One", QueueName="a"), stack("Two"), stack("Gone")],
        [stack("Two"), stack("One", QueueName="b"), stack("New")],
    )
    assert [(each.name, each.status, each.review.worst) for each in found.stacks] == [
        ("Gone", "removed", Consequence.DATA_LOSS),
        ("One", "both", Consequence.DATA_LOSS),
        ("New", "added", Consequence.NO_INTERRUPTION),
        ("Two", "both", Consequence.NONE),
    ]
    assert [each.name for each in found.changed] == ["Gone", "One", "New"]
    assert found.worst is Consequence.DATA_LOSS
    assert [change.logical_id for change in found.changes] == ["Jobs"] * 3


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([stack("S")], [stack("S", A)], {"S": "both"}),
        ([stack("S", A)], [stack("S", B)], {"S": "both"}),
        (
            [stack("S", A)],
            [stack("S", B), stack("S", A)],
            {f"S ({A})": "both", f"S ({B})": "added"},
        ),
        (
            [stack("S", A), stack("S", B)],
            [stack("S", B)],
            {f"S ({A})": "removed", f"S ({B})": "both"},
        ),
        ([stack("S"), stack("S/N")], [stack("S")], {"S": "both", "S/N": "removed"}),
        ([stack("")], [stack("")], {"": "both"}),
        ([parent("")], [parent("S"), stack("S/N")], {"S": "both"}),
        ([parent("S"), stack("S/N")], [parent("")], {"S": "both"}),
        ([stack("")], [parent("S"), stack("S/N")], {"S": "both", "S/N": "added"}),
        ([parent("S"), stack("S/N")], [stack("")], {"S": "both", "S/N": "removed"}),
    ],
)
def test_counterparts(old: list[Stack], new: list[Stack], expected: dict[str, str]) -> None:
    assert statuses(old, new) == expected


def test_a_template_without_a_stack_needs_one_counterpart() -> None:
    message = r"the old has 2: choose one with `--stack` \(One, Two\)$"
    with pytest.raises(SourceError, match=message):
        compared([stack("One"), stack("Two"), stack("Two/N")], [stack("")])
    with pytest.raises(SourceError, match=r"but the new has 2: choose one"):
        compared([stack("")], [stack("One"), stack("Two")])


def test_select() -> None:
    all_of_them = [stack("One"), stack("One/Nested"), stack("Two"), stack("")]
    assert select(all_of_them, []) == all_of_them
    assert [each.name for each in select(all_of_them, ["One"])] == ["One", "One/Nested", ""]


def test_a_change_in_a_nested_stack_is_found() -> None:
    old, new = ([parent("S"), stack("S/N", QueueName=name)] for name in "ab")
    (change,) = review_stacks(old, new).data_losses
    assert (change.logical_id, change.properties[0].path) == ("Jobs", "Properties.QueueName")
    assert not review_stacks(old, old)


def test_stacks_of_other_names_are_compared_with_their_nested_stacks() -> None:
    old, new = [parent("S"), stack("S/N", QueueName="a")], [parent(""), stack("/N", QueueName="b")]
    assert [change.logical_id for change in review_stacks(old, new).data_losses] == ["Jobs"]


def test_the_url_of_a_reviewed_nested_stack_is_no_change() -> None:
    old, new = parent("S", TemplateURL="old"), parent("S", TemplateURL="new")
    assert not review_stacks([old, stack("S/N")], [new, stack("S/N")])
    (change,) = review_stacks([old], [new]).changes
    assert change.properties[0].path == "Properties.TemplateURL"


def test_a_removed_nested_stack_loses_its_data_unless_it_is_retained() -> None:
    old, new = [parent("S"), stack("S/N")], [stack("S")]
    assert "Jobs" in {change.logical_id for change in review_stacks(old, new).data_losses}
    retained: dict[str, object] = {
        **{"Type": "AWS::CloudFormation::Stack", "DeletionPolicy": "Retain"}
    }
    old[0] = Stack("S", {"Resources": {"N": retained}})
    assert not review_stacks(old, new).data_losses


def test_another_value_of_a_parameter_reaches_the_nested_stack() -> None:
    inner = Stack("S/N", {"Parameters": {"Name": {}}, "Resources": {"Jobs": QUEUE}})
    old, new = ([parent("S", Parameters={"Name": name}), inner] for name in "ab")
    (change,) = (each for each in review_stacks(old, new).changes if each.logical_id == "Jobs")
    assert change.consequence is Consequence.DATA_LOSS
    assert change.properties[0].reason.endswith("parameter Name, which has another value")


def with_output(queue_name: str) -> Stack:
    resource = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue_name}}
    output = {"Value": {"Ref": "Jobs"}}
    return Stack("S/N", {"Resources": {"Jobs": resource}, "Outputs": {"Url": output}})


@pytest.mark.parametrize(
    "value", [{"Fn::GetAtt": ["N", "Outputs.Url"]}, {"Fn::Sub": "${N.Outputs.Url}"}]
)
def test_another_value_of_an_output_reaches_the_parent_and_the_siblings(value: object) -> None:
    sibling = Stack("S/M", {"Parameters": {"Name": {}}, "Resources": {"Jobs": QUEUE}})
    top = parent("S").template["Resources"]
    assert isinstance(top, dict)
    nested = {"TemplateURL": "x", "Parameters": {"Name": value}}
    resources = {
        **top,
        "M": {"Type": "AWS::CloudFormation::Stack", "Properties": nested},
        "User": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": value}},
    }
    stacks = [Stack("S", {"Resources": resources}), sibling]
    assert not review_stacks([*stacks, with_output("a")], [*stacks, with_output("a")])
    changes = review_stacks([*stacks, with_output("a")], [*stacks, with_output("b")]).changes
    replaced = [each for each in changes if each.consequence >= Consequence.REPLACEMENT]
    assert sorted(each.logical_id for each in replaced) == ["Jobs", "Jobs", "User"]
    (user,) = (each for each in replaced if each.logical_id == "User")
    assert "output Url of N, which has another value" in user.properties[0].reason


def test_outputs_of_equal_values_change_nothing() -> None:
    user = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": {"Ref": "N"}}}
    top = Stack("S", {"Resources": {**dict(parent("S").template["Resources"]), "User": user}})  # type: ignore[call-overload]
    old, new = ([top, with_output(name)] for name in "ab")
    assert [each.logical_id for each in review_stacks(old, new).changes] == ["Jobs"]


def test_a_retained_nested_stack_keeps_those_that_are_nested_in_it() -> None:
    kept = {"Type": "AWS::CloudFormation::Stack", "DeletionPolicy": "Retain"}
    inner = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}
    old = [
        Stack("S", {"Resources": {"N": kept}}),
        Stack("S/N", {"Resources": {"M": inner}}),
        stack("S/N/M"),
    ]
    assert not review_stacks(old, [Stack("S", {"Resources": {}})]).data_losses
    old[0] = Stack("S", {"Resources": {"N": inner}})
    assert review_stacks(old, [Stack("S", {"Resources": {}})]).data_losses


def test_another_url_of_an_unknown_nested_stack_may_be_a_replacement() -> None:
    old, new = parent("S", TemplateURL="old"), parent("S", TemplateURL="new")
    (change,) = review_stacks([old], [new]).replacements
    assert "not reviewed" in change.properties[0].reason
    (change,) = review_stacks([old], [new, stack("S/N")]).replacements
    assert "not reviewed" in change.properties[0].reason
