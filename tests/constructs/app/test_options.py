"""Options are the arguments of the constructs, and wrong ones are refused with a suggestion."""

import inspect
import typing
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    Cdn,
    ContentDeployment,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisCache,
    ServerlessStack,
    StorageBucket,
    WebApp,
)
from serverless_stack.constructs.app import options
from tests.constructs.templates import refused

# Each construct with its options, and the arguments that the application sets itself.
WIRED: list[tuple[type, type, set[str]]] = [
    (LambdaHandler, options.FunctionOptions, {"vpc"}),
    (ProxyApi, options.ApiOptions, {"handler"}),
    (StorageBucket, options.BucketOptions, set()),
    (Cdn, options.CdnOptions, {"bucket", "origin_path", "api"}),
    (
        ContentDeployment,
        options.ContentOptions,
        {"bucket", "distributions", "destination_key_prefix"},
    ),
    (RedisCache, options.RedisOptions, {"vpc"}),
    (MemcachedCache, options.MemcachedOptions, {"vpc"}),
]


def settings_of(kind: type) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(vars(kind)["__init__"]).parameters
    return {name: p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}


@pytest.mark.parametrize(
    ("kind", "option_type", "wired"), WIRED, ids=[kind.__name__ for kind, *_ in WIRED]
)
def test_options_have_the_names_and_types_of_the_construct(
    kind: type, option_type: type, wired: set[str]
) -> None:
    settings = settings_of(kind)
    assert wired <= settings.keys()
    types = typing.get_type_hints(vars(kind)["__init__"])
    assert typing.get_type_hints(option_type) == {
        name: types[name] for name in settings.keys() - wired
    }


@pytest.mark.parametrize(
    ("kind", "option_type", "wired"), WIRED, ids=[kind.__name__ for kind, *_ in WIRED]
)
def test_options_without_a_default_are_required(
    kind: type, option_type: type, wired: set[str]
) -> None:
    needed = {n for n, p in settings_of(kind).items() if p.default is p.empty} - wired
    assert getattr(option_type, "__required_keys__", set()) == needed


def test_a_bucket_has_one_more_option() -> None:
    hints, of_bucket = (
        typing.get_type_hints(kind)
        for kind in (options.ConnectedBucketOptions, options.BucketOptions)
    )
    assert hints.keys() - of_bucket.keys() == {"prefix"}


def test_a_stack_has_the_arguments_of_a_web_app_and_of_a_stack_of_cdk() -> None:
    own, ours, cdks = map(settings_of, (ServerlessStack, WebApp, cdk.Stack))
    assert own.keys() == ours.keys() | cdks.keys()
    hints, of_web_app = (
        typing.get_type_hints(vars(kind)["__init__"]) for kind in (ServerlessStack, WebApp)
    )
    assert {name: hints[name] for name in ours} == {name: of_web_app[name] for name in ours}
    assert {n: own[n].default for n in ours} == {n: p.default for n, p in ours.items()}


Make = Callable[..., object]


@pytest.mark.parametrize("kind", ["stack", "construct"])
def test_wrong_types_and_keys_are_refused_together(
    app: cdk.App, stack: cdk.Stack, kind: str
) -> None:
    make: Make = ServerlessStack if kind == "stack" else WebApp
    scope = app if kind == "stack" else stack
    path = "Shop" if kind == "stack" else "Test/Shop"
    message = refused(
        lambda: make(
            scope,
            "Shop",
            function=lambda_.Function,
            bucket="name",
            redis={"engin": "valkey"},
            memcached="yes",
            profile="dev",
        )
    )
    assert message.splitlines() == [
        f"5 problems in {path}:",
        "- `function` must be a string, a Path, a mapping of options or a LambdaHandler, "
        "got: the class aws_lambda.Function",
        "- `bucket` must be True or False, a mapping of options or a StorageBucket, got: 'name'",
        "- `redis` must not have `engin`; did you mean `engine`?",
        "- `memcached` must be True or False, a mapping of options, a MemcachedCache, a "
        "ServerlessCache or an ImportedCache, got: 'yes'",
        "- `profile` must be a Profile, such as Profile.dev(), got: 'dev'",
    ]
    assert scope.node.try_find_child("Shop") is None


def test_a_function_needs_code(app: cdk.App) -> None:
    wrong: dict[str, object] = {"memory_size": 512}
    make: Make = ServerlessStack
    assert refused(lambda: make(app, "Shop", function=wrong)) == (
        "`function` must have `code`, got: memory_size (in Shop)"
    )


def test_an_argument_of_a_part_is_no_argument_of_the_application(app: cdk.App) -> None:
    make: Make = ServerlessStack
    with pytest.raises(TypeError, match="ServerlessStack has no argument `memory_size`; it has"):
        make(app, "Shop", memory_size=512)
    with pytest.raises(TypeError, match=r"no argument `functoin`; did you mean `function`\?"):
        make(app, "Shop", functoin="handler")


def test_values_of_options_are_refused_by_their_part(app: cdk.App, code: Path) -> None:
    assert refused(
        lambda: ServerlessStack(app, "Shop", function={"code": code, "memory_size": 64})
    ) == ("`memory_size` must be between 128 and 10240 MiB, got: 64 (in Shop/Function)")


def test_a_resource_without_connect_is_refused_with_the_remedy(
    app: cdk.App, stack: cdk.Stack
) -> None:
    key = kms.Key(stack, "Key")
    message = refused(lambda: ServerlessStack(app, "Shop", connect=[key]))  # type: ignore[list-item]
    assert message.startswith("`connect[0]` must be a table (aws_dynamodb.ITable), a queue")
    assert message.endswith(
        "got: the aws_kms.Key Test/Key; for others call their `grant` methods and "
        "`add_environment` (in Shop)"
    )
