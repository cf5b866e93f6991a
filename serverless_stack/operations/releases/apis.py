"""Find the REST API, or another resource, of a construct in a deployed stack."""

import difflib
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

# What CDK leaves out of the part of a logical id that people read ("Logical IDs").
_HIDDEN, _HIDDEN_FROM_PEOPLE = "Default", "Resource"
_MAX_LENGTH = 240


def find_api(client: "CloudFormationClient", place: str) -> str:
    """Return the id of the API of a construct.

    Args:
        client: The client of CloudFormation.
        place: The name of the stack and the path of the construct in it, such as ``Shop/Api``: a
            ``ProxyApi``, or an API of CDK. The path may be left out if the stack has one API.

    Raises:
        ValueError: If the stack has no such API; the message has those that it has.
    """
    return find_resource(client, place, _API)


@dataclass(frozen=True)
class Kind:
    """A kind of resource that commands find by the path of its construct.

    Attributes:
        resource_type: Its type.
        child: The id of CDK's construct below ours.
        noun: What it is called, with its article.
        short: The same in short.
        example: A place of one.
    """

    resource_type: str
    child: str
    noun: str
    short: str
    example: str


_API = Kind("AWS::ApiGateway::RestApi", "RestApi", "a REST API", "an API", "Shop/Api")


def find_resource(client: "CloudFormationClient", place: str, kind: Kind) -> str:
    """Return the physical id of the resource of a construct.

    Args:
        client: The client of CloudFormation.
        place: The name of the stack and the path of the construct in it. The path may be left out
            if the stack has one resource of the kind.
        kind: Its kind.

    Raises:
        ValueError: If the stack has no such resource; the message has those that it has.
    """
    stack, _slash, path = place.partition("/")
    if not stack:
        raise ValueError(
            f"{kind.short} must be named STACK/CONSTRUCT, such as {kind.example}, got: {place!r}"
        )
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = {
        item["LogicalResourceId"]: item.get("PhysicalResourceId", "")
        for page in pages
        for item in page["StackResourceSummaries"]
        if item["ResourceType"] == kind.resource_type
        and item["ResourceStatus"] != "DELETE_COMPLETE"
    }
    if not path and len(found) == 1:
        return next(iter(found.values()))
    parts = [part for part in path.split("/") if part]
    for tail in ([kind.child, _HIDDEN_FROM_PEOPLE], [_HIDDEN_FROM_PEOPLE]):
        physical_id = found.get(logical_id([*parts, *tail]))
        if parts and physical_id is not None:
            return physical_id
    if not found:
        raise ValueError(f"the stack must have {kind.noun}, got: {stack} without one")
    names = sorted(re.sub(rf"({kind.child})?[0-9A-F]{{8}}$", "", name) for name in found)
    close = difflib.get_close_matches("".join(parts), names, 1)
    hint = f", did you mean {stack}/{close[0]}?" if close else f"; it has {', '.join(names)}"
    raise ValueError(f"the stack must have {kind.short} at this path, got: {place!r}{hint}")


def logical_id(path: list[str]) -> str:
    """Return the logical id that CDK gives to a resource.

    Args:
        path: The path of the resource in its stack.
    """
    parts = [part for part in path if part != _HIDDEN]
    digest = hashlib.md5("/".join(parts).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    shown: list[str] = []
    for part in parts:
        if not shown or not shown[-1].endswith(part):
            shown.append(part)
    words = (re.sub(r"[^A-Za-z0-9]", "", part) for part in shown if part != _HIDDEN_FROM_PEOPLE)
    return "".join(words)[:_MAX_LENGTH] + digest
