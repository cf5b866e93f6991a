"""The CloudFormation stacks of a local cloud."""

import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Mapping
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


def failed_validations(state: State, name: str, environment: Environment) -> list[str]:
    """Return what CloudFormation refused in a stack before it created anything.

    Args:
        state: The state of the cloud.
        name: The name of the stack in CloudFormation.
        environment: Where it is deployed.

    Raises:
        OSError: The cloud does not answer, or there is no such stack.
    """
    form = {"Action": "DescribeEvents", "Version": "2010-05-15", "StackName": name}
    document = _send(state, environment.account, environment.region, form)
    found = []
    for event in document.findall(f".//{_NAMESPACE}OperationEvents/{_NAMESPACE}member"):
        if event.findtext(f"{_NAMESPACE}ValidationStatus") == "FAILED":
            resource, kind, reason = (
                event.findtext(f"{_NAMESPACE}{field}", "")
                for field in ("LogicalResourceId", "ResourceType", "ValidationStatusReason")
            )
            found.append(f"{resource} ({kind}): {reason}")
    return list(dict.fromkeys(found))


def _stacks_in(state: State, account: str, region: str) -> list[StackSummary]:
    form = {"Action": "DescribeStacks", "Version": "2010-05-15"}
    document = _send(state, account, region, form)
    stacks = [
        StackSummary(
            name=member.findtext(f"{_NAMESPACE}StackName", ""),
            status=member.findtext(f"{_NAMESPACE}StackStatus", ""),
            environment=f"{account}/{region}",
        )
        for member in document.findall(f".//{_NAMESPACE}Stacks/{_NAMESPACE}member")
    ]
    return sorted(stacks, key=lambda stack: stack.name)


def _send(state: State, account: str, region: str, form: Mapping[str, str]) -> ET.Element:
    answer = send(
        state.gateway_port,
        state.access_key,
        "/",
        service="cloudformation",
        form=urllib.parse.urlencode(form).encode(),
        account=account,
        region=region,
    )
    return ET.fromstring(answer)
