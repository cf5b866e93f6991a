"""Every construct that makes a stateful resource follows every profile.

The constructs are those of ``constructs.__all__``; which of them make stateful resources is read
from their templates.
"""

import inspect
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_cloudfront import Distribution
from aws_cdk.aws_ec2 import SecurityGroup
from constructs import Construct

from serverless_stack import constructs
from serverless_stack.constructs import (
    ApiAlarms,
    Auth,
    CacheAlarms,
    CacheDashboard,
    Cdn,
    CdnAlarms,
    ContentDeployment,
    Dashboard,
    GlobalDatastore,
    ImportedCache,
    Invalidation,
    LambdaHandler,
    Logs,
    MemcachedCache,
    Profile,
    ProxyApi,
    RedisAuth,
    RedisCache,
    RedisUser,
    ServerlessCache,
    ServerlessStack,
    Signing,
    StorageBucket,
    WebApp,
)
from serverless_stack.constructs.profiles.settings import ALL, Settings
from serverless_stack.testing.review.compare.schemas import is_stateful
from tests.constructs.templates import Json, new_app, synth

Make = Callable[[cdk.Stack, Path, Path], object]

# How to create each construct, in a stack that the profile was applied to.
PUBLIC = Auth.public(reason="tested")


def api_of(stack: cdk.Stack, code: Path) -> RestApi:
    handler = LambdaHandler(stack, "Function", code=code)
    return ProxyApi(stack, "Api", handler=handler, auth=PUBLIC).rest_api


MAKE: dict[type, Make] = {
    ApiAlarms: lambda s, code, site: ApiAlarms(
        s,
        "It",
        api=ProxyApi(s, "Api", handler=LambdaHandler(s, "F", code=code), auth=PUBLIC).rest_api,
    ),
    Dashboard: lambda s, code, site: Dashboard(s, "It", StorageBucket(s, "Pages")),
    CacheAlarms: lambda s, code, site: CacheAlarms(s, "It", cache=MemcachedCache(s, "Cache")),
    CacheDashboard: lambda s, code, site: CacheDashboard(s, "It", cache=MemcachedCache(s, "Cache")),
    Cdn: lambda s, code, site: Cdn(s, "It", bucket=StorageBucket(s, "Pages")),
    CdnAlarms: lambda s, code, site: CdnAlarms(
        cdk.Stack(s, "Global", env=cdk.Environment(region="us-east-1")),
        "It",
        distribution=Distribution.from_distribution_attributes(
            StorageBucket(s, "Pages"), "Cdn", domain_name="d1.cloudfront.net", distribution_id="E1"
        ),
    ),
    ContentDeployment: lambda s, code, site: ContentDeployment(
        s, "It", source=site, bucket=StorageBucket(s, "Pages")
    ),
    GlobalDatastore: lambda s, code, site: GlobalDatastore(
        s,
        "It",
        primary=RedisCache(s, "Cache", node_type="cache.r7g.large"),
        suffix="shop",
    ),
    ImportedCache: lambda s, code, site: MemcachedCache.from_attributes(
        s,
        "It",
        vpc=MemcachedCache(s, "Cache").vpc,
        security_groups=[SecurityGroup.from_security_group_id(s, "Group", "sg-1")],
        configuration_endpoint="cache.example.com:11211",
    ),
    RedisUser: lambda s, code, site: RedisUser(
        RedisCache(s, "Cache", auth=RedisAuth.password()), "It", access="on ~* +@read"
    ),
    Invalidation: lambda s, code, site: Invalidation(
        s,
        "It",
        distributions=[Cdn(s, "Cdn", bucket=StorageBucket(s, "Pages"))],
        paths=["/*"],
        trigger="1",
    ),
    LambdaHandler: lambda s, code, site: LambdaHandler(s, "It", code=code),
    MemcachedCache: lambda s, code, site: MemcachedCache(s, "It"),
    ProxyApi: lambda s, code, site: ProxyApi(
        s, "It", handler=LambdaHandler(s, "Function", code=code), auth=PUBLIC
    ),
    RedisCache: lambda s, code, site: RedisCache(s, "It", logs=Logs(slow=True)),
    ServerlessCache: lambda s, code, site: ServerlessCache(s, "It"),
    Signing: lambda s, code, site: Signing(s, "It"),
    StorageBucket: lambda s, code, site: StorageBucket(s, "It"),
    WebApp: lambda s, code, site: WebApp(
        s, "It", function=code, site=site, api={"auth": PUBLIC}, redis=True, memcached=True
    ),
}
# Memcached keeps nothing on disk, and cannot be encrypted there or backed up.
NOTHING_KEPT = {"AWS::ElastiCache::CacheCluster"}
# Created again with the cache; one that is retained retains its secret.
GOES_WITH_OTHERS = {"AWS::SecretsManager::Secret"}
BACKED_UP = {"AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::ServerlessCache"}
# S3 delivers access logs only to buckets that are encrypted with its own keys.
KEYS_OF_S3 = {"ServerlessStackSharedAccessLogs049A504B"}
# Deleting a key loses what it has encrypted.
ALWAYS_RETAINED = {"AWS::KMS::Key"}


