"""EC2: resources of CDK's Vpc, and of flow logs, that MiniStack does not provision."""

import json
import re
import uuid
from collections.abc import Callable

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Record, Response
from .xml import element


def apply() -> None:
    """Apply this module's patches."""
    return_vpc_attributes()
    describe_endpoints_whole()
    describe_nat_addresses()
    describe_flow_logs()
    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::EC2::SecurityGroupIngress": security_group_rules("IpPermissions"),
            "AWS::EC2::SecurityGroupEgress": security_group_rules("IpPermissionsEgress"),
            "AWS::EC2::EIP": elastic_ip_handlers(),
            "AWS::EC2::NatGateway": nat_gateway_handlers(),
            "AWS::EC2::FlowLog": flow_log_handlers(),
        }
    )


def return_vpc_attributes() -> None:
    """Return all attributes of a VPC for ``Fn::GetAtt``. MiniStack returns three of six."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::EC2::VPC"]

    def complete(handler: Callable[..., Provisioned]) -> Callable[..., Provisioned]:
        def with_attributes(*args: object) -> Provisioned:
            vpc_id, attributes = handler(*args)
            extra = {
                "CidrBlock": ec2._vpcs[vpc_id]["CidrBlock"],
                "CidrBlockAssociations": [],
                "Ipv6CidrBlocks": [],
            }
            return vpc_id, {**attributes, **extra}

        return with_attributes

    for action in ("create", "update"):
        handlers[action] = complete(handlers[action])


def describe_endpoints_whole() -> None:
    """Describe an endpoint with its security groups, private DNS and policy."""
    render = ec2._vpce_fields_xml

    def with_rest(endpoint: Record, tag: str = "item") -> str:
        groups = [
            element("item", element("groupId", group))
            for group in endpoint.get("SecurityGroupIds") or []
        ]
        private = endpoint.get("PrivateDnsEnabled") in (True, "true")
        rest = element("groupSet", *groups) + element("privateDnsEnabled", private)
        policy = endpoint.get("PolicyDocument")
        if policy:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            rest += element("policyDocument", text)
        return f"{str(render(endpoint, tag)).removesuffix(f'</{tag}>')}{rest}</{tag}>"

    ec2._vpce_fields_xml = with_rest


def describe_nat_addresses() -> None:
    """Describe a NAT gateway with its address."""
    describe = ec2._ACTION_MAP["DescribeNatGateways"]

    def with_addresses(params: Record) -> Response:
        status, headers, body = describe(params)
        text = body.decode()

        def fill(item: re.Match[str]) -> str:
            allocation = ec2._nat_gateways[item[1]]["AllocationId"]
            address = ec2._addresses.get(allocation)
            if address is None:
                return item[0]
            fields = [
                element("allocationId", allocation),
                element("publicIp", address["PublicIp"]),
            ]
            filled = element("natGatewayAddressSet", element("item", *fields))
            return item[0].replace("<natGatewayAddressSet/>", filled)

        pattern = r"<natGatewayId>([^<]+)</natGatewayId>.*?<natGatewayAddressSet/>"
        return status, headers, re.sub(pattern, fill, text, flags=re.S).encode()

    ec2._ACTION_MAP["DescribeNatGateways"] = with_addresses


def security_group_rules(store: str) -> Handlers:
    """Return the handlers of a security group rule that is a resource of its own.

    Args:
        store: ``IpPermissions`` or ``IpPermissionsEgress``, the list in the group's record.
    """

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        group = ec2._security_groups.get(props["GroupId"])
        if group is None:
            raise ValueError(f"The security group '{props['GroupId']}' does not exist")
        group[store].extend(provisioners._ec2_sg_permissions([props]))
        rule_id = f"sgr-{uuid.uuid4().hex[:17]}"
        return rule_id, {"Id": rule_id}

    def delete(physical_id: str, props: Properties) -> None:
        group = ec2._security_groups.get(props.get("GroupId"))
        if group is None:
            return
        for permission in provisioners._ec2_sg_permissions([props]):
            if permission in group[store]:
                group[store].remove(permission)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        delete(physical_id, old)
        return create(physical_id, new, stack_name)

    return {"create": create, "update": update, "delete": delete}


def elastic_ip_handlers() -> Handlers:
    """Return the handlers of an Elastic IP address, which MiniStack has only in its API.

    As on AWS, the physical id is the address and ``AllocationId`` is an attribute.
    """

    def attributes(address: str) -> Record:
        for allocation, record in ec2._addresses.items():
            if record["PublicIp"] == address:
                return {"AllocationId": allocation, "PublicIp": address}
        raise ValueError(f"The address '{address}' does not exist")

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        answer = checked_response(ec2._allocate_address({"Domain": [props.get("Domain", "vpc")]}))
        address = field(answer, "publicIp")
        provisioners._ec2_apply_tags(field(answer, "allocationId"), props)
        return address, attributes(address)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        current = attributes(physical_id)
        provisioners._ec2_apply_tags(current["AllocationId"], new, old)
        return physical_id, current

    def delete(physical_id: str, props: Properties) -> None:
        for allocation, record in list(ec2._addresses.items()):
            if record["PublicIp"] == physical_id:
                ec2._addresses.pop(allocation, None)

    return {"create": create, "update": update, "delete": delete}


def nat_gateway_handlers() -> Handlers:
    """Return the handlers of a NAT gateway, which MiniStack has only in its API."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        query = {key: [value] for key, value in props.items() if isinstance(value, str)}
        gateway = field(checked_response(ec2._create_nat_gateway(query)), "natGatewayId")
        provisioners._ec2_apply_tags(gateway, props)
        return gateway, {"NatGatewayId": gateway}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"NatGatewayId": physical_id}

    def delete(physical_id: str, props: Properties) -> None:
        ec2._delete_nat_gateway({"NatGatewayId": [physical_id]})

    return {"create": create, "update": update, "delete": delete}


