"""Warnings of a change that are neither about permissions nor about the network."""

from __future__ import annotations

from collections.abc import Iterator

from serverless_stack.testing.review.consequences import (
    Resource,
    is_custom,
    retention,
    stateful,
    type_of,
)
from serverless_stack.testing.review.model import MISSING, Consequence
from serverless_stack.testing.review.pairs import Pair
from serverless_stack.testing.review.schemas import type_schema
from serverless_stack.testing.review.values import canonical, mapping


def of_modified(pair: Pair) -> Iterator[str]:
    """Tell why the deployment of a change will fail, and what could not be judged."""
    if not pair.same_type:
        yield "deploy will fail: CloudFormation does not change the type of a resource"
    elif pair.consequence >= Consequence.REPLACEMENT:
        yield from name_clash(pair.old, pair.new)
    for change in pair.changes:
        if is_custom(type_of(pair.old)) and change.path == "Properties.ServiceToken":
            yield "deploy will fail: CloudFormation refuses another ServiceToken"
        elif change.reason.startswith("not in a schema"):
            yield f"not judged: {change.path} is {change.reason}"
    yield from dropped_retention(pair.old, pair.new)


def dropped_retention(old: Resource, new: Resource) -> Iterator[str]:
    """Tell of policies that retained a stateful resource and no longer do."""
    if not stateful(old):
        return
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if retention(old, policy) and not retention(new, policy):
            left, right = old.get(policy, MISSING), new.get(policy, MISSING)
            yield f"retention dropped: {policy} {left!r} -> {right!r} on a stateful resource"


def name_clash(old: Resource, new: Resource) -> Iterator[str]:
    """Tell of names that the new resource cannot have while the old one is there."""
    schema = type_schema(type_of(old))
    left, right = mapping(old.get("Properties")), mapping(new.get("Properties"))
    if schema.deletes_first:
        return
    for name in schema.names:
        if name in left and canonical(left[name]) == canonical(right.get(name, MISSING)):
            yield (
                f"deploy will fail: the new resource cannot have {name} {left[name]!r} "
                "while the old one has it"
            )
