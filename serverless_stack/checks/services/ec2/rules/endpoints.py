"""Rules on VPC endpoints and flow logs."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_ENDPOINT = "AWS::EC2::VPCEndpoint"
_GATEWAYS = ("s3", "dynamodb", "s3express")
_FLOW = "AWS::EC2::FlowLog"


@RULES.resource("EC2-020", _ENDPOINT, page="AWS::EC2::VPCEndpoint")
def kind(endpoint: Resource) -> Iterator[Violation]:
    """VPC endpoints must have the properties of their type only.

    EC2 refuses subnets and security groups on gateway endpoints, route tables on interface
    endpoints, and gateway endpoints for services other than S3 and DynamoDB.
    """
    value = endpoint.get("VpcEndpointType")
    service = str(endpoint.get("ServiceName") or "")
    if value in (None, "Gateway"):
        for name in ("SubnetIds", "SecurityGroupIds", "PrivateDnsEnabled"):
            if endpoint.items(name) or endpoint.boolean(name):
                yield violation(name, "be absent for a Gateway endpoint", name, "Interface")
        last = service.rsplit(".", 1)[-1]
        if service and re.fullmatch(r"[a-z0-9-]+", last) and last not in _GATEWAYS:
            requirement = f"be of {' or '.join(_GATEWAYS[:2])} for a Gateway endpoint"
            yield violation("ServiceName", requirement, last, "Interface")
    elif value == "Interface" and endpoint.items("RouteTableIds"):
        yield violation("RouteTableIds", "be absent for an Interface endpoint", "Interface")


@RULES.resource("EC2-021", _ENDPOINT, page="View and update DNS attributes for your VPC")
def private_dns(endpoint: Resource) -> Iterator[Violation]:
    """`PrivateDnsEnabled` requires DNS support and DNS hostnames in the VPC.

    EC2 refuses the endpoint otherwise. Enable both in the VPC, or turn private DNS off.
    """
    vpc = endpoint.reference("VpcId")
    if not endpoint.boolean("PrivateDnsEnabled") or vpc is None or vpc.type != "AWS::EC2::VPC":
        return
    for name, default in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
        given = vpc.get(name)
        if vpc.boolean(name) is False or (given is None and not default):
            requirement = f"be used with `{name}: true` of {vpc.logical_id}"
            yield violation("PrivateDnsEnabled", requirement, given, "true")


@RULES.resource("EC2-022", _ENDPOINT, page="Access an AWS service using an interface VPC endpoint")
def zones(endpoint: Resource) -> Iterator[Violation]:
    """Interface endpoints must have at most one subnet per availability zone.

    EC2 refuses a second subnet of the same zone. Select one subnet per zone.
    """
    seen: dict[str, str] = {}
    if endpoint.get("VpcEndpointType") != "Interface":
        return
    for path in endpoint.paths("SubnetIds"):
        subnet = endpoint.reference(path)
        zone = None if subnet is None else subnet.text("AvailabilityZone")
        if subnet is not None and zone is not None:
            if zone in seen and seen[zone] != subnet.logical_id:
                requirement = f"be in a different zone than {seen[zone]}"
                yield violation(path, requirement, f"{subnet.logical_id} in {zone}")
            seen.setdefault(zone, subnet.logical_id)


@RULES.resource("EC2-023", _ENDPOINT, page="AWS::EC2::VPCEndpoint")
def region(endpoint: Resource) -> Iterator[Violation]:
    """`ServiceName` must be a service of the stack's region.

    EC2 refuses endpoints for services of another region without a `ServiceRegion`.
    """
    service, here = endpoint.text("ServiceName") or "", endpoint.template.region
    found = re.match(r"com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d)\.", service)
    if found and here and found[1] != here and endpoint.get("ServiceRegion") is None:
        nearest = service.replace(found[1], here, 1)
        yield violation("ServiceName", f"be a service of {here}", service, nearest)


@RULES.resource("EC2-024", _FLOW, page="AWS::EC2::FlowLog")
def flow_log(flow: Resource) -> Iterator[Violation]:
    """Flow logs must have what their destination requires.

    EC2 refuses a flow log to CloudWatch Logs without a log group and role, and one to S3 with them.
    """
    kind_ = flow.get("LogDestinationType")
    if kind_ in (None, "cloud-watch-logs"):
        if flow.get("DeliverLogsPermissionArn") is None:
            yield violation("DeliverLogsPermissionArn", "be set for CloudWatch Logs", None)
        if flow.get("LogGroupName") is None and flow.get("LogDestination") is None:
            yield violation("LogDestination", "be set for CloudWatch Logs", None)
    elif kind_ == "s3":
        for name in ("LogGroupName", "DeliverLogsPermissionArn"):
            if flow.get(name) is not None:
                yield violation(name, "be absent for S3", flow.get(name))
