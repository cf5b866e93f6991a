"""The pages of the constructs: the example of each, and which settings it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FUNCTION: Final = "AWS::Lambda::Function"
LOGS: Final = "AWS::Logs::LogGroup"
STAGE: Final = "AWS::ApiGateway::Stage"
BUCKET: Final = "AWS::S3::Bucket"
CDN: Final = "AWS::CloudFront::Distribution"
REDIS: Final = "AWS::ElastiCache::ReplicationGroup"
MEMCACHED: Final = "AWS::ElastiCache::CacheCluster"
SERVERLESS: Final = "AWS::ElastiCache::ServerlessCache"
YES: Final = {"True": "yes", "Enabled": "yes", "Active": "yes", "False": "no"}


@dataclass(frozen=True)
class Default:
    """A setting whose value a page shows.

    Attributes:
        setting: The argument, or the setting in words if there is none.
        kind: The type of the resource that has it.
        path: Where it is in the resource's properties.
        show: How the value reads: a text with ``{}``, or a text for each value.
    """

    setting: str
    kind: str
    path: str
    show: str | Mapping[str, str] = "{}"


@dataclass(frozen=True)
class Page:
    """A page of the documentation.

    Attributes:
        name: The name of its file, and of its example.
        paths: The constructs of the example that the page is about.
        title: Its title.
        requests: What passes a request on; keys of ``costs.REQUESTS``.
        defaults: The settings that it shows.
        by_use: What is billed by use; keys of ``costs.BY_USE``.
        details: Whether the picture shows alarms and the like.
        shares: Whether the construct needs what all constructs of the stack share.
    """

    name: str
    title: str
    paths: tuple[str, ...]
    requests: tuple[str, ...] = ()
    defaults: tuple[Default, ...] = ()
    by_use: tuple[str, ...] = ()
    shares: bool = False
    details: bool = False


def _alarm_defaults(*alarms: tuple[str, str, str]) -> tuple[Default, ...]:
    return tuple(
        Default(setting, f"AWS::CloudWatch::Alarm {metric}", "Threshold", show)
        for setting, metric, show in alarms
    )


_FUNCTION_DEFAULTS = (
    Default("`handler`", FUNCTION, "Handler", "`{}`"),
    Default("`runtime`", FUNCTION, "Runtime", "`{}`"),
    Default("`architecture`", FUNCTION, "Architectures.0"),
    Default("`memory_size`", FUNCTION, "MemorySize", "{} MiB"),
    Default("`timeout`", FUNCTION, "Timeout", "{} seconds"),
    Default("`ephemeral_storage_size`", FUNCTION, "EphemeralStorage.Size", "{} MiB"),
    Default("X-Ray tracing", FUNCTION, "TracingConfig.Mode", YES),
    Default("`log_retention`", LOGS, "RetentionInDays", "{} days (profile)"),
)
_API_DEFAULTS = (
    Default("endpoint", "AWS::ApiGateway::RestApi", "EndpointConfiguration.Types.0"),
    Default("`stages`", STAGE, "StageName", "`{}`"),
    Default("`throttle`, rate", STAGE, "MethodSettings.0.ThrottlingRateLimit", "{} a second"),
    Default("`throttle`, burst", STAGE, "MethodSettings.0.ThrottlingBurstLimit"),
    Default("`binary_media_types`", "AWS::ApiGateway::RestApi", "BinaryMediaTypes.0", "`{}`"),
    Default("execution log", STAGE, "MethodSettings.0.LoggingLevel"),
    Default("bodies in that log", STAGE, "MethodSettings.0.DataTraceEnabled", YES),
    Default("X-Ray tracing", STAGE, "TracingEnabled", YES),
)
_BUCKET_DEFAULTS = (
    Default(
        "public access blocked", BUCKET, "PublicAccessBlockConfiguration.BlockPublicPolicy", YES
    ),
    Default(
        "ACLs", BUCKET, "OwnershipControls.Rules.0.ObjectOwnership", {"BucketOwnerEnforced": "off"}
    ),
    Default(
        "`encryption_key`",
        BUCKET,
        "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault"
        ".SSEAlgorithm",
        {"AES256": "keys of S3 (profile)"},
    ),
    Default("`versioned`", BUCKET, "VersioningConfiguration.Status", YES),
    Default(
        "unfinished uploads are deleted",
        BUCKET,
        "LifecycleConfiguration.Rules.0.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        "after {} days",
    ),
)
_CDN_DEFAULTS = (
    Default("`default_root_object`", CDN, "DistributionConfig.DefaultRootObject", "`{}`"),
    Default(
        "viewers",
        CDN,
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        {"redirect-to-https": "redirected to HTTPS"},
    ),
    Default("HTTP", CDN, "DistributionConfig.HttpVersion", {"http2and3": "1.1, 2 and 3"}),
    Default("IPv6", CDN, "DistributionConfig.IPV6Enabled", YES),
    Default("compressed answers", CDN, "DistributionConfig.DefaultCacheBehavior.Compress", YES),
    Default(
        "`price_class`",
        CDN,
        "DistributionConfig.PriceClass",
        {"PriceClass_All": "all edge locations"},
    ),
    Default(
        "response headers",
        CDN,
        "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId",
        {"67f7725c-6f97-4210-82d7-5512b31e9d03": "CloudFront's SecurityHeadersPolicy"},
    ),
    Default(
        "cache of the bucket's files",
        CDN,
        "DistributionConfig.DefaultCacheBehavior.CachePolicyId",
        {"658327ea-f89d-4fab-a63d-7e88639e58f6": "CloudFront's CachingOptimized"},
    ),
)
_REDIS_DEFAULTS = (
    Default("`engine`", REDIS, "Engine"),
    Default("version of `engine`", REDIS, "EngineVersion"),
    Default("`node_type`", REDIS, "CacheNodeType", "`{}`"),
    Default("nodes (`topology`)", REDIS, "NumCacheClusters", "{} (profile)"),
    Default("failover to another zone", REDIS, "MultiAZEnabled", YES),
    Default("`port`", REDIS, "Port", "{} (profile)"),
    Default("`tls`", REDIS, "TransitEncryptionEnabled", YES),
    Default("`encryption_at_rest`", REDIS, "AtRestEncryptionEnabled", YES),
    Default(
        "length of the AUTH token",
        "AWS::SecretsManager::Secret",
        "GenerateSecretString.PasswordLength",
        "{} characters",
    ),
    Default("`backup`", REDIS, "SnapshotRetentionLimit", "daily, kept {} days (profile)"),
)
_CONTENT = "Custom::ContentDeployment"

PAGES: Final = (
    Page(
        "web_app",
        "WebApp",
        ("Shop",),
        ("cdn", "api", "function"),
        (*_FUNCTION_DEFAULTS[3:5], *_API_DEFAULTS[2:3], *_CDN_DEFAULTS[1:2], *_REDIS_DEFAULTS[2:4]),
    ),
    Page(
        "serverless_stack",
        "ServerlessStack",
        ("",),
        ("cdn", "api", "function"),
        (*_FUNCTION_DEFAULTS[3:5], *_API_DEFAULTS[2:3], *_CDN_DEFAULTS[1:2], *_REDIS_DEFAULTS[2:4]),
    ),
    Page(
        "lambda_handler",
        "LambdaHandler",
        ("Orders",),
        ("function",),
        _FUNCTION_DEFAULTS,
        ("logs",),
        True,
    ),
    Page("proxy_api", "ProxyApi", ("Api",), ("api", "function"), _API_DEFAULTS, ("logs",)),
    Page(
        "storage_bucket",
        "StorageBucket",
        ("Photos",),
        ("reads", "writes"),
        _BUCKET_DEFAULTS,
        ("stored",),
    ),
    Page("cdn", "Cdn", ("Cdn",), ("cdn",), _CDN_DEFAULTS),
    Page(
        "content_deployment",
        "ContentDeployment",
        ("Content",),
        (),
        (
            Default("`cache_control`", _CONTENT, "CacheControl.0.CacheControl", "`{}`"),
            Default("`documents`, uploaded last", _CONTENT, "Documents", "`{}`"),
            Default("`max_paths`", _CONTENT, "MaxPaths"),
            Default("`grace_period`", _CONTENT, "GracePeriodDays", "{} days"),
            Default("`wait`", _CONTENT, "WaitSeconds", {"0": "no"}),
            Default("`removal_policy` of the files", _CONTENT, "RemovalPolicy", "{} (profile)"),
            Default("`memory_size` of the function", FUNCTION, "MemorySize", "{} MiB"),
            Default("time-out of a deployment", _CONTENT, "ServiceTimeout", "{} seconds"),
        ),
        ("paths",),
    ),
    Page(
        "invalidation",
        "Invalidation",
        ("Catalogue",),
        (),
        (
            Default("`wait`", "Custom::Invalidation", "WaitSeconds", {"0": "no"}),
            Default("time-out", "Custom::Invalidation", "ServiceTimeout", "{} seconds"),
        ),
        ("paths",),
    ),
    Page("redis_cache", "RedisCache", ("Cache",), (), _REDIS_DEFAULTS),
    Page(
        "memcached_cache",
        "MemcachedCache",
        ("Cache",),
        (),
        (
            Default("`engine_version`", MEMCACHED, "EngineVersion"),
            Default("`node_type`", MEMCACHED, "CacheNodeType", "`{}`"),
            Default("`num_cache_nodes`", MEMCACHED, "NumCacheNodes", "{} (profile)"),
            Default("`az_mode`", MEMCACHED, "AZMode"),
            Default("`port`", MEMCACHED, "Port", "{} (profile)"),
            Default("`tls`", MEMCACHED, "TransitEncryptionEnabled", YES),
        ),
    ),
    Page(
        "serverless_cache",
        "ServerlessCache",
        ("Cache",),
        ("valkey",),
        (
            Default("`engine`", SERVERLESS, "Engine"),
            Default("major version of `engine`", SERVERLESS, "MajorEngineVersion"),
            Default("`max_storage_gb`", SERVERLESS, "CacheUsageLimits.DataStorage.Maximum"),
            Default("`max_ecpu_per_second`", SERVERLESS, "CacheUsageLimits.ECPUPerSecond.Maximum"),
            Default(
                "`backup`", SERVERLESS, "SnapshotRetentionLimit", "daily, kept {} days (profile)"
            ),
        ),
    ),
    Page(
        "redis_user",
        "RedisUser",
        ("Cache/Reader", "Cache/DefaultUser", "Cache/UserGroup", "Cache/User"),
        (),
        (
            Default(
                "rights of the reader", "AWS::ElastiCache::User Reader", "AccessString", "`{}`"
            ),
            Default("its login", "AWS::ElastiCache::User Reader", "AuthenticationMode.Type"),
            Default(
                "rights of the user `default`",
                "AWS::ElastiCache::User DefaultUser",
                "AccessString",
                "`{}`",
            ),
        ),
    ),
    Page(
        "global_datastore",
        "GlobalDatastore",
        ("Datastore",),
        (),
        (
            Default(
                "role of `primary`", "AWS::ElastiCache::GlobalReplicationGroup", "Members.0.Role"
            ),
            Default(
                "`suffix`",
                "AWS::ElastiCache::GlobalReplicationGroup",
                "GlobalReplicationGroupIdSuffix",
                "`{}`, behind a prefix of AWS",
            ),
        ),
    ),
    Page(
        "cache_alarms",
        "CacheAlarms",
        ("Alarms",),
        (),
        _alarm_defaults(
            (
                "`cpu_percent`, of the machine",
                "CPUUtilization",
                "{} % (90 % of one of its two cores)",
            ),
            ("`cpu_percent`, of the engine", "EngineCPUUtilization", "{} %"),
            ("`memory_percent`", "DatabaseMemoryUsagePercentage", "{} %"),
            ("`evictions`", "Evictions", "{} a minute"),
            ("`connections`", "CurrConnections", "{}"),
            ("`replication_lag`", "ReplicationLag", "{} seconds"),
        ),
        details=True,
    ),
    Page("cache_dashboard", "CacheDashboard", ("Graphs",), details=True),
    Page(
        "api_alarms",
        "ApiAlarms",
        ("Alarms",),
        (),
        _alarm_defaults(
            ("`server_errors`", "5XXError", "{} in five minutes"),
            ("`latency`, of 99 % of requests", "Latency", "{} ms"),
            ("`client_errors`", "4XXError", "{} in five minutes"),
        ),
        details=True,
    ),
    Page(
        "cdn_alarms",
        "CdnAlarms",
        ("Alarms",),
        (),
        _alarm_defaults(
            ("`server_errors`", "5xxErrorRate", "{} % of answers"),
            ("`origin_latency`, of 90 % of requests", "OriginLatency", "{} ms"),
        ),
        details=True,
    ),
    Page("dashboard", "Dashboard", ("Graphs",), details=True),
    Page(
        "signing",
        "Signing",
        ("Signing",),
        (),
        (
            Default("`key_type`", "Custom::SigningKeys", "KeyType"),
            Default("old keys are looked for", "AWS::Events::Rule", "ScheduleExpression", "`{}`"),
        ),
    ),
    Page(
        "isolated_vpc",
        "VPC without a way out",
        ("Shop/Vpc", "Shop/VpcFlowLog"),
        (),
        (
            Default("addresses", "AWS::EC2::VPC", "CidrBlock"),
            Default("addresses of a subnet", "AWS::EC2::Subnet", "CidrBlock", "{} and the next"),
            Default("flow log", "AWS::EC2::FlowLog", "TrafficType", "{} traffic (profile)"),
        ),
    ),
    Page("profile", "Profile", ("",)),
)
