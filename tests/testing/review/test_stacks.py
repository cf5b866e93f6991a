import pytest

from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.model import Consequence
from serverless_stack.testing.review.stacks import Comparison, Stack, compare, select

A, B = "aws://111111111111/eu-west-1", "aws://111111111111/us-east-1"


def stack(name: str, environment: str = "", **queue: object) -> Stack:
    resource = {"Type": "AWS::SQS::Queue", "Properties": queue}
    return Stack(name, {"Resources": {"Jobs": resource}}, environment)


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
        ([stack("")], [stack("S"), stack("S/N")], {"S": "both"}),
        ([stack("S"), stack("S/N")], [stack("")], {"S": "both"}),
    ],
)
def test_who_is_whose_counterpart(
    old: list[Stack], new: list[Stack], expected: dict[str, str]
) -> None:
    assert statuses(old, new) == expected


def test_a_template_alone_needs_one_counterpart() -> None:
    message = r"the old has 2: choose one by `--stack` \(One, Two\)$"
    with pytest.raises(SourceError, match=message):
        compared([stack("One"), stack("Two"), stack("Two/N")], [stack("")])
    with pytest.raises(SourceError, match=r"but the new has 2: choose one"):
        compared([stack("")], [stack("One"), stack("Two")])


def test_select() -> None:
    all_of_them = [stack("One"), stack("One/Nested"), stack("Two"), stack("")]
    assert select(all_of_them, []) == all_of_them
    assert [each.name for each in select(all_of_them, ["One"])] == ["One", "One/Nested", ""]
