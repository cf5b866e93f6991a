"""CacheDashboard: the metrics of a cache on a CloudWatch dashboard."""

import re

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.monitoring.metrics import metric_names, metric_of
from serverless_stack.constructs.cache.monitoring.nodes import AnyCache, WatchedCache, watched

MAX_METRICS = 2_500  # of one dashboard, all widgets together ("CloudWatch service quotas")
_COLUMNS = 3


class CacheDashboard(Construct):
    """The metrics of a cache on a dashboard: a graph for each metric, a line for each node.

    It creates a dashboard, or adds graphs to an existing one. Billed per dashboard, $3 a month at
    AWS's list price in us-east-1 after the first three of an account ("Amazon CloudWatch
    pricing").

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        cache: A ``RedisCache``, ``MemcachedCache`` or ``ServerlessCache``, or the raw
            ``CfnReplicationGroup``, ``CfnCacheCluster`` or ``CfnServerlessCache`` of any. Later
            changes of the cache are not seen.
        dashboard: A dashboard to add the graphs to. Default: a new one.
        dashboard_name: The name of the new dashboard, 1-255 letters, digits, hyphens and
            underscores. Default: made by CloudFormation.

    Attributes:
        dashboard: The dashboard.
        widgets: The graphs, by metric.

    Raises:
        ValueError: If an argument is refused, the number of nodes is known at deployment only, or
            a dashboard cannot have that many metrics.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cache: AnyCache,
        dashboard: cloudwatch.Dashboard | None = None,
        dashboard_name: str | None = None,
    ) -> None:
        watched_cache = watched(cache)
        names = metric_names(watched_cache)
        problems = Problems(path_of(scope), construct_id)
        problems.require(
            len(names) * len(watched_cache.nodes) <= MAX_METRICS,
            f"`cache` must have {MAX_METRICS} metrics at most on a dashboard, "
            f"got: {len(names)} of each of {len(watched_cache.nodes)} nodes",
        )
        problems.require(
            dashboard is None or dashboard_name is None,
            f"`dashboard_name` must be left out with a `dashboard`, got: {dashboard_name!r}",
        )
        problems.require(
            dashboard_name is None
            or is_unresolved(dashboard_name)
            or re.fullmatch(r"[A-Za-z0-9_-]{1,255}", dashboard_name) is not None,
            "`dashboard_name` must have letters, digits, hyphens and underscores only, 255 at "
            f"most, got: {dashboard_name!r}",
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.dashboard = dashboard or cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=dashboard_name
        )
        self.widgets = {name: _graph(watched_cache, name) for name in names}
        graphs = list(self.widgets.values())
        for first in range(0, len(graphs), _COLUMNS):
            self.dashboard.add_widgets(*graphs[first : first + _COLUMNS])


def _graph(cache: WatchedCache, name: str) -> cloudwatch.GraphWidget:
    limit = {
        "BytesUsedForCache": cache.max_bytes,
        "ElastiCacheProcessingUnits": cache.max_ecpu * 60,  # the metric is per minute
    }.get(name, 0)
    return cloudwatch.GraphWidget(
        title=f"{name} of {cache.path}",
        left=[metric_of(node, name).with_(label=node.label or name) for node in cache.nodes],
        left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="limit")]
        if limit
        else None,
        left_y_axis=cloudwatch.YAxisProps(min=0),
        width=24 // _COLUMNS,
    )
