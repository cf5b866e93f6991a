"""The Python that pages show without a file is run as it stands.

Each block is executed in a stack of its own, in which the names that it uses but does not create
are what a reader expects: `stack`, `vpc`, `bucket`, and the names of the library and of CDK.
"""

import ast
import builtins
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from serverless_stack import constructs
from tests.docs.blocks import Block, blocks_of
from tests.docs.site import ROOT

DOCS = ROOT / "docs"
PAGES = [path for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts]
BLOCKS = [block for page in PAGES for block in blocks_of(page) if block.language == "python"]
# Blocks that cannot run here, by a word in them, and why.
NOT_RUN = {
    "cdk_monitoring_constructs": "it is not a dependency of ours",
    "LocalCloud.start": "the tests of the local cloud do that",
}
MODULES = (
    "serverless_stack.constructs",
    "serverless_stack.runtime.caching",
    "serverless_stack.runtime.objects",
    "aws_cdk",
    "aws_cdk.aws_ec2",
    "aws_cdk.aws_secretsmanager",
    "pathlib",
)
ALIASES = {
    "acm": "aws_cdk.aws_certificatemanager",
    "apigateway": "aws_cdk.aws_apigateway",
    "cdk": "aws_cdk",
    "cloudfront": "aws_cdk.aws_cloudfront",
    "dynamodb": "aws_cdk.aws_dynamodb",
    "ec2": "aws_cdk.aws_ec2",
    "iam": "aws_cdk.aws_iam",
    "lambda_": "aws_cdk.aws_lambda",
    "sqs": "aws_cdk.aws_sqs",
}


def a_function(stack: cdk.Stack, names: "Names") -> lambda_.Function:
    return lambda_.Function(
        stack,
        "GivenFunction",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        vpc=names["vpc"],
    )


def a_handler(id: str) -> Callable[[cdk.Stack, "Names"], constructs.LambdaHandler]:
    return lambda stack, names: constructs.LambdaHandler(stack, id, code="orders")


def a_bucket(stack: cdk.Stack, names: "Names") -> constructs.StorageBucket:
    return constructs.StorageBucket(stack, "GivenBucket")


GIVEN: dict[str, Callable[[cdk.Stack, "Names"], Any]] = {
    "app": lambda stack, names: cdk.Stage.of(stack),
    "api": lambda stack, names: constructs.ProxyApi(stack, "GivenApi", handler=names["handler"]),
    "bucket": a_bucket,
    "cache": lambda stack, names: constructs.RedisCache(stack, "GivenCache", vpc=names["vpc"]),
    "cdn": lambda stack, names: constructs.Cdn(stack, "GivenCdn", bucket=names["bucket"]),
    "function": a_function,
    "handler": a_handler("GivenHandler"),
    "other": lambda stack, names: cdk.Stack(
        names["app"], "Other", env=cdk.Environment(region="eu-central-1", account="1" * 12)
    ),
    "portal": a_handler("GivenPortal"),
    "role": lambda stack, names: iam.Role(
        stack, "GivenRole", assumed_by=iam.AccountRootPrincipal()
    ),
    "shop": lambda stack, names: constructs.WebApp(
        stack, "GivenShop", function={"code": "orders"}, redis=True
    ),
    "stack": lambda stack, names: stack,
    "table": lambda stack, names: dynamodb.Table(
        stack,
        "GivenTable",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    ),
    "uploads": a_bucket,
    "vpc": lambda stack, names: ec2.Vpc(stack, "GivenVpc", max_azs=2, nat_gateways=1),
}


def a_large_cache(stack: cdk.Stack, names: "Names") -> constructs.RedisCache:
    node = "cache.r7g.large"
    return constructs.RedisCache(stack, "GivenCache", vpc=names["vpc"], node_type=node)


# Names that mean something else on one page.
ON_PAGE: dict[str, dict[str, Callable[[cdk.Stack, "Names"], object]]] = {
    "caches.md": {"cache": a_large_cache},
    "global_datastore.md": {"cache": a_large_cache},
    "proxy_api.md": {"shop": a_handler("GivenHandler")},
    "api-access.md": {"shop": a_handler("GivenHandler")},
    "serverless_cache.md": {
        "cache": lambda stack, names: constructs.ServerlessCache(
            stack, "GivenCache", vpc=names["vpc"], engine=constructs.ServerlessEngine.VALKEY_8
        )
    },
    "memcached_cache.md": {
        "cache": lambda stack, names: constructs.MemcachedCache(
            stack, "GivenCache", vpc=names["vpc"]
        )
    },
}


class Names(dict[str, Any]):
    """The names that a block uses and does not create."""

    def __init__(self, block: Block, stack: cdk.Stack) -> None:
        super().__init__(__name__="fragment")
        self._given = GIVEN | ON_PAGE.get(block.page.name, {})
        self._stack = stack
        names = [node for node in ast.walk(ast.parse(block.text)) if isinstance(node, ast.Name)]
        created = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        for name in sorted({node.id for node in names} - created - set(dir(builtins))):
            self[name]

    def __missing__(self, name: str) -> object:
        self[name] = self._found(name)
        return self[name]

    def _found(self, name: str) -> object:
        if name in self._given:
            return self._given[name](self._stack, self)
        if name in ALIASES:
            return import_module(ALIASES[name])
        modules = [import_module(module) for module in MODULES]
        return next((getattr(each, name) for each in modules if hasattr(each, name)), None)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders that blocks name, and the environment of a connected function."""
    for name in ("orders/index.py", "nightly/index.py", "site/index.html", "catalog"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("def handler(event, context): ...\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", "127.0.0.1:6379")
    monkeypatch.setenv("MEMCACHED_CONFIGURATION_ENDPOINT", "127.0.0.1:11211")


def is_run(block: Block) -> bool:
    return not any(word in block.text for word in NOT_RUN)


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if is_run(block)], ids=lambda block: block.place
)
def test_a_fragment_runs(block: Block) -> None:
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    region = "eu-west-1" if "Global" in block.text else None
    stack = cdk.Stack(
        app, "Docs", env=cdk.Environment(region=region, account="1" * 12) if region else None
    )
    text = block.text.replace("[...]", "[]")  # which stands for what the reader has
    exec(compile(text, block.place, "exec"), Names(block, stack))


def test_each_exception_is_needed() -> None:
    for word in NOT_RUN:
        assert [block.place for block in BLOCKS if word in block.text], word
