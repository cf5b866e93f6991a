from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import LambdaHandler, MemcachedCache
from serverless_stack.constructs.cache.memcached.cache import AzMode
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    synth,
    variables,
)

CLUSTER = "AWS::ElastiCache::CacheCluster"
INGRESS = "AWS::EC2::SecurityGroupIngress"
NAMES = {"MEMCACHED_CONFIGURATION_ENDPOINT", "MEMCACHED_TLS"}


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    MemcachedCache(stack, "Cache")
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    MemcachedCache(
        stack,
        "Cache",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        security_groups=[ec2.SecurityGroup(stack, "Own", vpc=vpc)],
        node_type="cache.m7g.large",
        engine_version="1.6.17",
        num_cache_nodes=3,
        az_mode="cross-az",
        availability_zones=["us-east-1a", "us-east-1b", "us-east-1a"],
        port=11212,
        tls=False,
        parameters={"max_item_size": "10485760", "idle_timeout": "300"},
        maintenance_window="sun:05:00-sun:06:00",
        notification_topic=sns.Topic(stack, "Events"),
        cluster_name="shop-views",
    )
    return synth(stack)


@pytest.fixture
def cache(stack: cdk.Stack) -> MemcachedCache:
    return MemcachedCache(stack, "Cache")


@pytest.fixture
def inside(stack: cdk.Stack, cache: MemcachedCache, code: Path) -> LambdaHandler:
    return LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_it_is_encrypted_and_spread_over_zones(minimal: Json) -> None:
    cluster = properties(minimal, CLUSTER)
    assert cluster["Engine"] == "memcached"
    assert cluster["TransitEncryptionEnabled"] is True
    assert (cluster["AZMode"], cluster["NumCacheNodes"]) == ("cross-az", 2)


def test_every_argument_arrives(maximal: Json) -> None:
    cluster = properties(maximal, CLUSTER)
    assert cluster["CacheNodeType"] == "cache.m7g.large"
    assert cluster["EngineVersion"] == "1.6.17"
    assert (cluster["NumCacheNodes"], cluster["Port"]) == (3, 11212)
    assert cluster["AZMode"] == "cross-az"
    assert cluster["PreferredAvailabilityZones"] == ["us-east-1a", "us-east-1b", "us-east-1a"]
    assert cluster["TransitEncryptionEnabled"] is False
    assert cluster["PreferredMaintenanceWindow"] == "sun:05:00-sun:06:00"
    assert cluster["NotificationTopicArn"]["Ref"].startswith("Events")
    assert cluster["ClusterName"] == "shop-views"
    group = properties(maximal, "AWS::ElastiCache::ParameterGroup")
    assert group["CacheParameterGroupFamily"] == "memcached1.6"
    assert group["Properties"] == {"max_item_size": "10485760", "idle_timeout": "300"}
    assert cluster["CacheParameterGroupName"]["Ref"].startswith("CacheParameterGroup")
    assert cluster["VpcSecurityGroupIds"][0]["Fn::GetAtt"][0].startswith("Own")


