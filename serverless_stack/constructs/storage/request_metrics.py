"""RequestMetrics: CloudWatch metrics of the requests for objects."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import IResolvable
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class RequestMetrics:
    """Metrics of the requests for objects, each minute; billed as custom metrics of CloudWatch.

    Attributes:
        id: The name: the dimension ``FilterId`` of the metrics ("Metrics and dimensions").
        prefix: The prefix of the keys. Default: all objects.
    """

    id: str = "EntireBucket"
    prefix: str = ""

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def request_metrics_of(
    metrics: Sequence[RequestMetrics],
) -> list[IResolvable | s3.CfnBucket.MetricsConfigurationProperty]:
    """Return the configurations as CloudFormation takes them.

    Args:
        metrics: The metrics.
    """
    raw = s3.CfnBucket
    return [
        raw.MetricsConfigurationProperty(id=item.id, prefix=item.prefix or None) for item in metrics
    ]


def request_metrics_problems(metrics: Sequence[RequestMetrics]) -> list[str]:
    """Check the metrics.

    Args:
        metrics: The metrics.
    """
    problems = Problems()
    ids = [item.id for item in metrics]
    problems.add(rules.configuration_id_problems(ids, "request_metrics.id"))
    for item in metrics:
        problems.add(rules.prefix_problems(item.prefix, "request_metrics.prefix"))
    return problems.messages
