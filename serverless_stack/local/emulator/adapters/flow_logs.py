"""Flow logs of a VPC, which MiniStack has in its API only: they are records, nothing is logged."""

import re

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from .ec2 import checked, field
from .types import Handlers, Properties, Provisioned, Record, Response
from .xml import element


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS["AWS::EC2::FlowLog"] = handlers()
    describe_whole()


def handlers() -> Handlers:
    """Return the handlers of a flow log, which MiniStack has only in its API."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        query = {key: [value] for key, value in props.items() if isinstance(value, str)}
        query["ResourceId.1"] = [props["ResourceId"]]
        made = field(checked(ec2._create_flow_logs(query)), "item")
        ec2._flow_logs[made]["declared"] = dict(props)
        provisioners._ec2_apply_tags(made, props)
        return made, {"Id": made}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        """Do nothing: without a replacement, only tags change."""
        if {**old, "Tags": None} != {**new, "Tags": None}:
            delete(physical_id, old)
            return create("", new, stack_name)
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"Id": physical_id}

    def delete(physical_id: str, props: Properties) -> None:
        ec2._delete_flow_logs({"FlowLogId.1": [physical_id]})

    return {"create": create, "update": update, "delete": delete}


def describe_whole() -> None:
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
