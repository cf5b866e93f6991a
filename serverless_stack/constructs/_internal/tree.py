"""Where constructs are in the tree, without asking jsii for what Python knows.

Each attribute of a CDK object that is read is a call of another process: ``construct.node.path``
is two. Scope, path, stack and region of a construct never change, so that they are asked for once;
those of this library's own constructs are known from the call that created them.
"""

from typing import NamedTuple, TypeVar, cast

from aws_cdk import App, Stack, Stage
from constructs import Construct, IConstruct, Node

from serverless_stack.constructs._internal.once import notes_of, once_per_object

_Construct = TypeVar("_Construct", bound=IConstruct)


class _Place(NamedTuple):
    scope: IConstruct
    construct_id: str


def remember_place(construct: _Construct, scope: IConstruct, construct_id: str) -> _Construct:
    """Remember what a construct is created with, and return it.

    Args:
        construct: The construct, which may be created only later.
        scope: Its parent construct.
        construct_id: Its id in the parent.
    """
    # CDK replaces separators in ids.
    if construct_id and "/" not in construct_id and construct_id.isprintable():
        notes_of(construct)[_Place] = _Place(scope, construct_id)
    return construct


def _place_of(construct: IConstruct) -> _Place | None:
    return cast(_Place | None, notes_of(construct).get(_Place))


def create_scope(scope: Construct, construct_id: str) -> Construct:
    """Create a construct that only groups others.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
    """
    return remember_place(Construct(scope, construct_id), scope, construct_id)


@once_per_object
def node_of(construct: IConstruct) -> Node:
    """Return the node of a construct."""
    return construct.node


def scope_of(construct: IConstruct) -> IConstruct | None:
    """Return the parent of a construct; None for the root of the tree."""
    if isinstance(construct, App):
        return None
    place = _place_of(construct)
    return _asked_scope(construct) if place is None else place.scope


@once_per_object
def path_of(construct: IConstruct) -> str:
    """Return the path of a construct; empty for an app."""
    if isinstance(construct, App):
        return ""
    place = _place_of(construct)
    if place is None:
        return node_of(construct).path
    above = path_of(place.scope)
    return f"{above}/{place.construct_id}" if above else place.construct_id


def stack_of(construct: IConstruct) -> Stack:
    """Return the stack of a construct: itself, or the nearest one above it."""
    return construct if isinstance(construct, Stack) else _stack_above(construct)


@once_per_object
def stage_of(construct: IConstruct) -> Stage | None:
    """Return the stage or app that a construct is in; of a stage, the one above it."""
    place = _place_of(construct)
    if place is None:
        return Stage.of(construct)
    return place.scope if isinstance(place.scope, Stage) else stage_of(place.scope)


def region_of(construct: IConstruct) -> str:
    """Return the region of a construct's stack; a token if ``cdk deploy`` chooses it."""
    return _region_of_stack(stack_of(construct))


@once_per_object
def _asked_scope(construct: IConstruct) -> IConstruct | None:
    return node_of(construct).scope


@once_per_object
def _stack_above(construct: IConstruct) -> Stack:
    place = _place_of(construct)
    return Stack.of(construct) if place is None else stack_of(place.scope)


@once_per_object
def _region_of_stack(stack: Stack) -> str:
    return stack.region
