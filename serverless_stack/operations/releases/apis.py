"""Find the REST API of a construct in a deployed stack."""

import difflib
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

_REST_API = "AWS::ApiGateway::RestApi"
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
    stack, _slash, path = place.partition("/")
    if not stack:
        raise ValueError(f"an API must be named STACK/CONSTRUCT, such as Shop/Api, got: {place!r}")
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    apis = {
        item["LogicalResourceId"]: item.get("PhysicalResourceId", "")
        for page in pages
        for item in page["StackResourceSummaries"]
        if item["ResourceType"] == _REST_API and item["ResourceStatus"] != "DELETE_COMPLETE"
    }
    if not path and len(apis) == 1:
        return next(iter(apis.values()))
    parts = [part for part in path.split("/") if part]
    for tail in (["RestApi", _HIDDEN_FROM_PEOPLE], [_HIDDEN_FROM_PEOPLE]):
        physical_id = apis.get(logical_id([*parts, *tail]))
        if parts and physical_id is not None:
            return physical_id
    if not apis:
        raise ValueError(f"the stack must have a REST API, got: {stack} without one")
    names = sorted(re.sub(r"(RestApi)?[0-9A-F]{8}$", "", name) for name in apis)
    close = difflib.get_close_matches("".join(parts), names, 1)
    hint = f", did you mean {stack}/{close[0]}?" if close else f"; it has {', '.join(names)}"
    raise ValueError(f"the stack must have an API at this path, got: {place!r}{hint}")


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
