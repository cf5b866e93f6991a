# `orders` is beside this file, where pytest looks; the repository's mypy looks elsewhere.
# mypy: disable-error-code="import-not-found"
"""The first snapshot test."""

from aws_cdk import App
from orders import OrdersStack

from serverless_stack.testing import TemplateSnapshot

# The variable changes with every build.
BUILD = {"AWS::Lambda::Function.Environment.Variables.BUILD": "<build>"}


def test_orders(cdk_app: App, template_snapshot: TemplateSnapshot) -> None:
    stack = OrdersStack(cdk_app, "Orders")
    assert stack == template_snapshot(scrub=BUILD)
