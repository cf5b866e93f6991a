"""Every public callable of the constructs refuses wrong types by the names of its arguments."""

import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_args, get_origin

import aws_cdk as cdk
import pytest
import typing_extensions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

import serverless_stack.constructs as public
from serverless_stack.constructs import (
    LambdaHandler,
    MemcachedCache,
    Profile,
    RedisAuth,
    RedisCache,
    RedisUser,
    ServerlessCache,
    ServerlessStack,
    Signing,
    StorageBucket,
    WebApp,
)
from serverless_stack.constructs.cdn.functions.snippet import Stage
from tests.constructs.templates import new_app

CLASSES = [item for name in public.__all__ if isinstance(item := getattr(public, name), type)]
# Protocols between the parts of this library, which no application calls.
INTERNAL = {
    *("edge_code", "late_problems", "metric_node", "problems", "retention", "rotation"),
    *("snippets", "url_of", "zone_of"),
}
SKIPPED = {"ImportedCache.__init__"}  # made by `from_attributes`
# What is in these is checked with the route, whose key the message names.
CHECKED_WITH_ROUTE = {("Mock.__init__", "body"), ("Route.__init__", "model")}
WRONG: Mapping[object, Sequence[object]] = {
    str: (3, True, ["a"], b"a"),
    int: ("2", True, 2.5, float("nan"), [2]),
    float: ("2", True, float("nan"), float("inf"), [2.5]),
    bool: ("yes", "", 0.5, [True]),
    cdk.Duration: (30, 30.5, "30", cdk.Size.mebibytes(1)),
    cdk.Size: (512, "512", cdk.Duration.days(1)),
    lambda_.Runtime: ("python3.12", lambda_.Architecture.ARM_64),
    lambda_.Architecture: ("arm64", lambda_.Runtime.PYTHON_3_13),
    Profile: ("dev", Profile, Profile.dev),
    Path: (3, True),
}


class World:
    """A stack with one construct of each kind, for calls that are refused."""

    def __init__(self, code: Path) -> None:
        self.stack = cdk.Stack(new_app(), "Test")
        stack = self.stack
        snippet = code / "snippet.js"
        snippet.write_text("function handler(event) {}")
        self.vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
        self.handler = LambdaHandler(stack, "Handler", code=code, vpc=self.vpc)
        self.bucket = StorageBucket(stack, "Bucket")
        redis = RedisCache(stack, "Redis", vpc=self.vpc, auth=RedisAuth.password())
        self.shop = WebApp(stack, "Shop", function=code)
        self.queue = sqs.Queue(stack, "Queue")
        self.imported_bucket = s3.Bucket.from_bucket_name(stack, "Imported", "name")
        self.owners: dict[type, object] = {
            type(item): item
            for item in (
                self.handler,
                self.bucket,
                redis,
                MemcachedCache(stack, "Memcached", vpc=self.vpc),
                ServerlessCache(stack, "Serverless", vpc=self.vpc),
                Signing(stack, "Signing"),
                RedisUser(redis, "Reader", access="on ~* +@read"),
                self.shop,
                self.shop.api,
                self.shop.cdn,
                Profile.dev(),
                ServerlessStack(cdk.App(), "App", function=code),
                MemcachedCache.from_attributes(
                    stack,
                    "Existing",
                    vpc=self.vpc,
                    security_groups=[ec2.SecurityGroup(stack, "Group", vpc=self.vpc)],
                    configuration_endpoint="cache.example:11211",
                ),
            )
        }
        self.valid: dict[str, object] = {
            "scope": stack,
            "construct_id": "New",
            "code": str(code),
            "handler": self.handler,
            "bucket": self.bucket,
            "source": str(code),
            "distributions": [self.shop.cdn],
            "paths": ["/*"],
            "trigger": "1",
            "path": snippet,
            "primary": redis,
            "stage": Stage.HEADERS,
            "suffix": "shop",
            "cache": redis,
            "access": "on ~* +@read",
            "vpc": self.vpc,
            "security_groups": [],
            "configuration_endpoint": "cache.example:11211",
            "endpoint": "cache.example:6379",
            "cache_name": "cache",
            "function": self.handler,
            "grantee": self.handler.function,
            "pattern": "*",
            "policy": "TLS_1_2",
            "queue": self.queue,
            "target": self.handler,
            "schedule": "rate(1 day)",
            "stream": kinesis.Stream(stack, "Stream"),
            "table": dynamodb.Table(
                stack,
                "Table",
                partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            ),
            "topic": sns.Topic(stack, "Topic"),
            "cache_control": "no-cache",
            "name": "NAME",
            "value": "value",
            "metric_name": "CPUUtilization",
            "removal_policy": cdk.RemovalPolicy.DESTROY,
        }


@pytest.fixture(scope="module")
def world(code: Path) -> World:
    return World(code)


