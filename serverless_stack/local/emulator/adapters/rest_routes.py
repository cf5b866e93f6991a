"""REST APIs: the route of a request is the most specific path that serves its verb.

MiniStack takes the most specific path and, if that does not serve the verb, a greedy one. On AWS a
path with a variable serves it, too: ``GET /users/me`` reaches ``GET /users/{id}`` beside
``PATCH /users/me``.
"""

from ministack.services import apigateway_v1

from .types import Record

Match = tuple[Record | None, dict[str, str] | None]
_LITERAL, _VARIABLE, _GREEDY = range(3)


def apply() -> None:
    """Apply this module's patches."""
    apigateway_v1._match_greedy_fallback = most_specific


def most_specific(api_id: str, segments: list[str], verb: str) -> Match:
    """Return the most specific resource with a verb or ``ANY``, and its path parameters."""
    best: tuple[list[int], Record, dict[str, str]] | None = None
    for resource in (apigateway_v1._resources.get(api_id) or {}).values():
        methods = resource.get("resourceMethods") or {}
        matched = _matched(resource.get("path", ""), segments)
        if matched is None or (verb not in methods and "ANY" not in methods):
            continue
        ranks, parameters = matched
        if best is None or ranks < best[0]:
            best = ranks, resource, parameters
    return (None, None) if best is None else (best[1], best[2])


def _matched(path: str, segments: list[str]) -> tuple[list[int], dict[str, str]] | None:
    """Return how specific a path is, segment by segment, and the parameters; None if it differs."""
    ranks: list[int] = []
    parameters: dict[str, str] = {}
    parts = [part for part in path.split("/") if part]
    for place, part in enumerate(parts):
        if place >= len(segments):
            return None
        if part.endswith("+}"):
            parameters[part[1:-2]] = "/".join(segments[place:])
            return [*ranks, _GREEDY], parameters
        if part.startswith("{"):
            parameters[part[1:-1]] = segments[place]
            ranks.append(_VARIABLE)
        elif part == segments[place]:
            ranks.append(_LITERAL)
        else:
            return None
    return (ranks, parameters) if len(parts) == len(segments) else None
