"""How clients log in, and what ``connect`` gives a function."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.checks.services.elasticache.limits.security import user_id_problems
from serverless_stack.constructs import (
    LambdaHandler,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
    RedisUser,
)
from serverless_stack.testing import TemplateSnapshot, assert_least_privilege
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    require_no_cycle,
    statements,
    synth,
    variables,
)

GROUP = "AWS::ElastiCache::ReplicationGroup"
USER = "AWS::ElastiCache::User"
USERS = "AWS::ElastiCache::UserGroup"
SECRET = "AWS::SecretsManager::Secret"


def function_in(stack: cdk.Stack, construct_id: str, vpc: ec2.IVpc) -> lambda_.Function:
    return lambda_.Function(
        stack,
        construct_id,
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        vpc=vpc,
    )


def endpoints(template: Json) -> list[str]:
    return [
        item["Properties"]["ServiceName"]["Fn::Join"][1][-1].rpartition(".")[2]
        for item in all_of(template, "AWS::EC2::VPCEndpoint")
        if item["Properties"]["VpcEndpointType"] == "Interface"
    ]


VALKEY, REDIS = RedisEngine.VALKEY_8_1, RedisEngine.REDIS_7_1


@pytest.mark.parametrize("engine", [REDIS, VALKEY], ids=["redis", "valkey"])
@pytest.mark.parametrize("auth", [RedisAuth.password(), RedisAuth.iam()], ids=["password", "iam"])
def test_a_user_that_is_connected(
    engine: RedisEngine, auth: RedisAuth, template_snapshot: TemplateSnapshot
) -> None:
    stack = cdk.Stack(new_app(), "Test")
    cache = RedisCache(stack, "Cache", engine=engine, auth=auth)
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    require_no_cycle(template)
    assert template == template_snapshot


def test_a_password_is_a_reference_to_a_generated_secret(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", engine=VALKEY, auth=RedisAuth.password())
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    user = properties(template, USER)
    assert user["UserId"] == user["UserName"]
    assert user["AccessString"] == "on ~* &* +@all"
    assert user["AuthenticationMode"]["Type"] == "password"
    (password,) = user["AuthenticationMode"]["Passwords"]
    assert password["Fn::Join"][1][0] == "{{resolve:secretsmanager:"
    asked = properties(template, GROUP)
    assert "AuthToken" not in asked
    assert "Ref" in asked["UserGroupIds"][0]
    assert set(variables(template)) == {
        "REDIS_PRIMARY_ENDPOINT",
        "REDIS_READER_ENDPOINT",
        "REDIS_TLS",
        "REDIS_USER",
        "REDIS_SECRET_ARN",
    }
    assert variables(template)["REDIS_USER"] == user["UserName"]
    assert endpoints(template) == ["secretsmanager"]


def test_a_function_proves_who_it_is_with_iam(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", engine=VALKEY, auth=RedisAuth.iam())
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    assert all_of(template, SECRET) == []
    assert properties(template, USER)["AuthenticationMode"] == {"Type": "iam"}
    group = stack.resolve(cache.cache_name)
    (statement,) = statements(template)
    assert statement["Action"] == "elasticache:Connect"
    first, second = statement["Resource"]
    assert first["Fn::Join"][1][-2:] == [":replicationgroup:", group]
    assert second["Fn::GetAtt"][1] == "Arn"
    assert set(variables(template)) == {
        "REDIS_PRIMARY_ENDPOINT",
        "REDIS_READER_ENDPOINT",
        "REDIS_TLS",
        "REDIS_USER",
        "REDIS_CACHE_NAME",
    }
    assert variables(template)["REDIS_CACHE_NAME"] == group
    assert endpoints(template) == []  # nothing is read from Secrets Manager
    assert_least_privilege(template)


def test_redis_gets_a_disabled_default_user(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", auth=RedisAuth.password())
    template = synth(stack)
    (off,) = [u for u in all_of(template, USER) if u["Properties"]["UserName"] == "default"]
    assert off["Properties"]["AccessString"] == "off ~* -@all"
    assert off["Properties"]["AuthenticationMode"] == {"Type": "no-password-required"}
    assert len(properties(template, USERS)["UserIds"]) == 2
    other = cdk.Stack(new_app(), "Other")
    RedisCache(other, "Cache", engine=VALKEY, auth=RedisAuth.password())
    assert len(all_of(synth(other), USER)) == 1


def test_without_authentication_there_is_no_secret_and_no_endpoint_for_it(
    stack: cdk.Stack,
) -> None:
    cache = RedisCache(stack, "Cache", auth=RedisAuth.none(), tls=False)
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    assert all_of(template, SECRET) == []
    assert endpoints(template) == []
    assert variables(template)["REDIS_TLS"] == "false"
    assert "REDIS_SECRET_ARN" not in variables(template)
    assert statements(template) == []
    with pytest.raises(ValueError, match=r"`auth` must be RedisAuth\.token"):
        cache.secret  # noqa: B018


@pytest.mark.parametrize("kind", ["token", "password"])
def test_an_existing_secret_and_its_key(stack: cdk.Stack, kind: str) -> None:
    key = kms.Key(stack, "Key")
    own = secretsmanager.Secret(stack, "Own", encryption_key=key)
    auth = {"token": RedisAuth.token, "password": RedisAuth.password}[kind](secret=own)
    cache = RedisCache(stack, "Cache", engine=VALKEY, auth=auth)
    assert cache.secret is own
    cache.connect(function_in(stack, "Inside", cache.vpc))
    template = synth(stack)
    assert len(all_of(template, SECRET)) == 1
    reading, decrypting = statements(template)
    assert reading["Action"] == "secretsmanager:GetSecretValue"
    assert decrypting["Action"] == "kms:Decrypt"
    assert decrypting["Resource"] == stack.resolve(key.key_arn)
    assert list(decrypting["Condition"]["StringEquals"]) == ["kms:ViaService"]


def test_shards_are_reached_by_their_configuration_endpoint(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", topology=RedisTopology.sharded(2))
    cache.connect(function_in(stack, "Inside", cache.vpc), env_prefix="ORDERS")
    template = synth(stack)
    assert set(variables(template)) == {
        "ORDERS_CONFIGURATION_ENDPOINT",
        "ORDERS_TLS",
        "ORDERS_SECRET_ARN",
    }
    parts = variables(template)["ORDERS_CONFIGURATION_ENDPOINT"]["Fn::Join"][1][::2]
    assert [part["Fn::GetAtt"][1] for part in parts] == [
        "ConfigurationEndPoint.Address",
        "ConfigurationEndPoint.Port",
    ]


def test_an_endpoint_of_the_other_mode_is_refused(stack: cdk.Stack) -> None:
    single = RedisCache(stack, "Single")
    shards = RedisCache(stack, "Shards", topology=RedisTopology.sharded(2))
    assert refused(lambda: single.configuration_endpoint) == (
        "`topology` must be RedisTopology.sharded(…) for this endpoint; the cache has a primary "
        "endpoint (in Test/Single/ReplicationGroup)"
    )
    expected = "`topology` must be without shards for this endpoint"
    assert expected in refused(lambda: shards.primary_endpoint)
    assert expected in refused(lambda: shards.reader_endpoint)


def test_another_user_reads_with_rights_of_its_own(stack: cdk.Stack, code: Path) -> None:
    cache = RedisCache(stack, "Cache", engine=VALKEY, auth=RedisAuth.iam())
    reader = RedisUser(cache, "Reader", access="on ~app:* +@read")
    reader.connect(LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc))
    template = synth(stack)
    assert len(properties(template, USERS)["UserIds"]) == 2
    assert variables(template)["REDIS_USER"] == reader.user_name
    assert "REDIS_SECRET_ARN" in variables(template)
    assert "REDIS_CACHE_NAME" not in variables(template)
    assert endpoints(template) == ["secretsmanager"]  # which only the reader needs


def test_elasticache_accepts_the_ids_of_users() -> None:
    names = []
    for stack_name in ("A", "My-Shop-Of-All-Things-In-The-World-And-Beyond"):
        stack = cdk.Stack(new_app(), stack_name)
        for construct_id in ("C", "Cache_2", "A-Cache-With-A-Name-That-Is-Longer-Than-Forty"):
            RedisCache(stack, construct_id, auth=RedisAuth.password())
        template = synth(stack)
        names += [u["Properties"]["UserId"] for u in all_of(template, USER)]
        names += [g["Properties"]["UserGroupId"] for g in all_of(template, USERS)]
    assert len(set(names)) == 18
    assert [problem for name in names for problem in user_id_problems(name)] == []


def test_a_user_that_the_cache_cannot_have(stack: cdk.Stack) -> None:
    token = RedisCache(stack, "Token")
    assert refused(lambda: RedisUser(token, "Reader", access="on ~* +@read")) == (
        "`auth` of the cache must be RedisAuth.password() or RedisAuth.iam() for users, "
        "got: RedisAuth.token() (in Test/Token/Reader)"
    )
    old = RedisEngine.of("redis", "6.2")
    users = RedisCache(stack, "Users", auth=RedisAuth.password(), engine=old)
    message = refused(
        lambda: RedisUser(users, "A", access="~*", auth=RedisAuth.iam(access="on ~*"))
    )
    assert [line.partition(",")[0] for line in message.splitlines()[1:]] == [
        "- `auth.access` must be left out; `access` has the rights of a user",
        "- `access` must begin with on or off",
        "- `engine.version` must be 7.0 or later for authentication with IAM",
    ]
    assert "`auth` must be RedisAuth.password() or RedisAuth.iam(), got: RedisAuth.token()" in (
        refused(lambda: RedisUser(users, "A", access="on ~*", auth=RedisAuth.token()))
    )
    assert users.node.try_find_child("A") is None
    RedisUser(users, "A", access="on ~*")
