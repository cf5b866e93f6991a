"""Stacks that the tests of a session share: each is created and synthesised once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeVar

from serverless_stack.testing.templates import has_more_constructs, template_of

if TYPE_CHECKING:
    from aws_cdk import App, Stack

    AnyStack = TypeVar("AnyStack", bound=Stack)
else:
    AnyStack = TypeVar("AnyStack")


class StackFactory:
    """The type of the fixture `stack_factory`."""

    def __init__(
        self,
        app_folder: Callable[[], Path],
        new_app: Callable[[Path, Mapping[str, object]], App],
    ) -> None:
        """Do not call this: use the fixture.

        Args:
            app_folder: Returns the folder whose `cdk.json` belongs to the running test.
            new_app: Returns an app with the settings of a folder and more context.
        """
        self._app_folder = app_folder
        self._new_app = new_app
        self._stacks: dict[Hashable, Stack] = {}

    def __call__(
        self,
        make: Callable[..., AnyStack],
        construct_id: str = "Test",
        /,
        *,
        context: Mapping[str, object] | None = None,
        account: str | None = None,
        region: str | None = None,
        fresh: bool = False,
        **arguments: object,
    ) -> AnyStack:
        """Return the stack of a class or function, which the tests with the same arguments share.

        A shared stack is synthesised when it is created: what a test changes in it later is in no
        template. After a test that added a construct to it, others get a new one. The files and
        environment variables that it reads count as unchanged during the session.

        Args:
            make: A subclass of `Stack`, or another function, called with an app, the id and the
                arguments.
            construct_id: The id of the stack, which is its name.
            context: Context values of its app. They take precedence over `cdk.json`.
            account: The account of the stack, passed as part of `env`. Default: any.
            region: The region of the stack, passed as part of `env`. Default: any.
            fresh: Whether to create a stack for this test only, which it may change before its
                first assertion.
            arguments: More arguments of `make`. Those of a shared stack are plain data: texts,
                numbers, paths, enum members, frozen data classes, and mappings, lists and sets of
                them.

        Raises:
            TypeError: A shared stack has an argument that is not plain data.
        """
        folder = self._app_folder()

        def create() -> AnyStack:
            env = _environment(account, region)
            app = self._new_app(folder, context or {})
            return make(app, construct_id, **arguments, **env)

        if fresh:
            return create()
        key = (
            *(folder, make, construct_id, account, region, _frozen("context", context)),
            *((name, _frozen(name, value)) for name, value in sorted(arguments.items())),
        )
        shared = self._stacks.get(key)
        if shared is None or has_more_constructs(shared):  # a test failed, or checked nothing
            shared = create()
            template_of(shared)
            self._stacks[key] = shared
        return shared  # type: ignore[return-value] # the key has the function


def _environment(account: str | None, region: str | None) -> dict[str, object]:
    if account is None and region is None:
        return {}
    import aws_cdk as cdk

    return {"env": cdk.Environment(account=account, region=region)}


def _frozen(name: str, value: object) -> Hashable:
    """Return a copy of plain data that equals that of the same data only: `True` is not 1.

    Raises:
        TypeError: It is not plain data, so that a change of it might pass unseen.
    """
    if value is None or isinstance(value, bool | int | float | str | bytes | Enum | PurePath):
        return (type(value), value)
    if isinstance(value, dict):
        pairs = [(_frozen(name, key), _frozen(name, each)) for key, each in value.items()]
        return (dict, tuple(pairs))  # their order may be that of resources
    if isinstance(value, list | tuple):
        return (type(value), tuple(_frozen(name, each) for each in value))
    if isinstance(value, set | frozenset):
        return (type(value), frozenset(_frozen(name, each) for each in value))
    if _is_frozen_dataclass(value):
        fields = [getattr(value, field.name) for field in dataclasses.fields(value)]  # type: ignore[arg-type]
        return (type(value), tuple(_frozen(name, each) for each in fields))
    raise TypeError(
        f"`{name}` must be plain data in a stack that tests share, got: {type(value).__name__}; "
        "create it in a function that you pass as `make`, or pass `fresh=True`"
    )


def _is_frozen_dataclass(value: object) -> bool:
    parameters = getattr(type(value), "__dataclass_params__", None)
    return bool(getattr(parameters, "frozen", False))
