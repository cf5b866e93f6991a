"""The names of boxes, from the paths of their constructs."""

from __future__ import annotations

import re
from typing import Final

from serverless_stack.diagrams.world import Resource

# Last parts of construct paths that say no more than the type does.
_GENERIC: Final = frozenset(
    [
        *("Resource", "Default", "Function", "Bucket", "RestApi", "HttpApi", "Distribution"),
        *("ReplicationGroup", "Cluster", "Queue", "Table", "Topic", "Secret", "Api", "Service"),
        *("Instance", "Cache", "ServerlessCache", "StateMachine", "UserPool", "CustomResource"),
        *("WebAcl", "WebACL", "Rule", "LB", "Key", "Alarm", "Handler", "Lambda", "CFDistribution"),
    ]
)
_HASH: Final = re.compile(r"(?<=.)[0-9A-F]{8}$")


def title_of(resource: Resource, depth: int = 1) -> str:
    """Return the title of a resource: the part of its construct path that says most.

    Args:
        resource: The resource.
        depth: How many parts of the path to use, to tell resources of one name apart.
    """
    path = resource.member.path
    if not path:
        return _HASH.sub("", resource.member.logical_id)
    inside = path.removeprefix(f"{resource.stack}/") if resource.stack else path
    parts = inside.split("/")
    if not resource.stack and len(parts) > 1:
        parts = parts[1:]  # a template alone: the path begins with the stack
    while len(parts) > 1 and parts[-1] in ("Resource", "Default"):
        parts.pop()
    while len(parts) > 1 and (parts[-1] in _GENERIC or parts[-1] == parts[-2]):
        parts.pop()
    return " / ".join(parts[-depth:])


def unique_titles(resources: dict[str, tuple[Resource, str]]) -> dict[str, str]:
    """Return a title for each resource; longer ones where two of a stack would read the same.

    Args:
        resources: The resources with their labels, by id.
    """
    titles = {id: title_of(resource) for id, (resource, _) in resources.items()}
    for depth in (2, 3, 4):
        seen: dict[tuple[str, str, str], list[str]] = {}
        for id, (resource, label) in resources.items():
            seen.setdefault((resource.stack, titles[id], label), []).append(id)
        for same in seen.values():
            if len(same) > 1:
                titles |= {id: title_of(resources[id][0], depth) for id in same}
    return titles
