"""Whether distributions have cache tags: CloudFront accepts tags without effect where not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient


def distributions_without_tags(
    distribution_ids: Sequence[str], client: "CloudFrontClient | None" = None
) -> list[str]:
    """Return the distributions that read no cache tags from the responses of their origins.

    Args:
        distribution_ids: The distributions.
        client: A boto3 client. Default: created when needed.

    Returns:
        Their ids. A distribution whose settings cannot be read counts as one with tags: the
        permission to invalidate does not imply the one to read them.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from serverless_stack.operations.invalidation.client import default_client

    client = client or default_client()
    config = client.meta.service_model.shape_for("DistributionConfig")
    if "CacheTagConfig" not in getattr(config, "members", {}):
        return []  # of an earlier boto3, which leaves the setting out
    without = []
    for distribution_id in distribution_ids:
        try:
            answer = client.get_distribution_config(Id=distribution_id)
        except (BotoCoreError, ClientError):
            continue
        if not answer["DistributionConfig"].get("CacheTagConfig"):
            without.append(distribution_id)
    return without
