# `orders` is beside this file, where pytest looks; the repository's mypy looks elsewhere.
# mypy: disable-error-code="import-not-found"
"""Tests without a snapshot. The stack is created and synthesised once for all of them."""

import pytest
from aws_cdk import App
from cdk_nag import AwsSolutionsChecks
from orders import OrdersStack

from serverless_stack.testing import (
    Synth,
    assert_compliant,
    assert_least_privilege,
    assert_no_replacement,
    assert_stateful_unchanged,
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> OrdersStack:
    return OrdersStack(App(outdir=str(tmp_path_factory.mktemp("cdk.out"))), "Orders")


def test_the_template(stack: OrdersStack, synth: Synth) -> None:
    synth(stack).has_resource_properties("AWS::Lambda::Function", {"Handler": "index.handler"})
    synth(stack.table).resource_count_is("AWS::DynamoDB::Table", 1)


def test_no_wildcards(stack: OrdersStack) -> None:
    assert_least_privilege(stack)


def test_more_memory_replaces_nothing(cdk_app: App, stack: OrdersStack) -> None:
    bigger = OrdersStack(cdk_app, "Orders", memory_size=512)
    assert_no_replacement(stack, bigger)
    assert_stateful_unchanged(stack, bigger)


def test_rules_of_cdk_nag(stack: OrdersStack) -> None:
    assert_compliant(stack.table, packs=[AwsSolutionsChecks])
