"""A web ACL with an IP set in front of a distribution, from a template."""

from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator

METRIC = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
BLOCK = {
    "Name": "Block",
    "Priority": 0,
    "Action": {"Block": {}},
    "VisibilityConfig": METRIC,
    "Statement": {"IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": ["Ips", "Arn"]}}},
}


def resources(*addresses: str) -> dict[str, Any]:
    return {
        "Ips": {
            "Type": "AWS::WAFv2::IPSet",
            "Properties": {
                "Scope": "CLOUDFRONT",
                "IPAddressVersion": "IPV4",
                "Addresses": list(addresses),
            },
        },
        "Acl": {
            "Type": "AWS::WAFv2::WebACL",
            "Properties": {
                "Scope": "CLOUDFRONT",
                "DefaultAction": {"Allow": {}},
                "VisibilityConfig": METRIC,
                "Rules": [BLOCK],
            },
        },
        "Pages": {"Type": "AWS::S3::Bucket"},
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "WebACLId": {"Fn::GetAtt": ["Acl", "Arn"]},
                    "Origins": [
                        {
                            "Id": "pages",
                            "DomainName": {"Fn::GetAtt": ["Pages", "RegionalDomainName"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        }
                    ],
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "pages",
                        "ViewerProtocolPolicy": "allow-all",
                        "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                    },
                }
            },
        },
    }


def blocked(cloud: Emulator, domain: str, address: str) -> bool:
    headers = {"Host": domain, "X-Serverless-Stack-Viewer-Address": address}
    reply = cloud.request("GET", cloud.at_gateway("/x"), headers)
    return b"Request blocked" in reply.body


def test_addresses_of_an_ip_set_are_blocked(cloud: Emulator) -> None:
    outputs = {"Domain": {"Fn::GetAtt": ["Cdn", "DomainName"]}, "Ips": {"Ref": "Ips"}}
    made = cloud.deploy("acl", resources("192.0.2.0/24"), **outputs)
    assert blocked(cloud, made["Domain"], "192.0.2.7")
    assert not blocked(cloud, made["Domain"], "198.51.100.7")
    name, set_id, scope = made["Ips"].split("|")
    assert cloud.deploy("acl", resources("198.51.100.0/24"), **outputs) == made
    assert blocked(cloud, made["Domain"], "198.51.100.7")
    assert not blocked(cloud, made["Domain"], "192.0.2.7")
    client = cloud.client("wafv2")
    assert client.get_ip_set(Name=name, Id=set_id, Scope=scope)["IPSet"]["Addresses"]
    assert cloud.destroy("acl") == "DELETE_COMPLETE"
    with pytest.raises(client.exceptions.WAFNonexistentItemException):
        client.get_ip_set(Name=name, Id=set_id, Scope=scope)
