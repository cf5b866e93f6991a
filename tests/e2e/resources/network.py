"""VPC, subnets, routes, endpoints and security groups."""

import ast
from collections.abc import Mapping
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.compare import AtLeast
from tests.e2e.resources.registry import AbsentError, Properties, Resource, gives, only, reads


@reads("AWS::EC2::VPC")
def vpc(account: Account, resource: Resource) -> Properties:
    vpc_id = resource.physical_id
    found = only(account.ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"], vpc_id)
    names = account.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")
    support = account.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsSupport")
    return {
        "CidrBlock": found["CidrBlock"],
        "EnableDnsHostnames": names["EnableDnsHostnames"]["Value"],
        "EnableDnsSupport": support["EnableDnsSupport"]["Value"],
        "InstanceTenancy": found["InstanceTenancy"],
        "Tags": AtLeast(found["Tags"]),
    }


@gives("AWS::EC2::VPC", "CidrBlock")
def vpc_cidr_block(account: Account, vpc_id: str) -> str:
    return account.ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]["CidrBlock"]


@reads("AWS::EC2::Subnet")
def subnet(account: Account, resource: Resource) -> Properties:
    subnet_id = resource.physical_id
    found = only(account.ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"], subnet_id)
    return {**found, "Tags": AtLeast(found["Tags"])}


@reads("AWS::EC2::RouteTable")
def route_table(account: Account, resource: Resource) -> Properties:
    table_id = resource.physical_id
    tables = account.ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    found = only(tables, table_id)
    return {**found, "Tags": AtLeast(found["Tags"])}


@reads("AWS::EC2::SubnetRouteTableAssociation")
def subnet_route_table_association(account: Account, resource: Resource) -> Properties:
    for table in account.ec2.describe_route_tables()["RouteTables"]:
        for association in table["Associations"]:
            if association["RouteTableAssociationId"] == resource.physical_id:
                return dict(association)
    raise AbsentError(resource.physical_id)


@reads("AWS::EC2::VPCEndpoint")
def vpc_endpoint(account: Account, resource: Resource) -> Properties:
    endpoint_id = resource.physical_id
    answer = account.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    found = only(answer["VpcEndpoints"], endpoint_id)
    return {
        **found,
        # AWS answers in JSON, MiniStack in Python.
        "PolicyDocument": ast.literal_eval(found["PolicyDocument"]),
        "SecurityGroupIds": [group["GroupId"] for group in found.get("Groups", [])],
        "Tags": AtLeast(found["Tags"]),
    }


@reads("AWS::EC2::FlowLog")
def flow_log(account: Account, resource: Resource) -> Properties:
    answer = account.ec2.describe_flow_logs(FlowLogIds=[resource.physical_id])
    found = only(list(answer["FlowLogs"]), resource.physical_id)
    return {
        **found,
        "ResourceType": "VPC" if found["ResourceId"].startswith("vpc-") else "Subnet",
        "DeliverLogsPermissionArn": found["DeliverLogsPermissionArn"],
        "Tags": AtLeast(found.get("Tags", [])),
    }


@reads("AWS::EC2::SecurityGroup")
def security_group(account: Account, resource: Resource) -> Properties:
    group_id = resource.physical_id
    answer = account.ec2.describe_security_groups(GroupIds=[group_id])
    found = only(answer["SecurityGroups"], group_id)
    return {
        "GroupDescription": found["Description"],
        "VpcId": found["VpcId"],
        "SecurityGroupEgress": _rules(found["IpPermissionsEgress"]),
        # Rules that are resources of their own are in this list, too.
        "SecurityGroupIngress": AtLeast(_rules(found["IpPermissions"])),
        "Tags": AtLeast(found.get("Tags", [])),
    }


@gives("AWS::EC2::SecurityGroup", "GroupId")
def group_id_of(account: Account, group_id: str) -> str:
    return group_id


@reads("AWS::EC2::SecurityGroupIngress")
def security_group_ingress(account: Account, resource: Resource) -> Properties:
    group_id = str(resource.properties["GroupId"])
    answer = account.ec2.describe_security_groups(GroupIds=[group_id])
    rules = _rules(only(answer["SecurityGroups"], group_id)["IpPermissions"])
    source = resource.properties["SourceSecurityGroupId"]
    ours = [rule for rule in rules if rule.get("SourceSecurityGroupId") == source]
    return {"GroupId": group_id, **only(ours, resource.physical_id)}


def _rules(permissions: list[Any]) -> list[Properties]:
    """One rule for each source or destination, as a template has them."""
    rules = []
    for permission in permissions:
        common = {
            name: permission[name]
            for name in ("IpProtocol", "FromPort", "ToPort")
            if name in permission
        }
        for address in permission.get("IpRanges", []):
            rules.append({**common, **_described(address), "CidrIp": address["CidrIp"]})
        for pair in permission.get("UserIdGroupPairs", []):
            rules.append({**common, **_described(pair), "SourceSecurityGroupId": pair["GroupId"]})
    return rules


def _described(source: Mapping[str, Any]) -> Properties:
    return {"Description": source["Description"]} if "Description" in source else {}