def kinds() -> list[type]:
    """Every public construct."""
    values = [getattr(constructs, name) for name in constructs.__all__]
    return [v for v in values if inspect.isclass(v) and issubclass(v, Construct)]


def resources_of(kind: type, profile: Profile, code: Path, site: Path) -> dict[str, Json]:
    """The resources by their logical ids."""
    app = new_app()
    if kind is ServerlessStack:
        stack: cdk.Stack = ServerlessStack(
            app,
            "It",
            profile=profile,
            function=code,
            site=site,
            api={"auth": PUBLIC},
            redis=True,
            memcached=True,
        )
    else:
        stack = cdk.Stack(app, "Test")
        profile.apply(stack)
        MAKE[kind](stack, code, site)
    resources: dict[str, Json] = synth(stack)["Resources"]
    return resources


def stateful(resources: dict[str, Json]) -> dict[str, Json]:
    return {
        name: resource
        for name, resource in resources.items()
        if is_stateful(resource["Type"], resource.get("Properties", {}))
    }


def is_kept(resource: Json) -> bool:
    """Whether data outlives its stack, in the resource itself or in a final backup."""
    final_backup = "FinalSnapshotName" in resource["Properties"]
    policies = {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")}
    return final_backup or policies <= {"Retain", "RetainExceptOnCreate", "Snapshot"}


def keys_of(properties: Json) -> list[object]:
    """The KMS keys that a resource is encrypted with."""
    encryption = properties.get("BucketEncryption", {})
    rules = encryption.get("ServerSideEncryptionConfiguration", [])
    places = [properties, *(rule["ServerSideEncryptionByDefault"] for rule in rules)]
    names = ("KmsKeyId", "KmsMasterKeyId", "KMSMasterKeyID")
    return [place[name] for place in places for name in names if name in place]


def test_every_public_construct_is_covered() -> None:
    assert {kind for kind in kinds() if kind is not ServerlessStack} == MAKE.keys()


def test_stateful_resources_are_found(code: Path, site: Path) -> None:
    """Else the next test would check nothing."""
    for kind, expected in (
        (LambdaHandler, "AWS::Logs::LogGroup"),
        (RedisCache, "AWS::ElastiCache::ReplicationGroup"),
        (ServerlessCache, "AWS::ElastiCache::ServerlessCache"),
        (StorageBucket, "AWS::S3::Bucket"),
    ):
        resources = stateful(resources_of(kind, Profile.dev(), code, site))
        assert expected in {resource["Type"] for resource in resources.values()}


@pytest.mark.parametrize("settings", ALL, ids=[settings.name for settings in ALL])
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_construct_follows_a_profile(
    kind: type, settings: Settings, code: Path, site: Path
) -> None:
    for name, resource in stateful(resources_of(kind, Profile(settings), code, site)).items():
        resource_type, properties = resource["Type"], resource.get("Properties", {})
        if resource_type not in NOTHING_KEPT | GOES_WITH_OTHERS | ALWAYS_RETAINED:
            assert is_kept(resource) is (settings.removal == "retain"), name
        if resource_type in ALWAYS_RETAINED:
            assert is_kept(resource), name
        if resource_type in BACKED_UP:
            assert properties.get("SnapshotRetentionLimit", 0) == settings.backup_days, name
        if resource_type == "AWS::Logs::LogGroup":
            assert properties["RetentionInDays"] == settings.log_retention_days, name
        if resource_type not in NOTHING_KEPT | ALWAYS_RETAINED and name not in KEYS_OF_S3:
            assert bool(keys_of(properties)) is settings.customer_key, name
