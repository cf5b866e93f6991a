"""What CloudFront takes from us-east-1 only."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross.distributions import DISTRIBUTION
from serverless_stack.checks.cross.functions import FUNCTION
from serverless_stack.checks.cross.regions import region_of
from serverless_stack.checks.registry import Problem, must, rule
from serverless_stack.checks.template import Resource

_WEB_ACL: Final = "AWS::WAFv2::WebACL"


@rule("XS-092", DISTRIBUTION, page="Restrictions on Lambda@Edge")
def edge(distribution: Resource) -> Iterator[Problem]:
    """The functions at the edge of a distribution are in us-east-1."""
    config = "DistributionConfig"
    behaviours = [f"{config}.DefaultCacheBehavior"]
    count = len(distribution.items(f"{config}.CacheBehaviors"))
    behaviours += [f"{config}.CacheBehaviors.{number}" for number in range(count)]
    for behaviour in behaviours:
        path = f"{behaviour}.LambdaFunctionAssociations"
        for number, _each in enumerate(distribution.items(path)):
            here = f"{path}.{number}.LambdaFunctionARN"
            region = region_of(distribution, here, FUNCTION)
            if region not in (None, "us-east-1"):
                yield must(here, "be of a function in us-east-1", region, "us-east-1")


@rule("XS-093", DISTRIBUTION, page="AWS::CloudFront::Distribution DistributionConfig")
def web_acl(distribution: Resource) -> Iterator[Problem]:
    """The web ACL of a distribution is one for CloudFront."""
    path = "DistributionConfig.WebACLId"
    acl = distribution.reference(path)
    value = distribution.get(path)
    regional = isinstance(value, str) and ":regional/webacl/" in value
    if acl is not None and acl.type == _WEB_ACL:
        regional = acl.get("Scope") == "REGIONAL"
    if regional:
        shown = value if acl is None else f"{acl.logical_id}, REGIONAL"
        yield must(path, "be a web ACL with the scope CLOUDFRONT", shown, "CLOUDFRONT")


@rule("XS-094", "AWS::WAFv2::WebACLAssociation", page="AWS::WAFv2::WebACLAssociation")
def association(association: Resource) -> Iterator[Problem]:
    """What is associated is a regional web ACL, and no distribution."""
    acl = association.reference("WebACLArn")
    value = association.get("WebACLArn")
    everywhere = isinstance(value, str) and ":global/webacl/" in value
    if acl is not None and acl.type == _WEB_ACL:
        everywhere = acl.get("Scope") == "CLOUDFRONT"
    if everywhere:
        shown = value if acl is None else f"{acl.logical_id}, CLOUDFRONT"
        advice = "with the scope REGIONAL; a distribution names its web ACL itself, by WebACLId"
        yield must("WebACLArn", f"be a web ACL {advice}", shown, "REGIONAL")


@rule("XS-095", _WEB_ACL, "AWS::WAFv2::IPSet", page="AWS::WAFv2::WebACL")
def scope_region(resource: Resource) -> Iterator[Problem]:
    """What has the scope CLOUDFRONT is in us-east-1."""
    region = resource.template.region
    if resource.get("Scope") == "CLOUDFRONT" and region not in (None, "us-east-1"):
        wanted = f"be REGIONAL in {region}; what is for CloudFront must be in us-east-1"
        yield must("Scope", wanted, "CLOUDFRONT", "REGIONAL")
