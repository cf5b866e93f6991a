from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.interfaces import aws_elasticache as refs

from serverless_stack.constructs import (
    Backup,
    LambdaHandler,
    NetworkType,
    Profile,
    RedisAuth,
    RedisUser,
    ServerlessCache,
    ServerlessEngine,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    statements,
    synth,
    variables,
)

CACHE = "AWS::ElastiCache::ServerlessCache"
INGRESS = "AWS::EC2::SecurityGroupIngress"
REDIS = {
    "REDIS_CONFIGURATION_ENDPOINT",
    "REDIS_TLS",
    "REDIS_SERVERLESS",
    "REDIS_CACHE_NAME",
}
SNAPSHOT = "arn:aws:elasticache:us-east-1:111122223333:serverlesssnapshot:seed"


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    ServerlessCache(stack, "Cache")
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    user = elasticache.CfnUser(
        stack,
        "User",
        engine="valkey",
        user_id="orders",
        user_name="orders",
        access_string="on ~* +@all",
        authentication_mode={"Type": "iam"},
    )
    users = elasticache.CfnUserGroup(
        stack, "Users", engine="valkey", user_group_id="shop", user_ids=[user.ref]
    )
    cache = ServerlessCache(
        stack,
        "Cache",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        security_groups=[ec2.SecurityGroup(stack, "Own", vpc=vpc)],
        engine=ServerlessEngine.VALKEY_7,
        cache_name="Shop-Sessions",
        description="Sessions of the shop",
        min_storage_gb=1,
        max_storage_gb=5_000,
        min_ecpu_per_second=1_000,
        max_ecpu_per_second=15_000_000,
        network_type=NetworkType.IPV4,
        backup=Backup(
            retention=cdk.Duration.days(35),
            window="22:59-23:59",
            final_name="shop-sessions-last",
            restore_arns=[SNAPSHOT],
        ),
        encryption_key=kms.Key(stack, "Key"),
        user_group=users,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    cache.connect(function_in(stack, "Inside", vpc), env_prefix="SESSIONS", user_name="orders")
    return synth(stack)


def function_in(stack: cdk.Stack, construct_id: str, vpc: ec2.IVpc) -> lambda_.Function:
    return lambda_.Function(
        stack,
        construct_id,
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        vpc=vpc,
    )


def user_group(stack: cdk.Stack) -> refs.IUserGroupRef:
    return elasticache.CfnUserGroup.from_user_group_id(stack, "Users", "shop")


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_the_bill_is_bounded(minimal: Json) -> None:
    cache = properties(minimal, CACHE)
    assert cache["CacheUsageLimits"] == {
        "DataStorage": {"Maximum": 10, "Unit": "GB"},
        "ECPUPerSecond": {"Maximum": 10_000},
    }
    assert cache["SnapshotRetentionLimit"] == 7
    assert (cache["Engine"], cache["MajorEngineVersion"]) == ("valkey", "8")


def test_limits_can_be_left_to_aws(stack: cdk.Stack) -> None:
    ServerlessCache(stack, "Cache", max_storage_gb=0, max_ecpu_per_second=0)
    assert "CacheUsageLimits" not in properties(synth(stack), CACHE)


def test_one_limit_goes_without_the_other(stack: cdk.Stack) -> None:
    ServerlessCache(stack, "Cache", min_storage_gb=2, max_storage_gb=0, max_ecpu_per_second=0)
    limits = properties(synth(stack), CACHE)["CacheUsageLimits"]
    assert limits == {"DataStorage": {"Minimum": 2, "Unit": "GB"}}


def test_every_argument_arrives(maximal: Json) -> None:
    cache = properties(maximal, CACHE)
    assert cache["MajorEngineVersion"] == "7"
    assert cache["ServerlessCacheName"] == "shop-sessions"
    assert cache["Description"] == "Sessions of the shop"
    assert cache["CacheUsageLimits"] == {
        "DataStorage": {"Maximum": 5_000, "Minimum": 1, "Unit": "GB"},
        "ECPUPerSecond": {"Maximum": 15_000_000, "Minimum": 1_000},
    }
    assert (cache["SnapshotRetentionLimit"], cache["DailySnapshotTime"]) == (35, "22:59")
    assert cache["NetworkType"] == "ipv4"
    assert cache["SnapshotArnsToRestore"] == [SNAPSHOT]
    assert cache["FinalSnapshotName"] == "shop-sessions-last"
    assert cache["KmsKeyId"]["Fn::GetAtt"][0].startswith("Key")
    assert cache["UserGroupId"] == {"Ref": "Users"}
    assert cache["SecurityGroupIds"][0]["Fn::GetAtt"][0].startswith("Own")
    assert all("Private" in subnet["Ref"] for subnet in cache["SubnetIds"])
    (resource,) = all_of(maximal, CACHE)
    assert resource["DeletionPolicy"] == "Retain"


def test_a_retained_cache_retains_its_security_group(stack: cdk.Stack) -> None:
    ServerlessCache(stack, "Cache", removal_policy=cdk.RemovalPolicy.RETAIN)
    (group,) = all_of(synth(stack), "AWS::EC2::SecurityGroup")
    assert group["DeletionPolicy"] == "Retain"


def test_its_name_is_of_the_stack_and_the_path() -> None:
    def name(stack_name: str, construct_id: str) -> str:
        stack = cdk.Stack(new_app(), "Test", stack_name=stack_name)
        ServerlessCache(stack, construct_id)
        return str(properties(synth(stack), CACHE)["ServerlessCacheName"])

    names = [
        name("shop-dev", "Cache"),
        name("shop-prod", "Cache"),
        name("shop-dev", "Other"),
        name("s" * 128, "Cache"),
        name("shop-dev", "c" * 100),
    ]
    assert name("shop-dev", "Cache") == names[0] == "shop-dev-cache-" + names[0][-8:]
    assert len(set(names)) == len(names)
    assert max(len(each) for each in names) == 40


def test_a_nested_stack_uses_the_name_of_its_root() -> None:
    stack = cdk.Stack(new_app(), "Test", stack_name="shop")
    cache = ServerlessCache(cdk.NestedStack(stack, "Nested"), "Cache")
    assert cache.serverless_cache.serverless_cache_name.startswith("shop-cache-")


@pytest.mark.parametrize("zones", [2, 3, 4])
def test_three_zones_are_used_at_most(app: cdk.App, zones: int) -> None:
    stack = cdk.Stack(app, "Test", env=cdk.Environment(account="1" * 12, region="us-east-1"))
    names = [f"us-east-1{letter}" for letter in "abcd"[:zones]]
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        availability_zones=names,
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=name, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
            for name in ("One", "Two")
        ],
    )
    ServerlessCache(stack, "Cache", vpc=vpc)
    subnets = [subnet["Ref"] for subnet in properties(synth(stack), CACHE)["SubnetIds"]]
    assert len(subnets) == min(zones, 3)
    assert all("One" in subnet for subnet in subnets)
    message = refused(
        lambda: ServerlessCache(
            stack,
            "Other",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        )
    )
    assert f"must be 2 or 3 subnets, got: {2 * zones}" in message
    assert "an availability zone of its own each, got more than one in: us-east-1a" in message


