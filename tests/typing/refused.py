"""What a type checker must refuse; ``mypy --strict`` reports unused comments as well."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler, ProxyApi, RedisCache, ServerlessStack


def wrong(app: cdk.App, stack: cdk.Stack, imported: lambda_.IFunction) -> None:
    LambdaHandler(stack, "Orders")  # type: ignore[call-arg]
    LambdaHandler(stack, "Orders", "examples/orders")  # type: ignore[call-arg]
    LambdaHandler(stack, "Orders", code="orders", memory="256")  # type: ignore[call-arg]
    LambdaHandler(stack, "Orders", code="orders", memory_size="256")  # type: ignore[arg-type]
    LambdaHandler(stack, "Orders", code="orders", timeout=15)  # type: ignore[arg-type]
    ProxyApi(stack, "Api", handler="orders")  # type: ignore[arg-type]
    RedisCache(stack, "Cache").connect("orders")  # type: ignore[arg-type]
    RedisCache(stack, "Cache").connect(imported)  # type: ignore[arg-type]
    ServerlessStack(app, "Shop", redis="yes")  # type: ignore[arg-type]
    ServerlessStack(app, "Shop", redis={"engin": "valkey"})  # type: ignore[arg-type]
    ServerlessStack(app, "Shop", function={"memory_size": 512})  # type: ignore[arg-type]
    ServerlessStack(app, "Shop").add_function("Nightly", cod="nightly")  # type: ignore[call-arg]
    print(ServerlessStack(app, "Shop").queue)  # type: ignore[attr-defined]
    handler = LambdaHandler(stack, "Handler", code="orders")
    handler.connect("orders")  # type: ignore[arg-type]
    handler.connect(imported, "all")  # type: ignore[arg-type]
