"""What a function needs to invalidate distributions."""

from collections.abc import Sequence

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam


def invalidation_statement(
    distributions: Sequence[cloudfront.IDistribution],
) -> iam.PolicyStatement:
    """Allow to invalidate distributions and to see when that is done.

    Args:
        distributions: The distributions.

    Returns:
        The statement, on these only.
    """
    return iam.PolicyStatement(
        actions=["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
        resources=[distribution.distribution_arn for distribution in distributions],
    )
