"""Checking the types of arguments against the signature, in the caller's words.

Put ``@check_types`` on ``__init__`` and on public methods, and call ``check_fields`` in
``__post_init__`` of value objects. All wrong types and all wrong keys of options are reported
together, before the method runs, so that its own checks can rely on the types.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast, get_args, get_type_hints

from aws_cdk import Stack
from constructs import Construct, IConstruct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.annotations import (
    described,
    did_you_mean,
    option_problems,
    type_problems,
)
from serverless_stack.constructs._internal.tree import path_of, remember_place, scope_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_P = ParamSpec("_P")
_R = TypeVar("_R")


def check_types(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Check the arguments of a method against its annotations before it runs.

    Args:
        function: The method or function. The first parameter of a method is not checked.

    Returns:
        The method. It raises ValueError with all wrong types together, and TypeError for an
        argument that it does not have.
    """
    signature = inspect.signature(function)
    hints: dict[str, object] = {}
    creates = function.__name__ == "__init__"

    @wraps(function)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not hints:  # on first use: evaluating annotations takes time
            hints.update(get_type_hints(function))
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            owner = next(iter(args), None)
            raise TypeError(_call_problem(function, owner, kwargs) or str(error)) from None
        problems: list[str] = []
        for name, value in arguments.items():
            kind = signature.parameters[name].kind
            if name not in hints:  # `self` or `cls`
                continue
            if kind is inspect.Parameter.VAR_POSITIONAL:
                for item in value:
                    problems += type_problems(name, item, hints[name])
            elif kind is inspect.Parameter.VAR_KEYWORD:
                problems += option_problems("", value, get_args(hints[name])[0])
            elif name == "scope" and hints[name] is Construct:
                needs_stack = not isinstance(next(iter(args), None), Stack)
                problems += _scope_problems(value, needs_stack=needs_stack)
            else:
                problems += type_problems(name, value, hints[name])
        if problems:
            refused = Problems(*(_path(arguments) or [_called(function)]))
            refused.add(problems)
            refused.raise_if_any()
        if creates and hints.get("scope") is Construct:
            _remember(arguments)
        return function(*args, **kwargs)

    return checked


def check_fields(value: object) -> None:
    """Check the fields of a value object, a dataclass, against their annotations.

    Args:
        value: The value object, in its ``__post_init__``.

    Raises:
        ValueError: If fields have wrong types.
    """
    instance = cast("DataclassInstance", value)
    hints = _hints_of(type(instance))
    problems = Problems(type(instance).__name__)
    for field in fields(instance):
        problems.add(type_problems(field.name, getattr(instance, field.name), hints[field.name]))
    problems.raise_if_any()


@cache
def _hints_of(kind: type) -> dict[str, object]:
    return get_type_hints(kind)


def _scope_problems(scope: object, *, needs_stack: bool) -> list[str]:
    if not isinstance(scope, Construct):
        return [f"`scope` must be a construct, got: {described(scope)}"]
    place: IConstruct | None = scope if needs_stack else None
    while place is not None and not isinstance(place, Stack):
        place = scope_of(place)
        if place is None:
            shown = path_of(scope) or type(scope).__name__
            return [f"`scope` must be a stack or a construct in a stack, got: {shown}"]
    return []


def _call_problem(
    function: Callable[..., object], owner: object, kwargs: Mapping[str, object]
) -> str | None:
    """Return what is wrong with the names of a call's arguments, if that is its problem."""
    parameters = inspect.signature(function).parameters
    names = list(parameters)
    takes_more = any(item.kind == item.VAR_KEYWORD for item in parameters.values())
    unknown = [name for name in kwargs if name not in names and not takes_more]
    if not unknown:
        return None
    settings = [name for name in names[1:] if name not in ("scope", "construct_id")]
    listed = [
        f"{_called(function, owner)} has no argument `{name}`; {did_you_mean(name, settings)}"
        for name in unknown
    ]
    return "\n".join(listed)


def _called(function: Callable[..., object], owner: object = None) -> str:
    if isinstance(owner, Construct) and function.__name__ != "__init__":
        return f"{type(owner).__name__}.{function.__name__}"  # not the name of a base
    return function.__qualname__.removesuffix(".__init__")


def _path(arguments: Mapping[str, object]) -> list[str]:
    """Return the path of the construct that is created or called; none if it is unknown."""
    parent, owner = arguments.get("scope"), next(iter(arguments.values()), None)
    if isinstance(parent, Construct):
        if "construct_id" in arguments:
            return [path_of(parent), str(arguments["construct_id"])]
        return [path_of(parent) or type(parent).__name__]
    created = isinstance(owner, Construct) and hasattr(owner, "__jsii_ref__")
    return [path_of(owner)] if created and isinstance(owner, Construct) else []


def _remember(arguments: Mapping[str, object]) -> None:
    """Remember the place of a construct that is being created."""
    construct = next(iter(arguments.values()), None)
    scope, construct_id = arguments.get("scope"), arguments.get("construct_id")
    if isinstance(construct, Construct) and isinstance(scope, Construct):
        remember_place(construct, scope, str(construct_id))
