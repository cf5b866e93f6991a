"""The CloudFormation stacks of a local cloud."""

import urllib.parse
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from serverless_stack.local.processes.requests import send
from serverless_stack.local.processes.state import State

_NAMESPACE = "{http://cloudformation.amazonaws.com/doc/2010-05-15/}"


@dataclass(frozen=True)
class StackSummary:
    """A stack and its status, such as `CREATE_COMPLETE`."""

    name: str
    status: str


def list_stacks(state: State) -> list[StackSummary]:
    """Return the stacks of a running cloud, sorted by name.

    Raises:
        OSError: The cloud does not answer.
    """
    query = urllib.parse.urlencode({"Action": "DescribeStacks", "Version": "2010-05-15"})
    answer = send(
        state.gateway_port, state.access_key, "/", service="cloudformation", form=query.encode()
    )
    document = ET.fromstring(answer)
    stacks = [
        StackSummary(
            name=member.findtext(f"{_NAMESPACE}StackName", ""),
            status=member.findtext(f"{_NAMESPACE}StackStatus", ""),
        )
        for member in document.findall(f".//{_NAMESPACE}Stacks/{_NAMESPACE}member")
    ]
    return sorted(stacks, key=lambda stack: stack.name)
