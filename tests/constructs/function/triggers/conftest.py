from pathlib import Path

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import LambdaHandler


@pytest.fixture
def handler(stack: cdk.Stack, code: Path) -> LambdaHandler:
    return LambdaHandler(stack, "Handler", code=code)
