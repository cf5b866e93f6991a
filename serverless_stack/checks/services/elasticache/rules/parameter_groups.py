"""Reading the parameter group of a cache, its own or a default one."""

import re

from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.services.elasticache.limits.parameters import CLUSTER_ENABLED
from serverless_stack.checks.services.elasticache.rules.reading import (
    PARAMETERS,
    known_text,
    referred,
)

_PATH = "CacheParameterGroupName"
_DEFAULT = re.compile(r"default\.([a-z]+\d[\d.]*x?)(\.cluster\.on)?")


def cluster_enabled(resource: Resource) -> bool | None:
    """Return whether a cache's parameter group is for cluster mode; None if it is unknown."""
    for group in referred(resource, _PATH, PARAMETERS):
        properties = group.get("Properties")
        if not isinstance(properties, dict) and properties is not None:
            return None
        switch = group.get(f"Properties.{CLUSTER_ENABLED}")
        if switch is None:
            return False
        return {"yes": True, "no": False}.get(str(switch))
    match = _DEFAULT.fullmatch(known_text(resource, _PATH))
    return bool(match.group(2)) if match else None


def family(resource: Resource) -> str:
    """Return the family of the parameter group of a cache; "" if it is unknown."""
    for group in referred(resource, _PATH, PARAMETERS):
        return known_text(group, "CacheParameterGroupFamily")
    match = _DEFAULT.fullmatch(known_text(resource, _PATH))
    return match.group(1) if match else ""