def test_one_zone_is_refused(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    assert refused(lambda: ServerlessCache(stack, "Cache", vpc=vpc)) == (
        "`vpc` must span 2 availability zones or more, got: 1 (in Test/Cache)"
    )


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: ServerlessCache(
            stack,
            "Cache",
            engine=ServerlessEngine.of("memcached", "1.5"),
            cache_name="a" * 41,
            description="<b>",
            min_storage_gb=5_001,
            max_storage_gb=-1,
            min_ecpu_per_second=999,
            max_ecpu_per_second=15_000_001,
            network_type=NetworkType.IPV6,
            backup=Backup(
                retention=cdk.Duration.days(36),
                window="24:00-01:00",
                final_name="last--one",
                restore_name="seed",
                restore_arns=["seed"],
            ),
            auth=RedisAuth.token(),
            user_group=user_group(stack),
        )
    )
    assert [line.split(" must ")[0] for line in message.splitlines()] == [
        "16 problems in Test/Cache:",
        "- `engine.major_version`",
        "- `cache_name`",
        "- `description`",
        "- `vpc`",
        "- `min_storage_gb`",
        "- `max_storage_gb`",
        "- `min_storage_gb`",
        "- `min_ecpu_per_second`",
        "- `max_ecpu_per_second`",
        "- `backup.window`",
        "- `backup.retention`",
        "- `backup.restore_arns`",
        "- `backup.final_name`",
        "- `backup.restore_name`",
        "- `user_group`",
        "- `auth`",
    ]
    assert stack.node.try_find_child("Cache") is None


def test_the_engine_has_to_be_known(stack: cdk.Stack) -> None:
    engine = cdk.CfnParameter(stack, "Engine").value_as_string
    assert "`engine.name` must be known at synthesis, got: a token" in refused(
        lambda: ServerlessCache(stack, "Cache", engine=ServerlessEngine.of(engine, "8"))
    )
    assert "`engine.name` must be one of memcached, redis, valkey, got: 'Redis'" in refused(
        lambda: ServerlessCache(stack, "Cache", engine=ServerlessEngine.of("Redis", "7"))
    )


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    most = cdk.CfnParameter(stack, "Most", type="Number")
    ServerlessCache(stack, "Cache", max_storage_gb=int(most.value_as_number))
    limits = properties(synth(stack), CACHE)["CacheUsageLimits"]
    assert limits["DataStorage"]["Maximum"] == {"Ref": "Most"}


