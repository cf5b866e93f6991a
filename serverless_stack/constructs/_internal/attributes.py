"""Attributes that several constructs read of one resource, each asked of jsii once."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs._internal.once import once_per_object


@once_per_object
def arn_of_function(function: lambda_.IFunction) -> str:
    """Return the ARN of a function."""
    return function.function_arn


@once_per_object
def id_of_api(api: apigateway.RestApi) -> str:
    """Return the id of a REST API."""
    return api.rest_api_id


@once_per_object
def arn_of_distribution(distribution: cloudfront.IDistribution) -> str:
    """Return the ARN of a distribution."""
    return distribution.distribution_arn


@once_per_object
def id_of_distribution(distribution: cloudfront.IDistribution) -> str:
    """Return the id of a distribution."""
    return distribution.distribution_id


@once_per_object
def name_of_distribution(distribution: cloudfront.IDistribution) -> str:
    """Return the domain name that CloudFront gave a distribution."""
    return distribution.distribution_domain_name
