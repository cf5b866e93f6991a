"""Cache tags of a distribution ("Invalidating content by cache tags")."""

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack._shared.cache_tags import HEADER
from serverless_stack.constructs._internal.children import default_child


def enable_cache_tags(distribution: cloudfront.Distribution) -> None:
    """Make CloudFront read the cache tags of the answers of all origins.

    CDK's ``Distribution`` has no such property; its ``CfnDistribution`` has ``cache_tag_config``.

    Args:
        distribution: The distribution.
    """
    resource = default_child(distribution, cloudfront.CfnDistribution)
    resource.add_property_override("DistributionConfig.CacheTagConfig.HeaderName", HEADER)