def test_the_raw_resource_is_in_reach(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache")
    assert isinstance(cache.serverless_cache, elasticache.CfnServerlessCache)
    cache.serverless_cache.description = "mine"
    assert properties(synth(stack), CACHE)["Description"] == "mine"


@pytest.mark.parametrize("engine", [ServerlessEngine.VALKEY_8, ServerlessEngine.REDIS_7])
def test_connect_gives_redis_its_environment_and_both_ports(
    stack: cdk.Stack, engine: ServerlessEngine
) -> None:
    cache = ServerlessCache(stack, "Cache", engine=engine)
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    given = variables(template)
    assert set(given) == REDIS
    assert (given["REDIS_TLS"], given["REDIS_SERVERLESS"]) == ("true", "true")
    address, colon, port = given["REDIS_CONFIGURATION_ENDPOINT"]["Fn::Join"][1]
    assert address["Fn::GetAtt"][1] == "Endpoint.Address"
    assert (colon, port["Fn::GetAtt"][1]) == (":", "Endpoint.Port")
    assert given["REDIS_CACHE_NAME"]["Ref"].startswith("Cache")
    ports = {rule["Properties"]["FromPort"] for rule in all_of(template, INGRESS)}
    assert ports == {6379, 6380}
    assert "elasticache:Connect" not in str(statements(template))


def test_connect_gives_memcached_its_environment(stack: cdk.Stack, code: Path) -> None:
    cache = ServerlessCache(stack, "Cache", engine=ServerlessEngine.MEMCACHED_1_6)
    cache.connect(LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc))
    template = synth(stack)
    assert set(variables(template)) == {"MEMCACHED_CONFIGURATION_ENDPOINT", "MEMCACHED_TLS"}
    assert variables(template)["MEMCACHED_TLS"] == "true"
    assert properties(template, INGRESS)["FromPort"] == 11211
    assert properties(template, CACHE)["MajorEngineVersion"] == "1.6"


def test_a_user_without_a_secret_connects_with_iam(maximal: Json) -> None:
    given = variables(maximal)
    assert set(given) == {n.replace("REDIS", "SESSIONS") for n in REDIS} | {"SESSIONS_USER"}
    assert given["SESSIONS_USER"] == "orders"
    (statement,) = [s for s in statements(maximal) if s["Action"] == "elasticache:Connect"]
    cache, user = statement["Resource"]
    assert cache["Fn::GetAtt"][1] == "ARN"
    assert user["Fn::Join"][1][::2] == [
        "arn:",
        ":elasticache:",
        ":",
        ":user:orders",
    ]


