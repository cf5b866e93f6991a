"""Wrong types are refused in the caller's words, all of one call together."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, Required, TypedDict

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct
from typing_extensions import Unpack

from serverless_stack.constructs import Profile
from serverless_stack.constructs._internal.annotations import type_problems
from serverless_stack.constructs._internal.arguments import check_types
from tests.constructs.templates import refused


class Connecting(Protocol):
    def connect(self, function: lambda_.Function) -> None: ...


class Options(TypedDict, total=False):
    engine: str
    port: Required[int]


class Part(Construct):
    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        timeout: cdk.Duration | None = None,
        profile: Profile | None = None,
        vpc: ec2.IVpc | None = None,
        names: Sequence[str] = (),
        stores: Sequence[Connecting] = (),
        cache: Options | bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self.timeout, self.profile, self.vpc = timeout, profile, vpc
        self.names, self.stores, self.cache = names, stores, cache

    @check_types
    def add(self, name: str, **options: Unpack[Options]) -> int:
        """Return the port of ``name``."""
        return options["port"] + len(name)


def test_wrong_types_of_one_call_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: Part(
            stack,
            "Part",
            timeout=30,  # type: ignore[arg-type]
            profile="dev",  # type: ignore[arg-type]
            vpc=s3.Bucket(stack, "Bucket"),  # type: ignore[arg-type]
            names="abc",
            stores=[iam.Role],  # type: ignore[list-item]
            cache={"engin": "valkey", "port": "6379"},  # type: ignore[arg-type]
        )
    )
    assert message.splitlines() == [
        "7 problems in Test/Part:",
        "- `timeout` must be a Duration, such as Duration.seconds(30), got: 30",
        "- `profile` must be a Profile, such as Profile.dev(), got: 'dev'",
        "- `vpc` must be an aws_ec2.IVpc, got: the aws_s3.Bucket Test/Bucket",
        "- `names` must be a list of strings, got: 'abc'",
        "- `stores[0]` must be a construct with `connect`, got: the class aws_iam.Role; "
        "pass a table, queue, topic, secret, database, function, bucket or cache",
        "- `cache` must not have `engin`; did you mean `engine`?",
        "- `cache.port` must be a whole number, got: '6379'",
    ]
    assert stack.node.try_find_child("Part") is None


def test_an_option_that_is_required_is_named(stack: cdk.Stack) -> None:
    options: Options = {"engine": "valkey"}  # type: ignore[typeddict-item]
    assert refused(lambda: Part(stack, "Part", cache=options)) == (
        "`cache` must have `port`, got: engine (in Test/Part)"
    )


def test_an_unknown_argument_gets_a_suggestion(stack: cdk.Stack) -> None:
    with pytest.raises(
        TypeError, match=r"^Part has no argument `timout`; did you mean `timeout`\?"
    ):
        Part(stack, "Part", timout=30)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing a required argument: 'construct_id'"):
        Part(stack)  # type: ignore[call-arg]


def test_methods_and_unpacked_options_are_checked(stack: cdk.Stack) -> None:
    part = Part(stack, "Part")
    assert part.add("abc", port=4) == 7
    message = refused(lambda: part.add(3, prt=4))  # type: ignore[arg-type,call-arg]
    assert message.splitlines()[1:] == [
        "- `name` must be a string, got: 3",
        "- `prt` must not be given; did you mean `port`?",
        "- `port` must be given",
    ]


def test_what_cdk_returns_for_imported_resources_is_accepted(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"])
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "orders")
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    function = lambda_.Function.from_function_name(stack, "Function", "orders")
    for value, hint in (
        (vpc, ec2.IVpc),
        (bucket, s3.IBucket),
        (group, ec2.ISecurityGroup),
        (function, lambda_.IFunction),
        (lambda_.Runtime.PYTHON_3_12, lambda_.Runtime),
    ):
        assert type_problems("value", value, hint) == []
    assert type_problems("value", vpc, s3.IBucket) == [
        "`value` must be an aws_s3.IBucket, got: a resource of another type"
    ]


TOKEN = {"Ref": "Parameter"}


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        pytest.param(cdk.Token.as_number(TOKEN), int, id="a number token"),
        pytest.param(cdk.Token.as_string(TOKEN), str, id="a string token"),
        pytest.param(cdk.Token.as_list(TOKEN), Sequence[str], id="a list token"),
        (3, float),
        ({"a": "b"}, Mapping[str, str]),
        ("b", Literal["a", "b"]),
        (None, str | None),
        (("a", "b"), Sequence[str]),
    ],
)
def test_accepted(value: object, hint: object) -> None:
    assert type_problems("value", value, hint) == []


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        (True, int, "a whole number, got: True"),
        (1.5, int, "a whole number, got: 1.5"),
        (1, bool, "True or False, got: 1"),
        (None, str, "a string, got: None"),
        ("c", Mapping[str, str], "a mapping of strings to strings, got: 'c'"),
        ("c", Literal["a", "b"], "'a' or 'b', got: 'c'"),
        (cdk.RemovalPolicy.RETAIN, str, "a string, got: RemovalPolicy.RETAIN"),
    ],
)
def test_refused(value: object, hint: object, message: str) -> None:
    assert type_problems("value", value, hint) == [f"`value` must be {message}"]


def test_items_of_a_mapping_are_named() -> None:
    assert type_problems("value", {"a": 1, "b": "x", 2: "y"}, Mapping[str, str]) == [
        "`value['a']` must be a string, got: 1",
        "`value[2]` must be a string, got: 2",
    ]
