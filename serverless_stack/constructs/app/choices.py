"""Which parts an application has, and which of them go together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy, Stack, Stage
from aws_cdk import aws_ec2 as ec2

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.runtimes import PYTHON
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.app import given
from serverless_stack.constructs.app.options import (
    ApiPart,
    BucketPart,
    CdnPart,
    ContentPart,
    FunctionPart,
    MemcachedPart,
    RedisPart,
    Stores,
)
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.cdn.regions import distribution_problems
from serverless_stack.constructs.content.source import source_problems
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.function.source import code_problems

_REMOVAL_POLICIES = (
    RemovalPolicy.RETAIN,
    RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    RemovalPolicy.DESTROY,
)


@dataclass(frozen=True)
class Choices:
    """The parts of an application, as its caller chose them.

    Attributes:
        function: The main function.
        site: The static pages.
        api: The API.
        bucket: The bucket.
        cdn: The distribution.
        redis: The Redis cache.
        memcached: The Memcached cache.
        vpc: The VPC.
        connect: Stores of the caller.
        removal_policy: What happens to data.
    """

    function: FunctionPart
    site: ContentPart
    api: ApiPart
    bucket: BucketPart
    cdn: CdnPart
    redis: RedisPart
    memcached: MemcachedPart
    vpc: ec2.IVpc | None
    connect: Stores
    removal_policy: RemovalPolicy | None

    @property
    def has_api(self) -> bool:
        """Whether there is an API: a given one, or one for the function or for routes."""
        if isinstance(self.api, ProxyApi):
            return True
        has_routes = isinstance(self.api, Mapping) and bool(self.api.get("routes"))
        return is_wanted(self.api) and (self.function is not None or has_routes)

    def problems(self, stack: Stack | None, stage: Stage | None, region: str) -> list[str]:
        """List the parts that do not go together, and files that are missing.

        Args:
            stack: The stack of the application; None for one that is created with it.
            stage: The app or stage of the application.
            region: The region of that stack; may be a token.
        """
        has_bucket, has_cdn = is_wanted(self.bucket), is_wanted(self.cdn)
        creates_cdn = has_cdn and not isinstance(self.cdn, Cdn)
        rules = [
            (
                self.site is None or (has_bucket and creates_cdn),
                "`site` must go with a bucket and a `cdn` that is created here, "
                f"got: {_shown(self.site)} without them",
            ),
            (
                not creates_cdn or has_bucket or self.has_api,
                "`cdn` must be None without a bucket and an API, because it has nothing to serve",
            ),
            (
                not self.api or self.api is True or self.has_api,
                "`api` must go with a `function` or have `routes`, got: options without either",
            ),
            (
                self.removal_policy is None or self.removal_policy in _REMOVAL_POLICIES,
                "`removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got: "
                f"{self.removal_policy}; the profile decides whether caches take a final backup",
            ),
            *(
                (
                    not isinstance(cache, CacheBase) or cache.client.prefix == prefix,
                    f"`{name}` must be a cache for {label} clients, got: {_label_of(cache)}",
                )
                for name, cache, prefix, label in (
                    ("redis", self.redis, contract.REDIS_PREFIX, "Redis"),
                    ("memcached", self.memcached, contract.MEMCACHED_PREFIX, "Memcached"),
                )
            ),
        ]
        problems = [message for holds, message in rules if not holds]
        caches = {"redis": self.redis, "memcached": self.memcached}
        stores: dict[str, object] = {"bucket": self.bucket, **caches}
        own = [name for name, part in stores.items() if is_wanted(part)]
        others = {"function": self.function, "api": self.api, "vpc": self.vpc}
        connect = self.connect
        listed = connect.items() if isinstance(connect, Mapping) else enumerate(connect)
        connected = {f"connect[{place!r}]": resource for place, resource in listed}
        strangers = given.app_problems({**others, **stores, "cdn": self.cdn, **connected}, stage)
        if strangers:
            return [*problems, *strangers]
        if creates_cdn:
            problems += distribution_problems(region, "cdn")
        problems += given.region_problems({**others, **caches}, region)
        problems += given.vpc_problems(caches, self.vpc)
        problems += given.user_problems(caches)
        problems += given.store_problems(self.connect, own)
        problems += given.site_problems(self.site, self.bucket)
        if self._needs_other_stack(stack):
            more = self.connect.values() if isinstance(self.connect, Mapping) else self.connect
            used: dict[str, object] = {name: stores[name] for name in own}
            used |= {f"connect[{place}]": store for place, store in enumerate(more)}
            problems += given.cycle_problems(used, stack)
        # The caller did not write `code` or `source`, which the parts would name.
        if isinstance(self.function, str | Path):
            problems += code_problems(
                Path(self.function),
                "index.handler",
                PYTHON,
                code_argument="function",
            )
        if isinstance(self.site, str | Path):
            problems += source_problems([Path(self.site)], "site")
        return problems

    def _needs_other_stack(self, stack: Stack | None) -> bool:
        """Whether a part that is created here needs a function of another stack."""
        if not isinstance(self.function, LambdaHandler) or stack_of(self.function) is stack:
            return False
        created = is_wanted(self.api) and not isinstance(self.api, ProxyApi)
        return created or (isinstance(self.api, ProxyApi) and is_wanted(self.cdn))


def is_wanted(part: object) -> bool:
    """Whether a part is not left out; an empty mapping of options takes the defaults."""
    return part is not None and part is not False


def _shown(part: ContentPart) -> str:
    return repr(str(part)) if isinstance(part, str | Path) else "options"


def _label_of(cache: object) -> str:
    return cache.client.label if isinstance(cache, CacheBase) else ""
