from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from tests.constructs.templates import new_app


@pytest.fixture(scope="session", autouse=True)
def package_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache folder of this test run."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVERLESS_STACK_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Python handler without requirements."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "index.py").write_text("def handler(event, context):\n    return {}\n")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of static pages."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><title>Shop</title>")
    return folder


@pytest.fixture
def app() -> cdk.App:
    """A fresh app."""
    return new_app()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A fresh stack."""
    return cdk.Stack(app, "Test")


@pytest.fixture
def function(stack: cdk.Stack) -> lambda_.Function:
    """A plain CDK function outside any VPC."""
    return plain_function(stack, "Plain")


def plain_function(stack: cdk.Stack, construct_id: str) -> lambda_.Function:
    return lambda_.Function(
        stack,
        construct_id,
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
