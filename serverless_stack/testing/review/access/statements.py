"""Policy statements of a resource, and which of them other statements cover."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from serverless_stack.testing.review.access import conditions, patterns
from serverless_stack.testing.review.compare.values import (
    Path,
    alternatives,
    canonical,
    items,
    simplified,
)

# The principal of an identity policy, which does not name its holder.
HOLDER: Final = ""
# The resource of a statement that names none: the resource that has the policy.
ITSELF: Final = ""
_CONTENT_HASH: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Statement:
    """A statement of a policy.

    Attributes:
        path: The place in the properties of its resource.
        effect: `Allow` or `Deny`.
        actions: The actions; those of `NotAction` begin with `!`.
        resources: The resources, likewise; :data:`ITSELF` if it names none, as in a trust policy.
        principals: `Service lambda.amazonaws.com`, `AWS *`; :data:`HOLDER` if it names none.
        condition: The condition as text; `{}` if none.
        source: The statement in the template.
    """

    path: Path
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    condition: str
    source: Mapping[str, object]

    @property
    def grants(self) -> Iterator[tuple[str, str, str]]:
        """Each combination of action, resource and principal."""
        for principal in self.principals:
            for resource in self.resources:
                for action in self.actions:
                    yield action, resource, principal


def text_of(value: object) -> str:
    """Return a value as text, with `${Bucket.Arn}` for what only the deployment knows."""
    if not isinstance(value, Mapping | list | tuple):
        return str(simplified(value))
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return f"${{{argument}}}"
        if name == "Fn::GetAtt":
            names = argument.split(".", 1) if isinstance(argument, str) else items(argument)
            return f"${{{'.'.join(str(each) for each in names)}}}"
        if name == "Fn::Sub" and isinstance(argument, str):
            return argument
        if name == "Fn::Join" and isinstance(argument, list | tuple) and len(argument) == 2:
            return str(argument[0]).join(text_of(part) for part in items(argument[1]))
    return canonical(value)


def statements(value: object, path: Path = ()) -> Iterator[Statement]:
    """Return the policy statements in the properties of a resource, at any depth."""
    if isinstance(value, str) and '"Statement"' in value and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:  # not a policy
            return
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from statements(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key != "Statement":
                yield from statements(item, (*path, str(key)))
                continue
            for index, each in enumerate(alternatives(item)):
                if isinstance(each, Mapping) and "Effect" in each:
                    for effect in alternatives(each["Effect"]):
                        yield _statement((*path, "Statement", index), each, effect)


def _statement(path: Path, source: Mapping[str, object], effect: object) -> Statement:
    return Statement(
        path=path,
        effect="Deny" if effect == "Deny" else "Allow",  # an unknown effect may be to allow
        actions=_named(source, "Action") or ("*",),
        resources=_named(source, "Resource") or (ITSELF,),
        principals=_principals(source),
        condition=canonical(source.get("Condition", {})),
        source=source,
    )


def _named(source: Mapping[str, object], key: str) -> tuple[str, ...]:
    if f"Not{key}" in source:
        return tuple(f"!{text_of(each)}" for each in alternatives(source[f"Not{key}"]))
    return tuple(text_of(each) for each in alternatives(source.get(key, [])))


def _principals(source: Mapping[str, object]) -> tuple[str, ...]:
    for key, mark in (("Principal", ""), ("NotPrincipal", "!")):
        if key not in source:
            continue
        value = source[key]
        if not isinstance(value, Mapping) or not value.keys() <= _KINDS:
            return (f"{mark}AWS {text_of(value)}",)
        return tuple(
            f"{mark}{kind} {text_of(each)}"
            for kind in sorted(value)
            for each in alternatives(value[kind])
        )
    return (HOLDER,)


_KINDS: Final = {"AWS", "Service", "Federated", "CanonicalUser"}


def uncovered(
    statement: Statement, others: Sequence[Statement]
) -> tuple[tuple[str, str, str], ...]:
    """Return the grants of a statement that no other statement with the same effect covers."""
    alike = [
        other
        for other in others
        if other.effect == statement.effect
        and conditions.implies(statement.source.get("Condition"), other.source.get("Condition"))
    ]
    if any(_same(statement, other) for other in alike):
        return ()
    return tuple(
        grant
        for grant in statement.grants
        if not any(_covers(other, statement, *grant) for other in alike)
    )


def _same(a: Statement, b: Statement) -> bool:
    return (set(a.actions), set(a.resources), set(a.principals)) == (
        set(b.actions),
        set(b.resources),
        set(b.principals),
    )


def _covers(
    other: Statement, statement: Statement, action: str, resource: str, principal: str
) -> bool:
    """Return whether another statement covers one grant of a statement."""
    return (
        patterns.covers(
            [each.lower() for each in other.actions],
            [each.lower() for each in statement.actions],
            action.lower(),
        )
        and patterns.covers(
            _stable(other.resources), _stable(statement.resources), *_stable([resource])
        )
        and _covers_principal(other.principals, statement.principals, principal)
    )


def _stable(resources: Sequence[str]) -> list[str]:
    """Return resources without hashes of contents, such as the key of an asset."""
    return [_CONTENT_HASH.sub("HASH", resource) for resource in resources]


def _covers_principal(others: Sequence[str], own: Sequence[str], principal: str) -> bool:
    if "AWS *" in others or principal in others:
        return not principal.startswith("!") or "AWS *" in others or set(others) <= set(own)
    return False
