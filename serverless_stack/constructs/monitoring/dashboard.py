"""Dashboard: the metrics of several constructs on one page of CloudWatch."""

import re

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cache.memcached.cache import MemcachedCache
from serverless_stack.constructs.cache.monitoring.dashboard import CacheDashboard
from serverless_stack.constructs.cache.monitoring.metrics import metric_names
from serverless_stack.constructs.cache.monitoring.nodes import watched
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.cache.serverless.cache import ServerlessCache
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.monitoring.graphs import counts_of, graphs_of
from serverless_stack.constructs.storage.bucket import StorageBucket

# "CloudWatch service quotas"
MAX_WIDGETS = 500
MAX_METRICS = 2_500
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")

Cache = RedisCache | MemcachedCache | ServerlessCache
Part = ProxyApi | LambdaHandler | Cdn | StorageBucket | Cache


class Dashboard(Construct):
    """The metrics of APIs, functions, distributions, buckets and caches on one dashboard.

    It creates the dashboard, with a row of graphs for each part in the order of the arguments.
    Billed per dashboard, $3 a month at AWS's list price in us-east-1 after the first three of an
    account ("Amazon CloudWatch pricing").

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        parts: ``ProxyApi``, ``LambdaHandler``, ``Cdn``, ``StorageBucket``, ``RedisCache``,
            ``MemcachedCache`` and ``ServerlessCache``, at least one.
        dashboard_name: The name, 1-255 letters, digits, hyphens and underscores. Default: made by
            CloudFormation.

    Attributes:
        dashboard: The dashboard of CDK, to which other widgets can be added.

    Raises:
        ValueError: If an argument is refused, or a dashboard cannot have that many widgets or
            metrics.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *parts: Part,
        dashboard_name: str | None = None,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        problems.require(parts, "`parts` must have at least one construct, got: none")
        problems.add(
            f"`parts` must not repeat a construct, got: {path} more than once"
            for path in repeated([path_of(part) for part in parts])
        )
        problems.require(
            dashboard_name is None
            or is_unresolved(dashboard_name)
            or _NAME.fullmatch(dashboard_name),
            "`dashboard_name` must have letters, digits, hyphens and underscores only, 255 at "
            f"most, got: {dashboard_name!r}",
        )
        counts = [_counts(part) for part in parts]
        widgets, metrics = (sum(column) for column in zip((0, 0), *counts, strict=True))
        problems.require(
            widgets <= MAX_WIDGETS and metrics <= MAX_METRICS,
            f"`parts` must need {MAX_WIDGETS} widgets and {MAX_METRICS:,} metrics at most, got: "
            f"{widgets} and {metrics:,}; make two dashboards",
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=dashboard_name)
        for number, part in enumerate(parts):
            if isinstance(part, Cache):
                CacheDashboard(self, f"Cache{number}", cache=part, dashboard=self.dashboard)
            else:
                self.dashboard.add_widgets(*graphs_of(part))


def _counts(part: Part) -> tuple[int, int]:
    """Return how many widgets and metrics a part needs."""
    if not isinstance(part, Cache):
        return counts_of(part)
    cache = watched(part)
    names = metric_names(cache)
    return len(names), len(names) * len(cache.nodes)
