"""`stack_factory`: tests share a stack if, and only if, their arguments are the same."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_stack.testing import StackFactory, template_of


class Size(Enum):
    SMALL = 1
    LARGE = 300


@dataclass(frozen=True)
class Options:
    delays: tuple[int, ...] = (1,)


@dataclass
class Changeable:
    delay: int = 1


class Queues(cdk.Stack):
    """Counts how often it is created."""

    created = 0

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        options: object = None,
        env: cdk.Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env)
        Queues.created += 1
        sqs.Queue(self, "Orders", queue_name=str(options))


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The number of stacks that were created in this test."""
    monkeypatch.setattr(Queues, "created", 0)
    return lambda: Queues.created


SAME: list[object] = [
    None,
    True,
    1,
    1.0,
    "1",
    b"1",
    (1,),
    [1],
    Size.SMALL,
    Path("1"),
    {"a": 1},
    {"a": True},
    {"a": [1, {"b": 2}]},
    {1, 2},
    Options(),
    Options((2,)),
]


def test_different_arguments_have_different_stacks(
    stack_factory: StackFactory, created: Callable[[], int]
) -> None:
    stacks = [stack_factory(Queues, "Different", options=options) for options in SAME]
    assert len({id(stack) for stack in stacks}) == len(SAME) == created()
    again = [stack_factory(Queues, "Different", options=options) for options in SAME]
    assert all(one is other for one, other in zip(stacks, again, strict=True))
    assert created() == len(SAME)


def test_the_place_of_a_stack_is_part_of_its_arguments(
    stack_factory: StackFactory, created: Callable[[], int]
) -> None:
    stacks = [
        stack_factory(Queues),
        stack_factory(Queues, "Shop"),
        stack_factory(Queues, account="111122223333", region="eu-west-1"),
        stack_factory(Queues, region="eu-west-1"),
        stack_factory(Queues, context={"stage": "test"}),
        stack_factory(Queues, context={"stage": "prod"}),
    ]
    assert created() == len({id(stack) for stack in stacks}) == len(stacks)
    assert (stacks[2].account, stacks[2].region) == ("111122223333", "eu-west-1")
    assert stacks[4].node.try_get_context("stage") == "test"


def test_an_argument_that_is_changed_later_is_another(stack_factory: StackFactory) -> None:
    options = ["a"]
    first = stack_factory(Queues, "Changed", options=options)
    options.append("b")
    second = stack_factory(Queues, "Changed", options=options)
    assert first is not second
    assert "['a', 'b']" in str(template_of(second))


def test_what_may_change_unseen_is_not_shared(
    stack_factory: StackFactory, created: Callable[[], int]
) -> None:
    for options in (Changeable(), [Changeable()], {"a": object()}):
        with pytest.raises(TypeError, match=r"`options` must be plain data .* got: (Cha|obj)\w+; "):
            stack_factory(Queues, "Unseen", options=options)
    assert created() == 0
    one = stack_factory(Queues, "Unseen", options=Changeable(), fresh=True)
    assert one is not stack_factory(Queues, "Unseen", options=Changeable(), fresh=True)


def test_a_shared_stack_is_synthesised_before_a_test_can_change_it(
    stack_factory: StackFactory,
) -> None:
    def queue(stack: Queues) -> sqs.CfnQueue:
        found = stack.node.find_child("Orders").node.default_child
        assert isinstance(found, sqs.CfnQueue)
        return found

    shared = stack_factory(Queues, "Early", options="one")
    before = template_of(shared)
    queue(shared).queue_name = "two"
    assert template_of(shared) == before
    own = stack_factory(Queues, "Early", options="one", fresh=True)
    queue(own).queue_name = "two"
    assert "two" in str(template_of(own))
    sqs.Queue(shared, "Late")
    with pytest.raises(ValueError, match=r"more constructs \(Early/Late\); .*fresh=True"):
        template_of(shared)


def test_a_test_that_adds_to_a_shared_stack_fails_no_other(stack_factory: StackFactory) -> None:
    spoiled = stack_factory(Queues, "Spoiled")
    before = template_of(spoiled)
    sqs.Queue(spoiled, "Late")
    again = stack_factory(Queues, "Spoiled")
    assert template_of(again) == before
    assert again is stack_factory(Queues, "Spoiled")


def test_a_function_can_make_a_stack(stack_factory: StackFactory) -> None:
    def make(scope: Construct, construct_id: str, *, names: list[str]) -> cdk.Stack:
        stack = cdk.Stack(scope, construct_id)
        for name in names:
            sqs.Queue(stack, name)
        return stack

    stack = stack_factory(make, "Made", names=["A", "B"])
    assert stack is stack_factory(make, "Made", names=["A", "B"])
    resources = template_of(stack)["Resources"]
    assert isinstance(resources, dict)
    assert len(resources) == 2
