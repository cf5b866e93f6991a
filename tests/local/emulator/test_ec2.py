"""The resources of CDK's Vpc, and of security groups."""

from typing import Any

from tests.local.emulator.conftest import Emulator

VPC: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.1.0.0/24"},
    },
}


def group(name: str) -> dict[str, Any]:
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": name, "VpcId": {"Ref": "Vpc"}},
    }


def rule(kind: str, port: int, **peer: object) -> dict[str, Any]:
    properties = {"GroupId": {"Ref": "Cache"}, "IpProtocol": "tcp", "FromPort": port}
    return {"Type": f"AWS::EC2::{kind}", "Properties": {**properties, "ToPort": port, **peer}}


def test_vpc_attributes(cloud: Emulator) -> None:
    cidr = {"Fn::GetAtt": ["Vpc", "CidrBlock"]}
    assert cloud.deploy("ec2-vpc", VPC, Cidr=cidr)["Cidr"] == "10.1.0.0/16"
    tagged = {**VPC, "Vpc": {**VPC["Vpc"], "Properties": {"CidrBlock": "10.1.0.0/16"}}}
    tagged["Vpc"]["Properties"]["Tags"] = [{"Key": "a", "Value": "b"}]
    assert cloud.deploy("ec2-vpc", tagged, Cidr=cidr)["Cidr"] == "10.1.0.0/16"


def test_rules_that_are_resources(cloud: Emulator) -> None:
    source = {"SourceSecurityGroupId": {"Ref": "Caller"}}
    target = {"DestinationSecurityGroupId": {"Ref": "Caller"}}
    resources = {**VPC, "Cache": group("cache"), "Caller": group("caller")}
    rules = {
        "In": rule("SecurityGroupIngress", 6379, Description="redis", **source),
        "Out": rule("SecurityGroupEgress", 443, **target),
    }

    def ports() -> tuple[list[int], list[int]]:
        outputs = cloud.deploy("ec2-rules", {**resources, **rules}, Id={"Ref": "Cache"})
        (found,) = cloud.client("ec2").describe_security_groups(GroupIds=[outputs["Id"]])[
            "SecurityGroups"
        ]
        incoming, outgoing = (
            [rule["FromPort"] for rule in found[kind] if "FromPort" in rule]
            for kind in ("IpPermissions", "IpPermissionsEgress")
        )
        return incoming, outgoing

    assert ports() == ([6379], [443])
    rules["In"] = rule("SecurityGroupIngress", 6380, Description="redis", **source)
    assert ports() == ([6380], [443])
    del rules["In"]
    assert ports() == ([], [443])


def test_addresses_and_nat_gateways(cloud: Emulator) -> None:
    resources = {
        **VPC,
        "Address": {
            "Type": "AWS::EC2::EIP",
            "Properties": {"Domain": "vpc", "Tags": [{"Key": "Name", "Value": "out"}]},
        },
        "Nat": {
            "Type": "AWS::EC2::NatGateway",
            "Properties": {
                "SubnetId": {"Ref": "Subnet"},
                "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
            },
        },
    }
    outputs = cloud.deploy("ec2-nat", resources, Ip={"Ref": "Address"}, Nat={"Ref": "Nat"})
    client = cloud.client("ec2")
    (address,) = client.describe_addresses(PublicIps=[outputs["Ip"]])["Addresses"]
    (nat,) = client.describe_nat_gateways(NatGatewayIds=[outputs["Nat"]])["NatGateways"]
    assert nat["State"] == "available"
    assert nat["NatGatewayAddresses"][0]["AllocationId"] == address["AllocationId"]
    assert cloud.destroy("ec2-nat") == "DELETE_COMPLETE"
    left = client.describe_nat_gateways(NatGatewayIds=[outputs["Nat"]])["NatGateways"]
    assert [gateway["State"] for gateway in left] in ([], ["deleted"])
    addresses = client.describe_addresses()["Addresses"]
    assert outputs["Ip"] not in [found["PublicIp"] for found in addresses]


def test_endpoints(cloud: Emulator) -> None:
    resources = {
        **VPC,
        "Group": group("endpoint"),
        "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "S3": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "VpcEndpointType": "Gateway",
                "ServiceName": "com.amazonaws.us-east-1.s3",
                "RouteTableIds": [{"Ref": "Table"}],
            },
        },
        "Secrets": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "VpcEndpointType": "Interface",
                "ServiceName": "com.amazonaws.us-east-1.secretsmanager",
                "SubnetIds": [{"Ref": "Subnet"}],
                "SecurityGroupIds": [{"Ref": "Group"}],
                "PrivateDnsEnabled": True,
            },
        },
    }
    ids = cloud.deploy("ec2-endpoints", resources, S3={"Ref": "S3"}, Secrets={"Ref": "Secrets"})
    found = cloud.client("ec2").describe_vpc_endpoints(VpcEndpointIds=list(ids.values()))
    gateway, interface = sorted(found["VpcEndpoints"], key=lambda item: item["VpcEndpointType"])
    assert gateway["ServiceName"].endswith(".s3")
    assert len(gateway["RouteTableIds"]) == 1
    assert interface["PrivateDnsEnabled"] is True
    assert len(interface["SubnetIds"]) == 1
    assert len(interface["Groups"]) == 1
