"""Values that are known at deployment only pass every door, or are refused in our words."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import get_args, get_origin

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ssm as ssm

from serverless_stack.constructs import (
    ApiCache,
    Backup,
    CacheAlarms,
    CacheDashboard,
    Cdn,
    ContentDeployment,
    Invalidation,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
    ServerlessCache,
    ServerlessEngine,
    StorageBucket,
)
from tests.constructs.templates import new_app

Arguments = dict[str, object]
# What has to be known at synthesis, and is refused otherwise; everything else passes.
KNOWN = {
    "CacheAlarms": {"replication_lag"},
    "ContentDeployment": {
        "destination_key_prefix",
        "grace_period",
        "include",
        "max_paths",
        "skew_protection",
        "source",
        "wait",
    },
    "LambdaHandler": {"code"},
    "MemcachedCache": {"availability_zones"},
    "ProxyApi": {"stages"},
}


class Base:
    """What the constructs under test need, in a stack."""

    def __init__(self, stack: cdk.Stack, code: Path) -> None:
        self.stack = stack
        self._code = code

    def arguments(self, kind: type) -> Arguments:
        """Return the arguments that a construct cannot do without."""
        stack, code = self.stack, self._code
        if kind in (LambdaHandler,):
            return {"code": str(code)}
        if kind is ProxyApi:
            return {"handler": LambdaHandler(stack, "Handler", code=code)}
        if kind is Cdn:
            return {"bucket": StorageBucket(stack, "Pages")}
        if kind is ContentDeployment:
            return {"source": str(code), "bucket": StorageBucket(stack, "Pages")}
        if kind is Invalidation:
            cdn = Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Pages"), cache_tags=True)
            return {"distributions": [cdn], "paths": ["/*"], "trigger": "1"}
        if kind in (CacheAlarms, CacheDashboard):
            return {"cache": RedisCache(stack, "Redis")}
        return {}


KINDS = [
    LambdaHandler,
    ProxyApi,
    StorageBucket,
    Cdn,
    ContentDeployment,
    Invalidation,
    RedisCache,
    MemcachedCache,
    ServerlessCache,
    CacheAlarms,
    CacheDashboard,
]


def tokens(stack: cdk.Stack, hint: object) -> Iterator[object]:
    """Yield tokens of the types that an annotation takes."""
    members = {get_origin(member) or member: member for member in members_of(hint)}
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    if str in members:
        yield text
        yield f"a-{cdk.Fn.import_value('Text')}"
        yield ssm.StringParameter.value_for_string_parameter(stack, "/text")
        yield cdk.SecretValue.secrets_manager("text").unsafe_unwrap()
    if int in members or float in members:
        yield number
    if cdk.Duration in members:
        yield cdk.Duration.seconds(number)
        yield cdk.Duration.days(number)
    if members.get(Sequence) is not None and str in map(
        as_type, members_of(get_args(members[Sequence])[0])
    ):
        yield [text]
        yield cdk.Fn.split(",", cdk.Fn.import_value("List"))


def as_type(hint: object) -> object:
    return get_origin(hint) or hint


def members_of(hint: object) -> list[object]:
    if get_origin(hint) in (typing.Union, types.UnionType):
        return [member for option in get_args(hint) for member in members_of(option)]
    return [hint]


def message_of(make: Callable[[], object]) -> str:
    """Return why a call is refused; empty if it is not."""
    try:
        make()
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_tokens_pass_or_are_refused(kind: type, code: Path) -> None:
    hints = typing.get_type_hints(vars(kind)["__init__"])
    names = [
        name
        for name, parameter in inspect.signature(vars(kind)["__init__"]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    app = new_app()
    refused: set[str] = set()
    for name in names:
        count = len(list(tokens(cdk.Stack(new_app(), "Test"), hints[name])))
        for place in range(count):
            stack = cdk.Stack(app, f"{name.replace('_', '')}{place}")
            value = list(tokens(stack, hints[name]))[place]
            given = {**Base(stack, code).arguments(kind), name: value}
            message = message_of(partial(kind, stack, "New", **given))
            if isinstance(value, cdk.Duration) and "for a number that is known" in message:
                continue  # the other unit passes
            if message:
                assert f"`{name}" in message, (name, place)
                refused.add(name)
    assert refused == KNOWN.get(kind.__name__, set())
    app.synth()


def test_tokens_in_values(stack: cdk.Stack, code: Path) -> None:
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    days = cdk.Duration.days(number)
    RedisCache(
        stack,
        "Redis",
        engine=RedisEngine.of("valkey", text),
        topology=RedisTopology.replicated(1),
        backup=Backup(retention=days, window=text, restore_name=text),
        auth=RedisAuth.none(),
    )
    RedisCache(stack, "Parameters", parameters={"maxmemory-policy": text})
    MemcachedCache(stack, "Memcached", parameters={"max_item_size": text})
    handler = LambdaHandler(stack, "Handler", code=code, environment={"NAME": text})
    ProxyApi(stack, "Api", handler=handler, cache=ApiCache(ttl=cdk.Duration.seconds(number)))
    ServerlessCache(
        stack,
        "Serverless",
        engine=ServerlessEngine.of("valkey", text),
        backup=Backup(window=text, final_name=text, restore_arns=[text]),
    )
    stack.node.root.synth()  # type: ignore[attr-defined]


def test_subnets_that_are_looked_up_are_not_judged(code: Path) -> None:
    env = cdk.Environment(account="1" * 12, region="eu-west-1")
    stack = cdk.Stack(new_app(), "Test", env=env)
    vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_name="main")
    LambdaHandler(stack, "Handler", code=code, vpc=vpc)
    by_zone = ec2.SubnetSelection(availability_zones=["eu-west-1c"])
    LambdaHandler(stack, "Zone", code=code, vpc=vpc, vpc_subnets=by_zone)
    RedisCache(stack, "Redis", vpc=vpc, vpc_subnets=by_zone)
