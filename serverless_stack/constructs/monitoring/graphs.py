"""The graphs of an API, a function, a distribution and a bucket.

The metrics are from "Amazon API Gateway dimensions and metrics", "Types of metrics for Lambda
functions", "Types of metrics for CloudFront" and "Amazon S3 metrics and dimensions".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket

_CLOUDFRONT_REGION = "us-east-1"  # where CloudFront publishes its metrics
_DAY = Duration.days(1)


@dataclass(frozen=True)
class Line:
    """One line of a graph.

    Attributes:
        metric: The name of the metric.
        statistic: The statistic.
        more: Dimensions beside those of the part.
    """

    metric: str
    statistic: str
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Graphs:
    """The graphs of one kind of part.

    Attributes:
        namespace: The namespace of its metrics.
        graphs: The lines of each graph, by the unit that is its title.
        region: The region of the metrics. Default: that of the dashboard.
        period: The period. Default: five minutes.
    """

    namespace: str
    graphs: Mapping[str, Sequence[Line]]
    region: str | None = None
    period: Duration | None = None


_API = Graphs(
    "AWS/ApiGateway",
    {
        "Requests and errors": [
            Line("Count", "Sum"),
            Line("4XXError", "Sum"),
            Line("5XXError", "Sum"),
        ],
        "Latency in ms": [
            Line("Latency", "p50"),
            Line("Latency", "p99"),
            Line("IntegrationLatency", "p99"),
        ],
    },
)
_FUNCTION = Graphs(
    "AWS/Lambda",
    {
        "Calls and errors": [
            Line("Invocations", "Sum"),
            Line("Errors", "Sum"),
            Line("Throttles", "Sum"),
        ],
        "Duration in ms": [Line("Duration", "p50"), Line("Duration", "p99")],
        "Concurrency": [Line("ConcurrentExecutions", "Maximum")],
    },
)
_CDN = Graphs(
    "AWS/CloudFront",
    {
        "Requests": [Line("Requests", "Sum")],
        "Errors in %": [Line("4xxErrorRate", "Average"), Line("5xxErrorRate", "Average")],
        "Bytes to viewers": [Line("BytesDownloaded", "Sum")],
    },
    region=_CLOUDFRONT_REGION,
)
_BUCKET = Graphs(
    "AWS/S3",
    {
        "Bytes": [Line("BucketSizeBytes", "Average", (("StorageType", "StandardStorage"),))],
        "Objects": [Line("NumberOfObjects", "Average", (("StorageType", "AllStorageTypes"),))],
    },
    period=_DAY,
)

GraphedPart = ProxyApi | LambdaHandler | Cdn | StorageBucket


def counts_of(part: GraphedPart) -> tuple[int, int]:
    """Return the number of graphs and of metrics of a part.

    Args:
        part: An API, a function, a distribution or a bucket.
    """
    graphs, _dimensions = _described(part)
    return len(graphs.graphs), sum(map(len, graphs.graphs.values()))


def graphs_of(part: GraphedPart) -> list[cloudwatch.GraphWidget]:
    """Return the graphs of a part.

    Args:
        part: An API, a function, a distribution or a bucket.
    """
    graphs, dimensions = _described(part)
    return [
        cloudwatch.GraphWidget(
            title=f"{title} of {path_of(part)}",
            left=[_metric(graphs, line, dimensions) for line in lines],
            left_y_axis=cloudwatch.YAxisProps(min=0),
            region=graphs.region,
            width=24 // len(graphs.graphs),
        )
        for title, lines in graphs.graphs.items()
    ]


def _metric(graphs: Graphs, line: Line, dimensions: Mapping[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=graphs.namespace,
        metric_name=line.metric,
        dimensions_map={**dimensions, **dict(line.more)},
        statistic=line.statistic,
        label=f"{line.metric} {line.statistic}",
        region=graphs.region,
        period=graphs.period,
    )


def _described(part: GraphedPart) -> tuple[Graphs, dict[str, str]]:
    if isinstance(part, ProxyApi):
        return _API, {"ApiName": part.rest_api.rest_api_name}
    if isinstance(part, LambdaHandler):
        return _FUNCTION, {"FunctionName": part.function.function_name}
    if isinstance(part, Cdn):
        distribution = part.distribution.distribution_id
        return _CDN, {"DistributionId": distribution, "Region": "Global"}
    return _BUCKET, {"BucketName": part.bucket_name}
