"""Route keys: the verbs and paths of routes, by the rules of API Gateway."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from serverless_stack.checks.engine.problems import Problems, is_unresolved

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
ROOT, PROXY = "/", "/{proxy+}"
HANDLER_KEYS = ("ANY /", "ANY /{proxy+}")
"""The keys of the methods that pass everything to the ``handler`` of an API."""

MAX_RESOURCES = 300  # "Amazon API Gateway quotas": resources per API
MAX_STACK_RESOURCES = 500  # "Understand CloudFormation quotas"
_OTHER_RESOURCES = 20  # of an API, beside its paths and methods: stage, logs, permissions, …
_WAYS_OUT = (
    "use `ANY` routes and paths such as /orders/{proxy+} for a function that routes itself, or "
    "create a second ProxyApi in another stack, under a base path of the same domain"
)
# API Gateway takes `~` and `,` as well; CDK's `add_resource` does not.
_SEGMENT = re.compile(r"[a-zA-Z0-9._:$-]+|\{[a-zA-Z0-9._:$-]+\+?\}")


@dataclass(frozen=True)
class RouteKey:
    """The verb and the path of a route.

    Attributes:
        verb: A verb in upper case, or ``ANY``.
        path: The path, with a slash at its beginning.
    """

    verb: str
    path: str

    @property
    def segments(self) -> list[str]:
        """The segments of the path."""
        return [segment for segment in self.path.split("/") if segment]

    @property
    def variables(self) -> list[str]:
        """The names of the path variables, in order."""
        return [_name(segment) for segment in self.segments if segment.startswith("{")]

    @property
    def greedy(self) -> str | None:
        """The name of the variable at the end that takes all that follows; None without one."""
        return self.variables[-1] if self.path.endswith("+}") else None

    def __str__(self) -> str:
        """Return the key as its user writes it."""
        return f"{self.verb} {self.path}"


def parse_key(key: str) -> RouteKey:
    """Return the verb and the path of a route.

    Args:
        key: The key of the route, such as ``GET /orders/{id}``.
    """
    verb, _, path = key.partition(" ")
    return RouteKey(verb, path)


def key_problems(
    keys: Iterable[str], existing: Iterable[str] = (), *, methods_per_path: int = 0
) -> list[str]:
    """Check the keys of routes: each alone, and all of them together.

    Args:
        keys: The keys to add.
        existing: The keys of the API's methods so far.
        methods_per_path: How many methods each path has beside those of its routes, such as a
            preflight.

    Returns:
        One message per problem.
    """
    problems = Problems()
    parsed: list[RouteKey] = []
    for text in keys:
        messages = _messages(text)
        problems.add(messages)
        if not messages:
            parsed.append(parse_key(text))
    old = [parse_key(text) for text in existing]
    names = {place: name for key in old for place, name in _variables(key)}
    taken = {str(key) for key in old}
    for key in parsed:
        if str(key) in taken:
            whose = ", which `handler` answers" if str(key) in HANDLER_KEYS else ""
            problems.fail(f"`routes` must have each verb and path once, got again: {key}{whose}")
        taken.add(str(key))
        for place, name in _variables(key):
            other = names.setdefault(place, name)
            if other != name:
                problems.fail(_two_names(key, place, other, name))
    problems.add(_size_problems([*old, *parsed], methods_per_path))
    return problems.messages


def _messages(key: str) -> list[str]:
    """List what is wrong with one key."""
    if is_unresolved(key):
        return [
            "`routes` must have keys that are known at synthesis, because CDK makes ids of "
            "them, got: a token"
        ]
    verb, space, path = key.partition(" ")
    shape = "`routes` must have keys of a verb, one space and a path, such as 'GET /orders/{id}'"
    if not space:
        hint = f"; write 'ANY {key}' for all verbs" if key.startswith("/") else ""
        return [f"{shape}, got: {key!r}{hint}"]
    if key != " ".join(key.split()):
        return [f"{shape}, got: {key!r}"]
    problems = Problems()
    if verb not in VERBS:
        near = difflib.get_close_matches(verb.upper(), VERBS, n=1)
        hint = f"; did you mean '{near[0]} {path}'?" if near else ""
        problems.fail(f"`routes` must have keys with {_or(VERBS)}, got: {key!r}{hint}")
    problems.add(_path_messages(key, path))
    return problems.messages


def _path_messages(key: str, path: str) -> list[str]:
    if not path.startswith("/"):
        return [f"`routes` must have paths with a slash at their beginning, got: {key!r}"]
    if path == ROOT:
        return []
    if "//" in path or path.endswith("/"):
        return [
            "`routes` must have paths without an empty segment and without a slash at their end, "
            f"because API Gateway never matches them, got: {key!r}"
        ]
    segments = path[1:].split("/")
    problems = Problems()
    for segment in segments:
        if not _SEGMENT.fullmatch(segment):
            problems.fail(
                "`routes` must have segments of letters, digits and ._:$-, or one variable such "
                f"as {{id}} or {{proxy+}} alone, got: {segment!r} in {key!r}"
            )
    for segment in segments[:-1]:
        if segment.endswith("+}"):
            problems.fail(
                f"`routes` must have a greedy variable at the end only, got: {segment} before "
                f"another segment in {key!r}"
            )
    variables = [_name(segment) for segment in segments if segment.startswith("{")]
    for name in sorted({name for name in variables if variables.count(name) > 1}):
        problems.fail(
            f"`routes` must have different variables in one path, got: {name} more than once in "
            f"{key!r}"
        )
    return problems.messages


def _variables(key: RouteKey) -> list[tuple[str, str]]:
    """Return the places of the variables of a path, with the variables."""
    segments = key.segments
    return [
        ("/" + "/".join(segments[:place]), segment)
        for place, segment in enumerate(segments)
        if segment.startswith("{")
    ]


def _two_names(key: RouteKey, place: str, other: str, name: str) -> str:
    below = place.rstrip("/")
    if PROXY in (f"{below}/{other}", f"{below}/{name}"):
        remedy = (
            "put a literal segment before the variable, or leave out `handler`, which answers "
            f"{PROXY}"
        )
    else:
        remedy = "use one name in all routes"
    return (
        f"`routes` must have one variable below each path, got: {below}/{other} and "
        f"{below}/{name} in {str(key)!r}; {remedy}"
    )


def _size_problems(keys: list[RouteKey], methods_per_path: int) -> list[str]:
    paths = {
        "/".join(key.segments[: place + 1]) for key in keys for place in range(len(key.segments))
    }
    if len(paths) > MAX_RESOURCES:
        return [
            f"`routes` must have {MAX_RESOURCES} paths and parents of paths at most, which is "
            f"API Gateway's quota, got: {len(paths)}; {_WAYS_OUT}"
        ]
    most = MAX_STACK_RESOURCES - _OTHER_RESOURCES
    needed = len(keys) + len(paths) * (1 + methods_per_path)
    if needed > most:
        return [
            f"`routes` must need {most} resources at most, since a stack has "
            f"{MAX_STACK_RESOURCES}, got: {len(keys)} methods and {len(paths)} paths, which need "
            f"{needed}; {_WAYS_OUT}"
        ]
    return []


def _name(segment: str) -> str:
    return segment.strip("{}+")


def _or(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"
