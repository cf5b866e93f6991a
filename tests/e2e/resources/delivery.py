"""CloudFront."""

from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.registry import Properties, Resource, gives, reads

# The API's names for what a template calls otherwise.
_RENAMED = {"IsIPV6Enabled": "IPV6Enabled", "OriginSslProtocols": "OriginSSLProtocols"}


@reads("AWS::CloudFront::Distribution")
def distribution(account: Account, resource: Resource) -> Properties:
    answer = account.cloudfront.get_distribution(Id=resource.physical_id)["Distribution"]
    return {"DistributionConfig": _as_in_template(answer["DistributionConfig"])}


@gives("AWS::CloudFront::Distribution", "DomainName")
def distribution_domain(account: Account, distribution_id: str) -> str:
    return account.cloudfront.get_distribution(Id=distribution_id)["Distribution"]["DomainName"]


@reads("AWS::CloudFront::OriginAccessControl")
def origin_access_control(account: Account, resource: Resource) -> Properties:
    answer = account.cloudfront.get_origin_access_control(Id=resource.physical_id)
    found = answer["OriginAccessControl"]["OriginAccessControlConfig"]
    return {"OriginAccessControlConfig": found}


@gives("AWS::CloudFront::OriginAccessControl", "Id")
def origin_access_control_id(account: Account, control_id: str) -> str:
    return control_id


def _as_in_template(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_as_in_template(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Quantity" in value:
        return _as_in_template(value.get("Items", []))
    return {_RENAMED.get(name, name): _as_in_template(item) for name, item in value.items()}
