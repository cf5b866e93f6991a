"""Creating the parts of an application, in dependency order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from aws_cdk import CfnOutput
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.attributes import (
    id_of_api,
    id_of_distribution,
    name_of_distribution,
)
from serverless_stack.constructs._internal.tree import scope_of, stack_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.app.choices import Choices, is_wanted
from serverless_stack.constructs.app.given import keep_site
from serverless_stack.constructs.app.options import (
    ApiOptions,
    BucketOptions,
    CdnOptions,
    ContentOptions,
    FunctionOptions,
    MemcachedOptions,
    RedisOptions,
    Stores,
)
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.memcached.cache import MemcachedCache
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content.deployment import ContentDeployment
from serverless_stack.constructs.function.connections.connections import Resource
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.network.vpc import isolated_vpc
from serverless_stack.constructs.storage.bucket import StorageBucket

_SITE = "/site"
_PREFIX = "prefix"


@dataclass
class Parts:
    """The parts of one application; None for those that were left out.

    Attributes:
        scope: The construct that the parts are created in.
        function: The main function.
        api: The API.
        bucket: The bucket.
        cdn: The distribution.
        content: The deployment of the static pages.
        redis: The Redis cache.
        memcached: The Memcached cache.
        vpc: The VPC.
        adds_api_alarms: Whether the alarms of the API are the application's; it may have its own.
        connections: What connects a function to each store.
    """

    scope: Construct
    function: LambdaHandler | None = None
    api: ProxyApi | None = None
    bucket: StorageBucket | None = None
    cdn: Cdn | None = None
    content: ContentDeployment | None = None
    redis: CacheBase | None = None
    memcached: CacheBase | None = None
    vpc: ec2.IVpc | None = None
    adds_api_alarms: bool = False
    connections: tuple[Callable[[LambdaHandler], None], ...] = ()

    @classmethod
    def create(cls, scope: Construct, choices: Choices) -> "Parts":
        """Create the parts that are not given, and connect them.

        Args:
            scope: The construct to create them in.
            choices: The parts, which go together.
        """
        parts = cls(scope)
        parts.vpc = _vpc(scope, choices)
        parts.function = _function(scope, choices, parts.vpc)
        parts.api = _api(scope, choices, parts.function)
        chosen = _options_of(choices.api).get("alarms")
        parts.adds_api_alarms = chosen is None and parts.api is not None and not parts.api.alarms
        parts.bucket = _bucket(scope, choices)
        if parts.bucket is not None:
            parts.bucket.reserve(f"{_SITE[1:]}/")
        parts.redis = _redis(scope, choices, parts.vpc)
        parts.memcached = _memcached(scope, choices, parts.vpc)
        parts.connections = (
            *_bucket_connection(choices, parts.bucket),
            *(cache.connect for cache in (parts.redis, parts.memcached) if cache is not None),
            *_connections(choices.connect),
        )
        if parts.function is not None:
            parts.connect(parts.function)
        parts.cdn = _cdn(scope, choices, parts.bucket, parts.api)
        parts.content = _content(scope, choices, parts.bucket, parts.cdn)
        return parts

    def connect(self, function: LambdaHandler) -> None:
        """Connect a function to every store."""
        for connect in self.connections:
            connect(function)

    def created(self, part: Construct | None) -> bool:
        """Whether a part was created here, and not given."""
        return part is not None and scope_of(part) is self.scope

    def _is_here(self, part: Construct) -> bool:
        return stack_of(part) is stack_of(self.scope)

    def add_outputs(self) -> None:
        """Add the outputs that people and scripts look for.

        They are of the parts that are in this stack, and of the caches, wherever those are: the
        variables of the function have their endpoints anyway.
        """
        function, api, cdn, bucket = self.function, self.api, self.cdn, self.bucket
        if function is not None and self._is_here(function):
            self._output("FunctionName", function.function.function_name)
            if function.function_url is not None:
                self._output("FunctionUrl", function.url)
        if api is not None and self._is_here(api):
            self._output("ApiUrl", api.url)
            self._output("ApiId", id_of_api(api.rest_api))
        if bucket is not None and self._is_here(bucket):
            self._output("BucketName", bucket.bucket_name)
        if cdn is not None and self._is_here(cdn):
            self._output("CdnUrl", cdn.url)
            self._output("DistributionId", id_of_distribution(cdn.distribution))
            self._output("DistributionDomainName", name_of_distribution(cdn.distribution))
        for name, cache in {
            "RedisEndpoint": self.redis,
            "MemcachedEndpoint": self.memcached,
        }.items():
            if cache is not None:
                self._output(name, cache.client.endpoint)

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self.scope, name, value=value)


def _options_of(part: object) -> Mapping[str, object]:
    """Return the options of a part: those of a mapping, else none."""
    return part if isinstance(part, Mapping) else {}


def _connections(stores: Stores) -> list[Callable[[LambdaHandler], None]]:
    named = stores.items() if isinstance(stores, Mapping) else ((None, each) for each in stores)
    return [partial(_connect, resource, prefix) for prefix, resource in named]


def _connect(resource: Resource, prefix: str | None, function: LambdaHandler) -> None:
    function.connect(resource, env_prefix=prefix)


def _vpc(scope: Construct, choices: Choices) -> ec2.IVpc | None:
    if choices.vpc is not None:
        return choices.vpc
    caches = (choices.redis, choices.memcached)
    for cache in caches:
        if isinstance(cache, CacheBase):
            return cache.vpc
    # Caches add the endpoints that their clients need when functions are connected.
    return isolated_vpc(scope, "Vpc", secrets=False) if any(map(is_wanted, caches)) else None


def _function(scope: Construct, choices: Choices, vpc: ec2.IVpc | None) -> LambdaHandler | None:
    part = choices.function
    if part is None or isinstance(part, LambdaHandler):
        return part
    options = FunctionOptions(code=part) if isinstance(part, str | Path) else part
    return LambdaHandler(scope, "Function", vpc=vpc, **options)


def _api(scope: Construct, choices: Choices, function: LambdaHandler | None) -> ProxyApi | None:
    part = choices.api
    if isinstance(part, ProxyApi):
        return part
    if not is_wanted(part) or (function is None and not _options_of(part).get("routes")):
        return None
    options = dict(_options_of(part))
    if options.get("alarms") is None:
        options["alarms"] = False  # the application adds them
    return ProxyApi(scope, "Api", handler=function, **cast(ApiOptions, options))


def _bucket(scope: Construct, choices: Choices) -> StorageBucket | None:
    part = choices.bucket
    if isinstance(part, StorageBucket):
        return part
    if not is_wanted(part):
        return None
    options = {name: value for name, value in _options_of(part).items() if name != _PREFIX}
    return StorageBucket(scope, "Bucket", **cast(BucketOptions, options))


def _bucket_connection(
    choices: Choices, bucket: StorageBucket | None
) -> list[Callable[[LambdaHandler], None]]:
    if bucket is None:
        return []
    prefix = str(_options_of(choices.bucket).get(_PREFIX, contract.DATA_PREFIX))
    return [partial(bucket.connect, prefix=prefix)]


def _redis(scope: Construct, choices: Choices, vpc: ec2.IVpc | None) -> CacheBase | None:
    part = choices.redis
    if isinstance(part, CacheBase):
        return part
    if not is_wanted(part):
        return None
    return RedisCache(scope, "Redis", vpc=vpc, **cast(RedisOptions, _options_of(part)))


def _memcached(scope: Construct, choices: Choices, vpc: ec2.IVpc | None) -> CacheBase | None:
    part = choices.memcached
    if isinstance(part, CacheBase):
        return part
    if not is_wanted(part):
        return None
    return MemcachedCache(scope, "Memcached", vpc=vpc, **cast(MemcachedOptions, _options_of(part)))


def _cdn(
    scope: Construct, choices: Choices, bucket: StorageBucket | None, api: ProxyApi | None
) -> Cdn | None:
    part = choices.cdn
    if isinstance(part, Cdn):
        return part
    if not is_wanted(part):
        return None
    return Cdn(
        scope,
        "Cdn",
        bucket=bucket,
        origin_path=None if bucket is None else _SITE,
        api=api,
        **cast(CdnOptions, _options_of(part)),
    )


def _content(
    scope: Construct, choices: Choices, bucket: StorageBucket | None, cdn: Cdn | None
) -> ContentDeployment | None:
    part = choices.site
    if part is None or bucket is None or cdn is None:
        return None
    options = ContentOptions(source=part) if isinstance(part, str | Path) else part
    keep_site(bucket)
    return ContentDeployment(scope, "Content", bucket=bucket, distributions=[cdn], **options)
