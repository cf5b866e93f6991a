"""Find or create the children of a construct, with their types."""

from collections.abc import Callable
from typing import TypeVar, cast

from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.once import notes_of, once_per_object
from serverless_stack.constructs._internal.tree import create_scope, node_of, path_of

_Child = TypeVar("_Child", bound=IConstruct)
_FOUND = "children"  # the note of what `get_or_create` found or created
_IS_HOME = "home"  # that of a construct whose children all come from `get_or_create`


def default_child(construct: IConstruct, kind: type[_Child]) -> _Child:
    """Return the raw resource behind a construct.

    Args:
        construct: A construct of CDK, such as ``s3.Bucket``.
        kind: The class of its resource, such as ``s3.CfnBucket``.

    Raises:
        TypeError: If its default child is something else, as that of an imported resource is.
    """
    return _checked(construct, node_of(construct).default_child, kind)


@once_per_object
def raw_function(function: lambda_.Function) -> lambda_.CfnFunction:
    """Return the raw resource that a function was created with."""
    return default_child(function, lambda_.CfnFunction)


def get_or_create(
    scope: Construct,
    construct_id: str,
    kind: type[_Child],
    create: Callable[[Construct, str], _Child],
) -> _Child:
    """Return the child of a scope with this id; create it if there is none.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        kind: The class of the child.
        create: Called with the scope and the id if there is no such child.

    Raises:
        TypeError: If the child with this id is of another class.
    """
    notes = notes_of(scope)
    # Children of this library are never removed or replaced.
    found = cast(dict[str, IConstruct], notes.setdefault(_FOUND, {}))
    child = found.get(construct_id)
    if child is None and _IS_HOME not in notes:
        child = node_of(scope).try_find_child(construct_id)
    if child is None:
        child = create(scope, construct_id)
    found[construct_id] = child
    return _checked(scope, child, kind)


def create_home(scope: Construct, construct_id: str) -> Construct:
    """Create a construct whose children all come from ``get_or_create``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
    """
    home = create_scope(scope, construct_id)
    notes_of(home)[_IS_HOME] = True
    return home


def _checked(parent: IConstruct, child: IConstruct | None, kind: type[_Child]) -> _Child:
    if not isinstance(child, kind):
        raise TypeError(
            f"{path_of(parent)} must have a child of the class {kind.__name__}, "
            f"got: {type(child).__name__}"
        )
    return child
