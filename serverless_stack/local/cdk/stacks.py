"""The CloudFormation stacks of a local cloud."""

import urllib.parse
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from serverless_stack.local.cdk.assembly import Environment
from serverless_stack.local.processes.requests import send
from serverless_stack.local.processes.state import State

_NAMESPACE = "{http://cloudformation.amazonaws.com/doc/2010-05-15/}"


@dataclass(frozen=True)
class StackSummary:
    """A stack, its status such as `CREATE_COMPLETE`, and its account and region."""

    name: str
    status: str
    environment: str


def list_stacks(state: State) -> list[StackSummary]:
    """Return the stacks of a running cloud, sorted by environment and name.

    Raises:
        OSError: The cloud does not answer.
    """
    environments = {Environment(), *map(Environment.parse, state.bootstrapped)}
    places = sorted({(each.account, each.region) for each in environments})
    return [summary for place in places for summary in _stacks_in(state, *place)]


def _stacks_in(state: State, account: str, region: str) -> list[StackSummary]:
    query = urllib.parse.urlencode({"Action": "DescribeStacks", "Version": "2010-05-15"})
    answer = send(
        state.gateway_port,
        state.access_key,
        "/",
        service="cloudformation",
        form=query.encode(),
        account=account,
        region=region,
    )
    document = ET.fromstring(answer)
    stacks = [
        StackSummary(
            name=member.findtext(f"{_NAMESPACE}StackName", ""),
            status=member.findtext(f"{_NAMESPACE}StackStatus", ""),
            environment=f"{account}/{region}",
        )
        for member in document.findall(f".//{_NAMESPACE}Stacks/{_NAMESPACE}member")
    ]
    return sorted(stacks, key=lambda stack: stack.name)
