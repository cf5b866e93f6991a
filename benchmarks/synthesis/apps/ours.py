"""The README's application and larger ones, with this library: ``python ours.py stacks 5``."""

import sys
from pathlib import Path

import aws_cdk as cdk

from serverless_stack.constructs import Auth, LambdaHandler, ProxyApi, ServerlessStack

SHOP = Path(__file__).parents[3] / "examples" / "shop"


def shop(app: cdk.App, name: str, parts: int = 7) -> None:
    """Create the README's stack, or its first parts.

    Args:
        app: The app.
        name: The name of the stack.
        parts: How many parts: function, API, bucket, Redis, Memcached, distribution, site.
    """
    ServerlessStack(
        app,
        name,
        function=str(SHOP / "handler"),
        api=True if parts > 1 else None,
        bucket=True if parts > 2 else None,
        redis=parts > 3,
        memcached=parts > 4,
        cdn=True if parts > 5 else None,
        site=str(SHOP / "site") if parts > 6 else None,
    )


def handlers(app: cdk.App, count: int) -> None:
    """Create a stack with functions that have an API each."""
    stack = cdk.Stack(app, "Handlers")
    for number in range(count):
        function = LambdaHandler(stack, f"Function{number}", code=SHOP / "handler")
        ProxyApi(stack, f"Api{number}", handler=function, auth=Auth.public(reason="a benchmark"))


def functions(app: cdk.App, count: int) -> None:
    """Create functions without an API, 100 in a stack."""
    for number in range(count):
        if number % 100 == 0:
            stack = cdk.Stack(app, f"Functions{number}")
        LambdaHandler(stack, f"Function{number}", code=SHOP / "handler")


def routes(app: cdk.App, count: int) -> None:
    """Create a stack with an API that has so many routes to a function."""
    stack = cdk.Stack(app, "Routes")
    function = LambdaHandler(stack, "Function", code=SHOP / "handler")
    ProxyApi(
        stack,
        "Api",
        handler=None,
        auth=Auth.public(reason="a benchmark"),
        routes={f"GET /path{number}": function for number in range(count)},
    )


def main(kind: str, count: int) -> None:
    """Synthesize one of the applications."""
    app = cdk.App()
    if kind == "stacks":
        for number in range(count):
            shop(app, f"Shop{number}")
    elif kind == "parts":
        shop(app, "Shop", count)
    elif kind == "handlers":
        handlers(app, count)
    elif kind == "functions":
        functions(app, count)
    else:
        routes(app, count)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