def public_callables() -> Iterator[tuple[type, str]]:
    for kind in CLASSES:
        if is_dataclass(kind) or "__init__" in vars(kind):
            yield kind, "__init__"
        for base in kind.__mro__:
            if not base.__module__.startswith("serverless_stack"):
                continue
            for name, member in vars(base).items():
                function = getattr(member, "__func__", member)
                if not name.startswith("_") and inspect.isfunction(function):
                    yield kind, name


CALLABLES = sorted(
    {
        f"{kind.__name__}.{name}": (kind, name)
        for kind, name in public_callables()
        if name not in INTERNAL
    }.items()
)


def members_of(hint: object) -> list[object]:
    if get_origin(hint) in (typing.Union, types.UnionType):
        return [member for option in get_args(hint) for member in members_of(option)]
    return [hint]


def wrong_values(hint: object, world: World) -> Iterator[object]:
    """Yield values that no member of an annotation is meant to take."""
    members = members_of(hint)
    origins = {get_origin(member) or member for member in members}
    yield object()
    if type(None) not in members and object not in members:
        yield None
    if not origins & {str, Sequence} and not any(map(is_literal, members)):
        yield "text"
    if not origins & {Sequence, list}:
        yield ["text"]
    if not origins & {int, float, bool}:
        yield 3
        yield True
    if len(members) <= 2:  # one type, or None
        for member in members:
            lists = Sequence in origins  # as in `str | Sequence[str]`
            wrong = WRONG.get(member, ())
            yield from (value for value in wrong if not (lists and isinstance(value, list)))
            if isinstance(member, type) and issubclass(member, enum.Enum) and str not in members:
                yield "text"
    for other in (world.queue, world.imported_bucket, world.stack, sqs.Queue):
        if not any(map(may_be_a_construct, members)):
            yield other
    if Sequence in origins:
        yield [object()]
    if Mapping in origins or any(map(typing_extensions.is_typeddict, members)):
        yield {"unknown": object()}
        yield {3: object()}


def is_literal(hint: object) -> bool:
    return get_origin(hint) is typing.Literal


def may_be_a_construct(hint: object) -> bool:
    return isinstance(hint, type) and (
        hasattr(hint, "__jsii_type__") or getattr(hint, "_is_protocol", False)
    )


def parameters_of(kind: type, name: str) -> dict[str, inspect.Parameter]:
    member = inspect.getattr_static(kind, name)
    function = getattr(member, "__func__", member)
    parameters = dict(inspect.signature(function).parameters)
    bound = not isinstance(member, staticmethod)
    return dict(list(parameters.items())[1:]) if bound else parameters


def call(kind: type, name: str, world: World) -> Callable[..., object]:
    if name == "__init__":
        return kind
    member = inspect.getattr_static(kind, name)
    if isinstance(member, classmethod | staticmethod):
        return typing.cast(Callable[..., object], getattr(kind, name))
    owner = world.owners[kind]
    return typing.cast(Callable[..., object], getattr(owner, name))


@pytest.mark.parametrize("label", [label for label, _ in CALLABLES if label not in SKIPPED])
def test_wrong_types_are_refused_by_name(world: World, label: str) -> None:
    kind, name = dict(CALLABLES)[label]
    member = inspect.getattr_static(kind, name)
    hints = typing.get_type_hints(getattr(member, "__func__", member))
    parameters = parameters_of(kind, name)
    required = {
        each: world.valid.get(each)
        for each, parameter in parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    function = call(kind, name, world)
    for argument, parameter in parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            continue
        if (label, argument) in CHECKED_WITH_ROUTE:
            continue
        for value in wrong_values(hints[argument], world):
            with pytest.raises(ValueError, match="must") as caught:  # noqa: PT012
                function(**{**required, argument: value})
                pytest.fail(f"{label} accepts {value!r} as {argument}")
            assert f"`{argument}" in str(caught.value), (value, str(caught.value))


# Pyright does not take these classes for their interfaces, whose parameters CDK names otherwise.
CLASSES_OF_INTERFACES = {
    "aws_kms.IKey": "aws_kms.Key",
    "aws_lambda.IFunction": "aws_lambda.Function",
    "aws_secretsmanager.ISecret": "aws_secretsmanager.Secret",
    "aws_sns.ITopic": "aws_sns.Topic",
}


@pytest.mark.parametrize("label", [label for label, _ in CALLABLES if label not in SKIPPED])
def test_classes_stand_beside_interfaces_that_pyright_tells_apart(label: str) -> None:
    kind, name = dict(CALLABLES)[label]
    member = inspect.getattr_static(kind, name)
    hints = typing.get_type_hints(getattr(member, "__func__", member))
    for argument, hint in hints.items():
        names = {
            f"{getattr(each, '__module__', '').removeprefix('aws_cdk.')}.{each.__name__}"
            for each in members_of(hint)
            if isinstance(each, type)
        }
        for interface in names & CLASSES_OF_INTERFACES.keys():
            if argument != "return":
                assert CLASSES_OF_INTERFACES[interface] in names, argument
