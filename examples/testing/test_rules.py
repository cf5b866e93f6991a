# `orders` is beside this file, where pytest looks; the repository's mypy looks elsewhere.
# mypy: disable-error-code="import-not-found"
"""Tests without a snapshot. The stack is created and synthesised once for all of them."""

import pytest
from cdk_nag import AwsSolutionsChecks
from orders import OrdersStack

from serverless_stack.testing import (
    StackFactory,
    Synth,
    assert_compliant,
    assert_least_privilege,
    assert_no_replacement,
    assert_stateful_unchanged,
)


@pytest.fixture
def stack(stack_factory: StackFactory) -> OrdersStack:
    return stack_factory(OrdersStack, "Orders")


def test_the_template(stack: OrdersStack, synth: Synth) -> None:
    synth(stack).has_resource_properties("AWS::Lambda::Function", {"Handler": "index.handler"})
    synth(stack.table).resource_count_is("AWS::DynamoDB::Table", 1)


def test_no_wildcards(stack: OrdersStack) -> None:
    assert_least_privilege(stack)


def test_more_memory_replaces_nothing(stack: OrdersStack, stack_factory: StackFactory) -> None:
    bigger = stack_factory(OrdersStack, "Orders", memory_size=512)
    assert_no_replacement(stack, bigger)
    assert_stateful_unchanged(stack, bigger)


def test_rules_of_cdk_nag(stack: OrdersStack) -> None:
    assert_compliant(stack.table, packs=[AwsSolutionsChecks])


def test_a_longer_time_out_replaces_nothing(
    stack: OrdersStack, stack_factory: StackFactory
) -> None:
    slower = stack_factory(OrdersStack, "Orders", fresh=True)  # this test changes it
    slower.function.node.default_child.timeout = 30
    assert_no_replacement(stack, slower)