def test_one_node_stays_in_one_zone(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    MemcachedCache(stack, "Cache", vpc=vpc, num_cache_nodes=1)
    assert properties(synth(stack), CLUSTER)["AZMode"] == "single-az"


def test_zones_determine_the_az_mode(stack: cdk.Stack) -> None:
    MemcachedCache(stack, "Cache", num_cache_nodes=2, availability_zones=["us-east-1a"] * 2)
    assert properties(synth(stack), CLUSTER)["AZMode"] == "single-az"


def test_two_nodes_may_stay_in_one_zone(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    MemcachedCache(stack, "Cache", vpc=vpc, az_mode="single-az")
    cluster = properties(synth(stack), CLUSTER)
    assert (cluster["AZMode"], cluster["NumCacheNodes"]) == ("single-az", 2)


def zones_of(stack: cdk.Stack) -> list[Json | str]:
    return list(properties(synth(stack), CLUSTER).get("PreferredAvailabilityZones", []))


def in_region(app: cdk.App, zones: int = 2) -> tuple[cdk.Stack, ec2.Vpc]:
    """A stack and a VPC with availability zones that are known at synthesis."""
    stack = cdk.Stack(app, "There", env=cdk.Environment(account="1" * 12, region="us-east-1"))
    names = [f"us-east-1{letter}" for letter in "abc"[:zones]]
    return stack, ec2.Vpc(stack, "Vpc", availability_zones=names, nat_gateways=0)


@pytest.mark.parametrize(
    ("nodes", "az_mode", "letters"),
    [(1, None, "a"), (2, None, "ab"), (5, None, "ababa"), (3, "single-az", "aaa")],
)
def test_nodes_take_the_zones_of_the_subnets_in_turn(
    app: cdk.App, nodes: int, az_mode: AzMode | None, letters: str
) -> None:
    stack, vpc = in_region(app)
    MemcachedCache(
        stack,
        "Cache",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        num_cache_nodes=nodes,
        az_mode=az_mode,
    )
    assert zones_of(stack) == [f"us-east-1{letter}" for letter in letters]


def test_nodes_that_stay_keep_their_zones(app: cdk.App) -> None:
    def zones(nodes: int) -> list[Json | str]:
        stack = cdk.Stack(new_app(), "Test")
        MemcachedCache(stack, "Cache", num_cache_nodes=nodes)
        return zones_of(stack)

    assert zones(5)[:2] == zones(2)
    assert len(zones(5)) == 5


def test_zones_that_are_not_known_are_left_to_elasticache(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=cdk.Fn.get_azs(),
        isolated_subnet_ids=["subnet-1"],
    )
    subnets = [ec2.Subnet.from_subnet_id(stack, name, f"subnet-{name}") for name in "ab"]
    MemcachedCache(stack, "Cache", vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=subnets))
    cluster = properties(synth(stack), CLUSTER)
    assert cluster["AZMode"] == "cross-az"
    assert "PreferredAvailabilityZones" not in cluster


def test_zones_without_a_subnet_are_refused(app: cdk.App) -> None:
    stack, vpc = in_region(app)
    subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)

    def cache(construct_id: str, zones: list[str]) -> MemcachedCache:
        return MemcachedCache(
            stack, construct_id, vpc=vpc, vpc_subnets=subnets, availability_zones=zones
        )

    assert refused(lambda: cache("Bad", ["us-east-1a", "us-east-1c"])) == (
        "`availability_zones` must be zones of the subnets (us-east-1a, us-east-1b), "
        "got: us-east-1c (in There/Bad)"
    )
    cache("Good", ["us-east-1a", "us-east-1b"])
    assert zones_of(stack) == ["us-east-1a", "us-east-1b"]


def test_sixty_nodes_are_accepted(stack: cdk.Stack) -> None:
    MemcachedCache(stack, "Cache", num_cache_nodes=60)
    assert properties(synth(stack), CLUSTER)["NumCacheNodes"] == 60


def test_more_nodes_change_nothing_in_the_function(code: Path) -> None:
    def function_beside(nodes: int) -> Json:
        stack = cdk.Stack(new_app(), "Test")
        cache = MemcachedCache(stack, "Cache", num_cache_nodes=nodes)
        cache.connect(LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc))
        template = synth(stack)
        assert properties(template, CLUSTER)["NumCacheNodes"] == nodes
        return properties(template, "AWS::Lambda::Function")

    assert function_beside(2) == function_beside(5)


def test_without_tls_the_function_has_tls_off(stack: cdk.Stack, code: Path) -> None:
    cache = MemcachedCache(stack, "Cache", engine_version="1.6.6", tls=False)
    cache.connect(LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc))
    assert variables(synth(stack))["MEMCACHED_TLS"] == "false"


