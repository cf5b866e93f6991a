"""The CloudFormation stacks of a local cloud, listed without an SDK."""

import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from serverless_stack.local.cdk.commands import REGION
from serverless_stack.local.processes.ports import LOOPBACK

_NAMESPACE = "{http://cloudformation.amazonaws.com/doc/2010-05-15/}"
# The emulator reads the service from the signature, and does not verify it.
_AUTHORIZATION = (
    f"AWS4-HMAC-SHA256 Credential=test/20000101/{REGION}/cloudformation/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@dataclass(frozen=True)
class StackSummary:
    """A stack and its status, such as `CREATE_COMPLETE`."""

    name: str
    status: str


def list_stacks(gateway_port: int) -> list[StackSummary]:
    """Return the stacks of the cloud at a port, sorted by name.

    Raises:
        OSError: The cloud does not answer.
    """
    query = urllib.parse.urlencode({"Action": "DescribeStacks", "Version": "2010-05-15"})
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{gateway_port}/",
        data=query.encode(),
        headers={"Authorization": _AUTHORIZATION},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        document = ET.fromstring(answer.read())
    stacks = [
        StackSummary(
            name=member.findtext(f"{_NAMESPACE}StackName", ""),
            status=member.findtext(f"{_NAMESPACE}StackStatus", ""),
        )
        for member in document.findall(f".//{_NAMESPACE}Stacks/{_NAMESPACE}member")
    ]
    return sorted(stacks, key=lambda stack: stack.name)
