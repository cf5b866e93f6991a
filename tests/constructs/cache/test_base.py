"""What the three caches have in common: metrics, subnets, security groups, Secrets Manager."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs import (
    MemcachedCache,
    RedisAuth,
    RedisCache,
    RedisTopology,
    ServerlessCache,
)
from serverless_stack.testing import assert_deployable
from tests.constructs.templates import (
    all_of,
    function_in,
    new_app,
    properties,
    refused,
    synth,
    warnings,
)

Cache = RedisCache | MemcachedCache | ServerlessCache
Make = Callable[..., Cache]
CACHES: list[Make] = [RedisCache, MemcachedCache, ServerlessCache]
INGRESS = "AWS::EC2::SecurityGroupIngress"


def isolated_vpc(stack: cdk.Stack) -> ec2.Vpc:
    isolated = ec2.SubnetConfiguration(name="Data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    return ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0, subnet_configuration=[isolated])


def test_the_metric_of_a_redis_cache_is_of_its_first_node(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", topology=RedisTopology.replicated(2))
    metric = cache.metric("Evictions")
    assert (metric.namespace, metric.statistic) == ("AWS/ElastiCache", "Sum")
    assert metric.period.to_seconds() == 60
    name = {"Ref": "CacheReplicationGroupBFE59FF3"}
    assert stack.resolve(metric.dimensions) == {
        "CacheClusterId": {"Fn::Join": ["", [name, "-001"]]},
        "CacheNodeId": "0001",
    }
    assert stack.resolve(cache.metric("Evictions", node="003").dimensions)["CacheClusterId"] == {
        "Fn::Join": ["", [name, "-003"]]
    }


def test_the_metric_of_a_cache_in_cluster_mode_names_the_shard(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", topology=RedisTopology.sharded(2, 0))
    dimensions = stack.resolve(cache.metric("CPUUtilization", node="0002-001").dimensions)
    assert dimensions["CacheClusterId"]["Fn::Join"][1][1] == "-0002-001"


def test_the_metric_of_memcached_is_of_the_cluster_or_a_node(stack: cdk.Stack) -> None:
    cache = MemcachedCache(stack, "Cache")
    cluster = {"CacheClusterId": {"Ref": "CacheCluster30EBE13B"}}
    assert list(stack.resolve(cache.metric("GetHits").dimensions)) == list(cluster)
    node = stack.resolve(cache.metric("GetHits", node="0002").dimensions)
    assert node["CacheNodeId"] == "0002"


def test_the_metric_of_a_serverless_cache_is_of_the_cache(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache")
    metric = cache.metric("ThrottledCmds", statistic="Maximum", period=cdk.Duration.minutes(5))
    assert list(metric.dimensions or {}) == ["clusterId"]
    assert (metric.statistic, metric.period.to_minutes()) == ("Maximum", 5)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (RedisCache, "`node` must be one of 001, 002, got: '9' (in Test/Cache)"),
        (MemcachedCache, "`node` must be one of 0001, 0002, got: '9' (in Test/Cache)"),
        (ServerlessCache, "`node` must be left out for a serverless cache, got: '9'"),
    ],
)
def test_a_node_that_does_not_exist(stack: cdk.Stack, make: Make, expected: str) -> None:
    cache = make(stack, "Cache")
    assert refused(lambda: cache.metric("CPUUtilization", node="9")) == expected


@pytest.mark.parametrize("make", CACHES)
def test_the_raw_resource_is_the_default_child(stack: cdk.Stack, make: Make) -> None:
    child = make(stack, "Cache").node.default_child
    assert isinstance(child, cdk.CfnResource)
    assert child.cfn_resource_type.startswith("AWS::ElastiCache::")


@pytest.mark.parametrize("make", CACHES)
@pytest.mark.parametrize(
    "selection",
    [
        ec2.SubnetSelection(subnet_group_name="Data"),
        ec2.SubnetSelection(availability_zones=["eu-west-1a", "eu-west-1b"]),
        ec2.SubnetSelection(subnet_filters=[ec2.SubnetFilter.by_ids(["subnet-1", "subnet-2"])]),
        None,
    ],
    ids=["group", "zones", "filters", "default"],
)
def test_a_vpc_that_is_not_looked_up_yet_is_accepted(
    make: Make, selection: ec2.SubnetSelection | None
) -> None:
    """The first synthesis has placeholders, and asks the CLI for the real subnets."""
    env = cdk.Environment(account="1" * 12, region="eu-west-1")
    stack = cdk.Stack(new_app(), "Test", env=env)
    vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_name="main")
    make(stack, "Cache", vpc=vpc, vpc_subnets=selection)
    synth(stack)


@pytest.mark.parametrize("make", CACHES)
def test_a_list_of_subnets_known_at_deployment_is_accepted(stack: cdk.Stack, make: Make) -> None:
    subnets = cdk.CfnParameter(stack, "Subnets", type="List<AWS::EC2::Subnet::Id>")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=cdk.Fn.get_azs(),
        private_subnet_ids=subnets.value_as_list,
    )
    make(stack, "Cache", vpc=vpc)
    template = synth(stack)
    ids = [
        resource["Properties"]["SubnetIds"]
        for resource in template["Resources"].values()
        if "SubnetIds" in resource.get("Properties", {})
    ]
    assert ids == [{"Ref": "Subnets"}]


@pytest.mark.parametrize("make", CACHES)
def test_an_immutable_security_group_is_warned_of(stack: cdk.Stack, make: Make) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678", mutable=False)
    make(stack, "Cache", vpc=vpc, security_groups=[group]).connect(function_in(stack, vpc))
    (first, *_) = [text for text in warnings(stack) if "sg-12345678" in text]
    assert "was imported as immutable, so that CDK adds no rule to it: allow port" in first
    assert all_of(synth(stack), INGRESS) == []


@pytest.mark.parametrize("stacks", ["one", "two"])
def test_a_mutable_security_group_gets_the_rule(app: cdk.App, stacks: str) -> None:
    stack = cdk.Stack(app, "Data")
    other = stack if stacks == "one" else cdk.Stack(app, "Compute")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")
    function = function_in(other, vpc)
    for construct_id in ("One", "Two"):
        cache = MemcachedCache(stack, construct_id, vpc=vpc, security_groups=[group])
        cache.connect(function, env_prefix=construct_id.upper())
    assert properties(synth(other), INGRESS)["GroupId"] == "sg-12345678"
    assert [text for text in warnings(stack) + warnings(other) if "sg-12345678" in text] == []


NO_WAY = "have no way to it: add an interface endpoint"


def test_isolated_subnets_without_an_endpoint_are_warned_of(stack: cdk.Stack) -> None:
    vpc = isolated_vpc(stack)
    RedisCache(stack, "Cache", vpc=vpc).connect(function_in(stack, vpc))
    assert all_of(synth(stack), "AWS::EC2::VPCEndpoint") == []
    (text,) = [text for text in warnings(stack) if NO_WAY in text]
    assert text.startswith("Test/Function calls Secrets Manager, but its subnets in Test/Vpc")


def add_endpoint_in_vpc(vpc: ec2.Vpc) -> None:
    vpc.add_interface_endpoint(
        "Secrets", service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
    )


def add_endpoint_elsewhere(vpc: ec2.Vpc) -> None:
    ec2.InterfaceVpcEndpoint(
        cdk.Stack.of(vpc),
        "Secrets",
        vpc=vpc,
        service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    )


@pytest.mark.parametrize("add_endpoint", [add_endpoint_in_vpc, add_endpoint_elsewhere])
def test_an_endpoint_that_is_added_after_connect_is_seen(
    stack: cdk.Stack, add_endpoint: Callable[[ec2.Vpc], None]
) -> None:
    vpc = isolated_vpc(stack)
    RedisCache(stack, "Cache", vpc=vpc).connect(function_in(stack, vpc))
    add_endpoint(vpc)
    synth(stack)
    assert [text for text in warnings(stack) if NO_WAY in text] == []


def test_subnets_with_a_nat_gateway_and_clients_without_a_secret_are_fine(
    stack: cdk.Stack,
) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    function = function_in(stack, vpc)
    RedisCache(stack, "Cache", vpc=vpc).connect(function)
    other = cdk.Stack(new_app(), "Other")
    isolated = isolated_vpc(other)
    RedisCache(other, "Cache", vpc=isolated, auth=RedisAuth.iam()).connect(
        function_in(other, isolated)
    )
    for each in (stack, other):
        synth(each)
        assert [text for text in warnings(each) if NO_WAY in text] == []


def test_the_vpc_of_a_cache_gets_an_endpoint_when_it_is_needed(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", auth=RedisAuth.password())
    cache.connect(function_in(stack, cache.vpc))
    services = [
        endpoint["Properties"]["ServiceName"]["Fn::Join"][1][-1]
        for endpoint in all_of(synth(stack), "AWS::EC2::VPCEndpoint")
        if endpoint["Properties"]["VpcEndpointType"] == "Interface"
    ]
    assert services == [".secretsmanager"]


@pytest.mark.parametrize("name", ["Team's shop", "Größe", "a<b>"])
@pytest.mark.parametrize("make", CACHES)
def test_any_construct_id_gives_accepted_descriptions(
    stack: cdk.Stack, make: Make, name: str
) -> None:
    cache = make(Construct(stack, name), "Cache")
    cache.connect(function_in(stack, cache.vpc))
    assert_deployable(stack)


def closed_function(stack: cdk.Stack, vpc: ec2.IVpc) -> lambda_.Function:
    group = ec2.SecurityGroup(stack, "Closed", vpc=vpc, allow_all_outbound=False)
    return function_in(stack, vpc, [group])


def test_a_closed_function_is_let_out_to_the_endpoint(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache")
    cache.connect(closed_function(stack, cache.vpc))
    rules = all_of(synth(stack), "AWS::EC2::SecurityGroupEgress")
    assert {rule["Properties"]["ToPort"] for rule in rules} == {443, 6379}


@pytest.mark.parametrize("opened", [True, False])
def test_a_closed_function_in_a_vpc_of_the_user_is_warned_of(
    stack: cdk.Stack, opened: bool
) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    function = closed_function(stack, vpc)
    RedisCache(stack, "Cache", vpc=vpc).connect(function)
    if opened:
        function.connections.allow_to_any_ipv4(ec2.Port.tcp(443))
    synth(stack)
    told = [text for text in warnings(stack) if "no rule of its security group opens" in text]
    assert len(told) == (not opened)


def test_a_rotation_without_a_way_to_elasticache_is_warned_of(stack: cdk.Stack) -> None:
    vpc = isolated_vpc(stack)
    auth = RedisAuth.token(rotate_every=cdk.Duration.days(30))
    RedisCache(stack, "Cache", vpc=vpc, auth=auth)
    add_endpoint_in_vpc(vpc)
    synth(stack)
    (text,) = [text for text in warnings(stack) if "have no way" in text]
    assert "calls the API of ElastiCache, but its subnets in Test/Vpc have no way to it" in text
    assert "`InterfaceVpcEndpointAwsService.ELASTICACHE`" in text


def test_a_rotation_runs_in_subnets_with_a_way_out(stack: cdk.Stack) -> None:
    private = ec2.SubnetType.PRIVATE_WITH_EGRESS
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        subnet_configuration=[
            ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC),
            ec2.SubnetConfiguration(name="Private", subnet_type=private),
            ec2.SubnetConfiguration(name="Data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        ],
    )
    RedisCache(stack, "Cache", vpc=vpc, auth=RedisAuth.token(rotate_every=cdk.Duration.days(30)))
    template = synth(stack)
    config = properties(template, "AWS::Lambda::Function")["VpcConfig"]
    assert config["SubnetIds"] == stack.resolve([s.subnet_id for s in vpc.private_subnets])
    assert [text for text in warnings(stack) if "have no way" in text] == []
