"""Rules on what CloudFront has in some regions only."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, references_in
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_LOG_REGION = "us-east-1"
_WITHOUT_ACCESS_CONTROL = ("cn-", "us-gov-")


@RULES.resource(
    "CLOUDFRONT-015", "AWS::Logs::DeliverySource", page="Configure standard logging (v2)"
)
def log_source(source: Resource) -> Iterator[Violation]:
    """Delivery sources of distributions must be in us-east-1.

    CloudWatch Logs refuses a source of CloudFront's logs in another region, also for a distribution
    that another stack creates. Move the source and its delivery into a stack in us-east-1.
    """
    region = source.template.region
    if region in (None, _LOG_REGION):
        return
    value = source.get("ResourceArn")
    text = str(value)
    is_distribution = ":cloudfront:" in text and ":distribution/" in text
    for reference in references_in(value):
        other = source.template.resource(reference.logical_id)
        is_distribution |= other is not None and other.type == "AWS::CloudFront::Distribution"
    if is_distribution:
        requirement = "be of a delivery source in us-east-1, where CloudFront's logs are delivered"
        yield violation("ResourceArn", requirement, region, _LOG_REGION)


@RULES.resource(
    "CLOUDFRONT-059",
    "AWS::CloudFront::OriginAccessControl",
    page="Amazon CloudFront (Getting Started with Amazon Web Services in China)",
)
def access_control(control: Resource) -> Iterator[Violation]:
    """Origin access controls require a partition that has them.

    CloudFormation does not know the resource type in China and in AWS GovCloud (US), and refuses
    the template. Use an origin access identity in China.
    """
    region = control.template.region
    if region is not None and region.startswith(_WITHOUT_ACCESS_CONTROL):
        path = "OriginAccessControlConfig.OriginAccessControlOriginType"
        requirement = "be used in a region of the partition aws"
        yield violation(path, requirement, region)