def flow_log_handlers() -> Handlers:
    """Return the handlers of a flow log, which MiniStack has only in its API."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        query = {key: [value] for key, value in props.items() if isinstance(value, str)}
        query["ResourceId.1"] = [props["ResourceId"]]
        flow_log_id = field(checked_response(ec2._create_flow_logs(query)), "item")
        ec2._flow_logs[flow_log_id]["declared"] = dict(props)
        provisioners._ec2_apply_tags(flow_log_id, props)
        return flow_log_id, {"Id": flow_log_id}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """Update the tags, or replace the flow log: all other properties are create-only."""
        if {**old, "Tags": None} != {**new, "Tags": None}:
            delete(physical_id, old)
            return create("", new, stack_name)
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"Id": physical_id}

    def delete(physical_id: str, props: Properties) -> None:
        ec2._delete_flow_logs({"FlowLogId.1": [physical_id]})

    return {"create": create, "update": update, "delete": delete}


def describe_flow_logs() -> None:
    """Describe a flow log with its log group and delivery role."""
    describe = ec2._ACTION_MAP["DescribeFlowLogs"]

    def with_rest(params: Record) -> Response:
        status, headers, body = describe(params)

        def fill(item: re.Match[str]) -> str:
            declared = ec2._flow_logs[item[1]].get("declared", {})
            return (
                element("deliverLogsPermissionArn", declared.get("DeliverLogsPermissionArn", ""))
                + element("logGroupName", declared.get("LogGroupName", ""))
                + item[0]
            )

        text = re.sub(r"<flowLogId>([^<]+)</flowLogId>", fill, body.decode())
        return status, headers, text.encode()

    ec2._ACTION_MAP["DescribeFlowLogs"] = with_rest


def checked_response(response: Response) -> str:
    """Return the response of the API as text."""
    status, _headers, body = response
    text = body.decode()
    if status >= 400:
        raise ValueError(f"EC2 refused: {text}")
    return text


def field(answer: str, name: str) -> str:
    """Return the text of the first element with a name."""
    match = re.search(f"<{name}>(.*?)</{name}>", answer)
    if match is None:
        raise ValueError(f"EC2 answered without {name}: {answer}")
    return match[1]
