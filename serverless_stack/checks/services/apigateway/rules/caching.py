"""Rules on the answers that the cache of a stage keeps."""

import re
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.values import listed, mapping
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.apigateway.operations import (
    API,
    Operation,
    known_operations,
)
from serverless_stack.checks.services.apigateway.rules.stages import DEPLOYMENT, STAGE, settings

RULES = RuleList()

_PAGE: Final = "Cache settings for REST APIs in API Gateway"
_EXAMPLE: Final = "method.request.header.Authorization"
# Parameters that tell callers from each other, by their names.
_IDENTITY: Final = re.compile(
    r"auth|token|cookie|session|user|account|customer|tenant|member|owner|principal|subject"
    r"|identity|client|caller|login|email|api-?key|\bsub\b",
    re.IGNORECASE,
)
_FROM_CALLER: Final = ("context.authorizer", "context.identity")


@RULES.resource("APIGATEWAY-012", API, page=_PAGE, severity=Severity.WARNING)
def shared_answers(api: Resource) -> Iterator[Violation]:
    """Cached answers of authorized methods require the caller's identity in their key.

    The cache returns the answer for one caller to all others that are authorized. Add the header
    with the identity to `RequestParameters` and `CacheKeyParameters`, turn caching off for the
    method, or acknowledge this rule if all callers get the same answer.
    """
    for operation in known_operations(api):
        if operation.authorized is not True or operation.kind == "MOCK":
            continue
        keys = operation.integration.get("CacheKeyParameters")
        if _tells_callers_apart(operation, keys):
            continue
        for stage in caching_stages(api, operation):
            requirement = (
                f"have the caller's identity, because {stage.logical_id} caches answers to "
                "authorized callers"
            )
            at, owner = operation.at("CacheKeyParameters"), operation.resource.logical_id
            yield violation(at, requirement, keys, _EXAMPLE, resource=owner)


def _tells_callers_apart(operation: Operation, keys: object) -> bool:
    """Return whether a cache key contains the caller's identity, or may contain it."""
    if is_unresolved(keys):
        return True
    mapped = operation.integration.get("RequestParameters")
    for key in listed(keys):
        if not isinstance(key, str) or is_unresolved(key) or is_unresolved(mapped):
            return True
        source = mapping(mapped).get(key, key)
        if not isinstance(source, str) or is_unresolved(source):
            return True
        sources = operation.identity_sources
        if source.startswith(_FROM_CALLER) or sources is None or source.lower() in sources:
            return True
        if _IDENTITY.search(key) or _IDENTITY.search(source):
            return True
    return False


def caching_stages(api: Resource, operation: Operation) -> list[Resource]:
    """Return the stages of an API that certainly cache the answers of an operation."""
    stages = api.template.referring(api.logical_id, "RestApiId", STAGE, DEPLOYMENT)
    return [stage for stage in stages if _caches(stage, operation)]


def _caches(stage: Resource, operation: Operation) -> bool:
    place = "StageDescription." if stage.type == DEPLOYMENT else ""
    if not stage.boolean(f"{place}CacheClusterEnabled"):
        return False
    best, caches = -1, False
    for path in settings(stage):
        enabled = stage.get(f"{path}.CachingEnabled")
        if enabled is None:
            continue
        precision = 0 if path == "StageDescription" else _precision(stage, path, operation)
        if precision is None or is_unresolved(enabled):
            return False
        # Settings of all methods cache GET only.
        if precision < 2 and operation.verb not in ("GET", "ANY"):
            continue
        if precision > best:
            best, caches = precision, bool(stage.boolean(f"{path}.CachingEnabled"))
    return caches


def _precision(stage: Resource, path: str, operation: Operation) -> int | None:
    """Return how precisely a setting names an operation: -1 if not; None if it is unknown."""
    place, verb = stage.get(f"{path}.ResourcePath"), stage.get(f"{path}.HttpMethod")
    if not isinstance(place, str) or not isinstance(verb, str):
        return None
    if is_unresolved(place) or is_unresolved(verb):
        return None
    place = re.sub(r"/+", "/", place.replace("~1", "/"))
    everywhere = place in ("/*", "*")
    if not everywhere and operation.path is None:
        return None
    if not everywhere and place != operation.path:
        return -1
    # Of the requests of an ANY method, those by GET are cached by default.
    if verb not in ("*", "GET" if operation.verb == "ANY" else operation.verb):
        return -1
    return (0 if everywhere else 1) + (0 if verb == "*" else 2)
