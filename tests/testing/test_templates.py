"""Templates of stacks, constructs, `Template` objects and dictionaries."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template
from constructs import Construct

from serverless_stack.testing import NewStack, template_of
from serverless_stack.testing.templates import stacks_of


def paths(template: dict[str, object]) -> list[str]:
    resources = template["Resources"]
    assert isinstance(resources, dict)
    return sorted(each["Metadata"]["aws:cdk:path"] for each in resources.values())


class Orders(Construct):
    """A queue with a parameter and a condition."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        delay = cdk.CfnParameter(stack, "Delay", type="Number", default=1)
        stage = cdk.CfnParameter(stack, "StageName")
        cdk.CfnParameter(stack, "Other")
        condition = cdk.CfnCondition(
            stack, "IsTest", expression=cdk.Fn.condition_equals(stage.value_as_string, "test")
        )
        queue = sqs.CfnQueue(self, "Queue", delay_seconds=delay.value_as_number)
        queue.cfn_options.condition = condition
        cdk.CfnOutput(self, "Url", value=queue.ref)


@pytest.fixture
def stack(cdk_stack: NewStack) -> cdk.Stack:
    """A stack with the construct above and a table."""
    stack = cdk_stack("Shop")
    Orders(stack, "Orders")
    dynamodb.Table(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    return stack


def test_a_stack_has_the_paths_of_its_constructs(stack: cdk.Stack) -> None:
    assert paths(template_of(stack)) == ["Shop/Orders/Queue", "Shop/Table/Resource"]


def test_a_stack_has_the_template_of_cdk(stack: cdk.Stack) -> None:
    template = template_of(stack)
    resources = template["Resources"]
    assert isinstance(resources, dict)
    for resource in resources.values():
        del resource["Metadata"]
    assert template == Template.from_stack(stack).to_json()


def test_a_construct_has_its_own_and_what_it_names(stack: cdk.Stack) -> None:
    template = template_of(stack.node.find_child("Orders"))
    assert paths(template) == ["Shop/Orders/Queue"]
    assert {
        section: list(part) for section, part in template.items() if isinstance(part, dict)
    } == {
        "Resources": ["OrdersQueueCE034008"],
        "Outputs": ["OrdersUrlBDBA5791"],
        "Conditions": ["IsTest"],
        "Parameters": ["Delay", "StageName"],
    }


def test_a_construct_whose_name_is_the_beginning_of_another(cdk_stack: NewStack) -> None:
    stack = cdk_stack()
    queue = sqs.Queue(stack, "Queue")
    sqs.Queue(stack, "QueueOfOthers")
    assert paths(template_of(queue)) == ["Test/Queue/Resource"]


def test_a_stack_in_a_stage(cdk_app: cdk.App, cdk_stack: NewStack) -> None:
    stack = cdk.Stack(cdk.Stage(cdk_app, "Prod"), "Shop")
    sqs.Queue(stack, "Queue")
    assert paths(template_of(stack)) == ["Prod/Shop/Queue/Resource"]


def test_a_nested_stack(cdk_stack: NewStack) -> None:
    stack = cdk_stack()
    nested = cdk.NestedStack(stack, "Nested")
    queue = sqs.Queue(nested, "Queue")
    sqs.Queue(cdk.NestedStack(nested, "Deeper"), "Queue")
    assert "Test/Nested/Queue/Resource" in paths(template_of(nested))
    assert len(paths(template_of(nested))) == 2
    assert paths(template_of(queue)) == ["Test/Nested/Queue/Resource"]


def test_a_template_and_a_dictionary(stack: cdk.Stack) -> None:
    template = Template.from_stack(stack)
    assert template_of(template) == template.to_json()
    given: dict[str, object] = {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}
    found = template_of(given)
    assert found == given
    assert found["Resources"] is not given["Resources"]


def test_nothing_is_synthesised_twice(cdk_stack: NewStack) -> None:
    stack = cdk_stack()
    queue = sqs.Queue(stack, "Queue")
    first = template_of(stack)
    app = stack.node.root
    assert isinstance(app, cdk.App)
    for file in Path(app.synth().directory).iterdir():
        if file.is_file():
            file.unlink()
    first["Resources"] = {}
    assert template_of(stack) != first
    assert paths(template_of(queue)) == ["Test/Queue/Resource"]


def test_constructs_that_are_added_later_are_refused(stack: cdk.Stack) -> None:
    template_of(stack)
    sqs.Queue(stack, "Late")
    message = (
        r"stack `Shop` must be complete before its first assertion, because it is synthesised "
        r"once, got: more constructs \(Shop/Late\); .* such as `stack_factory\(..., fresh=True\)`$"
    )
    with pytest.raises(ValueError, match=message):
        template_of(stack)


def test_a_construct_without_resources_is_refused(cdk_stack: NewStack) -> None:
    stack = cdk_stack()
    sqs.Queue(stack, "Queue")
    function = lambda_.Function.from_function_name(stack, "Imported", "orders")
    with pytest.raises(ValueError, match="`Test/Imported` has no resources"):
        template_of(function)


@pytest.mark.parametrize("thing", [None, "text", 3])
def test_other_types_are_refused(thing: object) -> None:
    with pytest.raises(TypeError, match=f"got: {type(thing).__name__}"):
        template_of(thing)  # type: ignore[arg-type]


def test_an_app_is_refused(cdk_app: cdk.App) -> None:
    with pytest.raises(TypeError, match="got: App"):
        template_of(cdk_app)


def test_a_stack_outside_any_app_is_one_of_its_own(tmp_path: Path) -> None:
    stack = cdk.Stack()
    sqs.Queue(stack, "Queue")
    assert paths(template_of(stack)) == ["Default/Queue/Resource"]


def test_the_stacks_nested_in_a_stack_and_in_a_construct(cdk_stack: NewStack) -> None:
    stack = cdk_stack()
    group = Construct(stack, "Group")
    nested = cdk.NestedStack(group, "Nested")
    sqs.Queue(cdk.NestedStack(nested, "Deeper"), "Queue")
    sqs.Queue(cdk.NestedStack(stack, "Other"), "Queue")
    names = [each.name.split("NestedStack")[0] for each in stacks_of(stack)]
    assert sorted(names) == ["", "/GroupNested", "/GroupNested", "/Other"]
    assert len(stacks_of(group)) == 3
    deepest = max(stacks_of(group), key=lambda each: each.name.count("/"))
    assert paths(dict(deepest.template)) == ["Test/Group/Nested/Deeper/Queue/Resource"]