def test_a_user_with_a_secret_reads_it(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", user_group=user_group(stack))
    secret = secretsmanager.Secret(stack, "Password")
    cache.connect(function_in(stack, "Inside", cache.vpc), user_name="orders", secret=secret)
    template = synth(stack)
    assert set(variables(template)) == REDIS | {"REDIS_USER", "REDIS_SECRET_ARN"}
    assert "secretsmanager:GetSecretValue" in str(statements(template))
    assert "elasticache:Connect" not in str(statements(template))


def test_users_go_with_a_user_group_only(stack: cdk.Stack) -> None:
    open_cache = ServerlessCache(stack, "Open")
    closed = ServerlessCache(stack, "Closed", vpc=open_cache.vpc, user_group=user_group(stack))
    inside = function_in(stack, "Inside", open_cache.vpc)
    secret = secretsmanager.Secret(stack, "Password")
    assert refused(lambda: closed.connect(inside)) == (
        "`user_name` must be given with a `user_group` and only then, got: None; with `auth` the "
        "cache has a user of its own (in Test/Closed)"
    )
    assert "only then, got: 'orders'" in refused(
        lambda: open_cache.connect(inside, user_name="orders")
    )
    assert "`secret` must go with a `user_name`" in refused(
        lambda: open_cache.connect(inside, secret=secret)
    )
    template = synth(stack)
    assert all_of(template, INGRESS) == []
    assert "Environment" not in properties(template, "AWS::Lambda::Function")


def test_a_function_outside_any_vpc_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    cache = ServerlessCache(stack, "Cache")
    assert "`function` must be in the VPC of Test/Cache" in refused(lambda: cache.connect(function))


def test_a_second_cache_connects_by_another_prefix(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache")
    inside = function_in(stack, "Inside", cache.vpc)
    cache.connect(inside)
    other = ServerlessCache(stack, "Other", vpc=cache.vpc)
    assert "must have each name once, got again" in refused(lambda: other.connect(inside))
    other.connect(inside, env_prefix="SESSIONS")
    names = REDIS | {name.replace("REDIS", "SESSIONS") for name in REDIS}
    assert set(variables(synth(stack))) == names


def test_other_peers_are_allowed_by_hand(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache")
    cache.connections.allow_default_port_from(ec2.Peer.ipv4("10.1.0.0/16"))
    groups = [g["Properties"] for g in all_of(synth(stack), "AWS::EC2::SecurityGroup")]
    (rule,) = [rule for group in groups for rule in group.get("SecurityGroupIngress", [])]
    assert (rule["FromPort"], rule["ToPort"]) == (6379, 6380)


def test_a_cache_of_another_stack_connects_without_a_cycle(app: cdk.App, code: Path) -> None:
    cache = ServerlessCache(cdk.Stack(app, "Data"), "Cache")
    compute = cdk.Stack(app, "Compute")
    cache.connect(LambdaHandler(compute, "Handler", code=code, vpc=cache.vpc))
    assembly = app.synth()
    assert "Compute" not in [d.id for d in assembly.get_stack_by_name("Data").dependencies]


@pytest.mark.parametrize("profile", [Profile.production(), Profile.regulated()])
def test_production_keeps_a_backup(stack: cdk.Stack, profile: Profile) -> None:
    profile.apply(stack)
    ServerlessCache(stack, "Cache")
    (cache,) = all_of(synth(stack), CACHE)
    assert cache["Properties"]["SnapshotRetentionLimit"] == profile.settings.backup_days > 0
    name, of_stack = cache["Properties"]["FinalSnapshotName"]["Fn::Join"][1]
    assert name.startswith("test-cache-")
    assert "AWS::StackId" in str(of_stack)
    assert len(name) + 8 <= 40
    assert ("KmsKeyId" in cache["Properties"]) is profile.settings.customer_key


def test_dev_keeps_no_backup(stack: cdk.Stack) -> None:
    Profile.dev().apply(stack)
    ServerlessCache(stack, "Cache")
    (cache,) = all_of(synth(stack), CACHE)
    assert cache["Properties"]["SnapshotRetentionLimit"] == 0
    assert "FinalSnapshotName" not in cache["Properties"]
    assert cache["DeletionPolicy"] == "Delete"


def test_a_cache_whose_clients_log_in_with_iam(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", auth=RedisAuth.iam())
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    (user,) = all_of(template, "AWS::ElastiCache::User")
    assert user["Properties"]["AuthenticationMode"] == {"Type": "iam"}
    assert user["Properties"]["Engine"] == "valkey"
    assert "Ref" in properties(template, CACHE)["UserGroupId"]
    assert set(variables(template)) == REDIS | {"REDIS_USER"}
    (statement,) = [s for s in statements(template) if s["Action"] == "elasticache:Connect"]
    assert [arn["Fn::GetAtt"][1] for arn in statement["Resource"]] == ["ARN", "Arn"]


def test_another_user_of_a_serverless_cache(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", auth=RedisAuth.iam())
    reader = RedisUser(cache, "Reader", access="on ~app:* +@read")
    reader.connect(function_in(stack, "Inside", cache.vpc), env_prefix="READER")
    template = synth(stack)
    assert variables(template)["READER_USER"] == reader.user_name
    assert "READER_SECRET_ARN" in variables(template)
    assert len(properties(template, "AWS::ElastiCache::UserGroup")["UserIds"]) == 2


def test_users_and_a_user_group_exclude_each_other(stack: cdk.Stack) -> None:
    message = refused(
        lambda: ServerlessCache(stack, "Cache", auth=RedisAuth.iam(), user_group=user_group(stack))
    )
    assert "`auth` must be left out with a `user_group`" in message
    assert "`auth` must be RedisAuth.none() for memcached" in refused(
        lambda: ServerlessCache(
            stack, "Cache", engine=ServerlessEngine.MEMCACHED_1_6, auth=RedisAuth.iam()
        )
    )


@pytest.mark.parametrize("network_type", list(NetworkType))
def test_the_network_type_arrives(stack: cdk.Stack, network_type: NetworkType) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    ServerlessCache(stack, "Cache", vpc=vpc, network_type=network_type)
    assert properties(synth(stack), CACHE)["NetworkType"] == network_type.value
