"""The parts of an application as arguments: options, a construct, or left out.

Each ``TypedDict`` has the arguments of one construct without those that ``WebApp`` sets itself,
such as ``vpc``. A test compares them with the constructs' signatures.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Required, TypedDict

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.interfaces import aws_elasticache as refs

from serverless_stack._shared.content.rules import CacheRule
from serverless_stack.constructs._internal.waf import Waf
from serverless_stack.constructs.api.access import Access
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.api.caching import ApiCache
from serverless_stack.constructs.api.cors import Cors
from serverless_stack.constructs.api.domain import Domain
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.api.releases import Canaries, Variables
from serverless_stack.constructs.api.routes import Routes
from serverless_stack.constructs.api.throttling import Throttle, UsagePlan
from serverless_stack.constructs.api.tls import Tls
from serverless_stack.constructs.cache.backup import Backup
from serverless_stack.constructs.cache.imported import ImportedCache
from serverless_stack.constructs.cache.memcached.cache import AzMode, MemcachedCache
from serverless_stack.constructs.cache.redis.arguments import GlobalDatastoreRef
from serverless_stack.constructs.cache.redis.auth import RedisAuth
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.cache.redis.logs import Logs
from serverless_stack.constructs.cache.redis.topology import Durability, RedisTopology
from serverless_stack.constructs.cache.serverless.cache import ServerlessCache
from serverless_stack.constructs.cdn.behaviors import Behavior
from serverless_stack.constructs.cdn.countries import Countries
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.cdn.domain import CdnDomain
from serverless_stack.constructs.cdn.error_pages import ErrorPage, Maintenance
from serverless_stack.constructs.cdn.headers import SecurityHeaders
from serverless_stack.constructs.cdn.logs import CdnLog
from serverless_stack.constructs.cdn.origins import Target
from serverless_stack.constructs.cdn.site import Site
from serverless_stack.constructs.content.deployment import Json
from serverless_stack.constructs.function.connections.connections import Resource
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.function.invocations import Destination
from serverless_stack.constructs.function.release import Release
from serverless_stack.constructs.function.url import FunctionUrl
from serverless_stack.constructs.function.warmth import Warmth
from serverless_stack.constructs.storage.archive_tiers import ArchiveTiers
from serverless_stack.constructs.storage.bucket import StorageBucket
from serverless_stack.constructs.storage.cors import BucketCors
from serverless_stack.constructs.storage.inventory import Inventory
from serverless_stack.constructs.storage.lifecycle_rules import Lifecycle
from serverless_stack.constructs.storage.object_lock import ObjectLock
from serverless_stack.constructs.storage.replication import Replication
from serverless_stack.constructs.storage.request_metrics import RequestMetrics


class FunctionOptions(TypedDict, total=False):
    """The arguments of ``LambdaHandler``; only ``code`` is required."""

    code: Required[str | Path | lambda_.Code | lambda_.DockerImageCode]
    handler: str
    runtime: lambda_.Runtime
    architecture: lambda_.Architecture
    layers: Sequence[lambda_.ILayerVersion]
    bytecode: bool | None
    memory_size: int
    timeout: Duration
    ephemeral_storage_size: Size
    environment: Mapping[str, str] | None
    environment_key: kms.IKey | kms.Key | None
    description: str | None
    vpc_subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    reserved_concurrent_executions: int | None
    warmth: Warmth | None
    release: Release | None
    url: FunctionUrl | None
    on_failure: Destination | None
    on_success: Destination | None
    retry_attempts: int | None
    max_event_age: Duration | None
    code_signing_config: lambda_.ICodeSigningConfig | None
    log_format: lambda_.LoggingFormat | None
    log_level: lambda_.ApplicationLogLevel | None
    log_retention: logs.RetentionDays | None
    removal_policy: RemovalPolicy | None


class ApiOptions(TypedDict, total=False):
    """The arguments of ``ProxyApi``."""

    routes: Routes | None
    auth: Auth | None
    cors: Cors | None
    throttle: Throttle
    cache: ApiCache | None
    usage_plans: Sequence[UsagePlan]
    binary_media_types: Sequence[str]
    stages: str | Sequence[str]
    stage_variables: Variables
    canary: Canaries
    keep_deployments: int | None
    domain: Domain | None
    waf: Waf | None
    access: Access | None
    tls: Tls | None
    shield: bool
    client_certificate: bool | None
    alarms: bool | None
    access_log: bool | None
    set_log_role: bool
    log_retention: logs.RetentionDays | None
    removal_policy: RemovalPolicy | None


class BucketOptions(TypedDict, total=False):
    """The arguments of ``StorageBucket``."""

    bucket_name: str | None
    name_prefix: str | None
    versioned: bool
    encryption_key: kms.IKey | kms.Key | None
    allow_sse_c: bool
    expire_after: Duration | None
    transitions: Sequence[s3.Transition]
    noncurrent_version_expiration: Duration | None
    abort_incomplete_multipart_upload_after: Duration
    lifecycle_rules: Sequence[Lifecycle | s3.LifecycleRule]
    cors: BucketCors | Sequence[BucketCors]
    object_lock: ObjectLock | None
    replication: Replication | Sequence[Replication]
    archive_tiers: ArchiveTiers | Sequence[ArchiveTiers]
    request_metrics: bool | Sequence[RequestMetrics]
    inventory: Inventory | Sequence[Inventory]
    event_bridge: bool
    transfer_acceleration: bool
    access_log: bool | None
    auto_delete_objects: bool | None
    removal_policy: RemovalPolicy | None


class ConnectedBucketOptions(BucketOptions, total=False):
    """The arguments of ``StorageBucket``, and one of ``StorageBucket.connect``.

    Attributes:
        prefix: The folder that the functions of the application may use; empty for the whole
            bucket without the pages of the site. Default: ``data/``.
    """

    prefix: str


class CdnOptions(TypedDict, total=False):
    """The arguments of ``Cdn``."""

    api_path_pattern: str
    default: Behavior | None
    behaviors: Mapping[str, Behavior | Target] | None
    site: Site | None
    error_pages: Sequence[ErrorPage]
    maintenance: Maintenance | None
    headers: SecurityHeaders | None
    default_root_object: str
    domain: CdnDomain | None
    price_class: cloudfront.PriceClass
    waf: Waf | None
    countries: Countries | None
    shield: bool
    cache_tags: bool
    http3: bool
    alarms: bool | None
    access_log: bool | CdnLog | None


class ContentOptions(TypedDict, total=False):
    """The arguments of ``ContentDeployment``; only ``source`` is required."""

    source: Required[str | Path | Sequence[str | Path]]
    include: Sequence[str]
    cache_control: Sequence[CacheRule]
    tags: Mapping[str, str | Sequence[str]] | None
    documents: Sequence[str]
    config: Mapping[str, Json] | None
    config_key: str
    exclude_paths: Sequence[str]
    query_strings: bool
    index_document: str | None
    max_paths: int
    wait: bool | Duration
    grace_period: Duration | None
    skew_protection: Duration | None
    memory_size: int
    log_retention: logs.RetentionDays | None
    removal_policy: RemovalPolicy | None


class RedisOptions(TypedDict, total=False):
    """The arguments of ``RedisCache``."""

    vpc_subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    replication_group_id: str | None
    engine: RedisEngine
    node_type: str
    topology: RedisTopology | None
    durability: Durability | None
    port: int | None
    tls: bool
    encryption_at_rest: bool
    encryption_key: kms.IKey | kms.Key | None
    auth: RedisAuth | None
    parameters: Mapping[str, str] | None
    parameter_group: refs.IParameterGroupRef | None
    data_tiering: bool | None
    logs: Logs | None
    backup: Backup | None
    maintenance_window: str | None
    notification_topic: sns.ITopic | sns.Topic | None
    global_datastore: GlobalDatastoreRef | None
    removal_policy: RemovalPolicy | None


class MemcachedOptions(TypedDict, total=False):
    """The arguments of ``MemcachedCache``."""

    vpc_subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    node_type: str
    engine_version: str
    num_cache_nodes: int | None
    az_mode: AzMode | None
    availability_zones: Sequence[str] | None
    port: int | None
    tls: bool
    parameters: Mapping[str, str] | None
    maintenance_window: str | None
    notification_topic: sns.ITopic | sns.Topic | None
    cluster_name: str | None
    removal_policy: RemovalPolicy | None


Stores = Sequence[Resource] | Mapping[str, Resource]
"""Resources of the caller, or resources by the prefixes of their environment variables."""
FunctionPart = str | Path | FunctionOptions | LambdaHandler | None
ContentPart = str | Path | ContentOptions | None
ApiPart = bool | ApiOptions | ProxyApi | None
BucketPart = bool | BucketOptions | ConnectedBucketOptions | StorageBucket | None
CdnPart = bool | CdnOptions | Cdn | None
RedisPart = bool | RedisOptions | RedisCache | ServerlessCache | ImportedCache | None
MemcachedPart = bool | MemcachedOptions | MemcachedCache | ServerlessCache | ImportedCache | None