def test_one_zone_is_refused_for_two_nodes(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    assert refused(lambda: MemcachedCache(stack, "Cache", vpc=vpc)) == (
        "`vpc` must span 2 availability zones or more, got: 1 (in Test/Cache)"
    )


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    topic = sns.Topic.from_topic_arn(stack, "Fifo", "arn:aws:sns:us-east-1:111122223333:e.fifo")
    message = refused(
        lambda: MemcachedCache(
            stack,
            "Cache",
            node_type="cache.t2.huge",
            engine_version="1.6.11",
            num_cache_nodes=61,
            az_mode="cross-az",
            availability_zones=["us-east-1a"],
            port=65536,
            maintenance_window="sun:05:00-sun:05:59",
            notification_topic=topic,
            cluster_name="a" * 51,
        )
    )
    assert [line.split(" must ")[0] for line in message.splitlines()] == [
        "9 problems in Test/Cache:",
        "- `node_type`",
        "- `num_cache_nodes`",
        "- `availability_zones`",
        "- `port`",
        "- `tls`",
        "- `tls`",
        "- `maintenance_window`",
        "- `notification_topic`",
        "- `cluster_name`",
    ]
    assert "(in Test/Cache)" in refused(lambda: MemcachedCache(stack, "Cache", num_cache_nodes=0))
    assert "`az_mode` must be 'single-az' or 'cross-az', got: 'both'" in refused(
        lambda: MemcachedCache(stack, "Cache", az_mode="both")  # type: ignore[arg-type]
    )
    assert stack.node.try_find_child("Cache") is None


def test_the_nearest_accepted_values(stack: cdk.Stack) -> None:
    MemcachedCache(
        stack,
        "Cache",
        node_type="cache.t3.small",
        engine_version="1.6.12",
        num_cache_nodes=1,
        az_mode="single-az",
        availability_zones=["us-east-1a"],
        port=65535,
        maintenance_window="sun:05:00-sun:06:00",
        notification_topic=sns.Topic.from_topic_arn(
            stack, "Standard", "arn:aws:sns:us-east-1:111122223333:events"
        ),
        cluster_name="a" * 50,
    )
    assert properties(synth(stack), CLUSTER)["TransitEncryptionEnabled"] is True


def test_the_version_of_parameters_has_to_be_known(stack: cdk.Stack) -> None:
    version = cdk.CfnParameter(stack, "Version").value_as_string
    parameters = {"idle_timeout": "60"}
    assert "`engine_version` must be known at synthesis" in refused(
        lambda: MemcachedCache(stack, "Cache", engine_version=version, parameters=parameters)
    )
    MemcachedCache(stack, "Cache", engine_version=version)
    assert properties(synth(stack), CLUSTER)["EngineVersion"] == {"Ref": "Version"}


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    port = cdk.CfnParameter(stack, "Port", type="Number")
    MemcachedCache(stack, "Cache", port=int(port.value_as_number))
    assert properties(synth(stack), CLUSTER)["Port"] == {"Ref": "Port"}


def test_the_raw_resource_is_in_reach(stack: cdk.Stack, cache: MemcachedCache) -> None:
    assert isinstance(cache.cluster, elasticache.CfnCacheCluster)
    cache.cluster.auto_minor_version_upgrade = True
    assert properties(synth(stack), CLUSTER)["AutoMinorVersionUpgrade"] is True


def test_connect_gives_network_and_environment(
    stack: cdk.Stack, cache: MemcachedCache, inside: LambdaHandler
) -> None:
    cache.connect(inside)
    template = synth(stack)
    assert set(variables(template)) == NAMES
    assert variables(template)["MEMCACHED_TLS"] == "true"
    address, colon, port = variables(template)["MEMCACHED_CONFIGURATION_ENDPOINT"]["Fn::Join"][1]
    assert address["Fn::GetAtt"][1] == "ConfigurationEndpoint.Address"
    assert (colon, port["Fn::GetAtt"][1]) == (":", "ConfigurationEndpoint.Port")
    assert properties(template, INGRESS)["FromPort"] == 11211


def test_connect_takes_any_function(
    stack: cdk.Stack, cache: MemcachedCache, inside: LambdaHandler
) -> None:
    assert isinstance(inside.function, lambda_.Function)
    cache.connect(inside.function)
    assert set(variables(synth(stack))) == NAMES


def test_a_function_outside_any_vpc_is_refused(
    cache: MemcachedCache, function: lambda_.Function
) -> None:
    assert "`function` must be in the VPC of Test/Cache" in refused(lambda: cache.connect(function))


def test_connecting_twice_with_one_prefix_is_refused(
    stack: cdk.Stack, cache: MemcachedCache, inside: LambdaHandler
) -> None:
    cache.connect(inside)
    other = MemcachedCache(stack, "Other", vpc=cache.vpc)
    message = refused(lambda: other.connect(inside))
    assert f"got again: {', '.join(sorted(NAMES))};" in message
    template = synth(stack)
    assert set(variables(template)) == NAMES
    assert len(all_of(template, INGRESS)) == 1


def test_a_second_cache_connects_by_another_prefix(
    stack: cdk.Stack, cache: MemcachedCache, inside: LambdaHandler
) -> None:
    cache.connect(inside)
    MemcachedCache(stack, "Other", vpc=cache.vpc).connect(inside, env_prefix="VIEWS")
    assert set(variables(synth(stack))) == NAMES | {"VIEWS_CONFIGURATION_ENDPOINT", "VIEWS_TLS"}


def test_a_cache_of_another_stack_connects_without_a_cycle(app: cdk.App, code: Path) -> None:
    cache = MemcachedCache(cdk.Stack(app, "Data"), "Cache")
    compute = cdk.Stack(app, "Compute")
    cache.connect(LambdaHandler(compute, "Handler", code=code, vpc=cache.vpc))
    assembly = app.synth()
    assert "Compute" not in [d.id for d in assembly.get_stack_by_name("Data").dependencies]


def test_parameters_and_nodes_that_memcached_does_not_have_are_refused(stack: cdk.Stack) -> None:
    message = refused(
        lambda: MemcachedCache(
            stack,
            "Cache",
            node_type="cache.r6gd.xlarge",
            parameters={"max_item_size": "1", "maxmemory-policy": "allkeys-lru"},
        )
    )
    assert "`node_type` must not be of the family r6gd" in message
    assert "`parameters` must have a whole number, 1024 to 1073741824" in message
    assert "`parameters` must have names of lowercase letters, digits and underscores" in message
