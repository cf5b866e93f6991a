"""Connections to constructs with a method ``connect``: caches and buckets of this library."""

import inspect
from collections.abc import Callable, Mapping
from typing import Protocol

from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.connections.connection import Request


class Connecting(Protocol):
    """A construct with a method ``connect(function)``."""

    @property
    def connect(self) -> Callable[..., None]:
        """Connects a function; usually a method."""
        ...


def connect_store(store: Connecting, request: Request, function: object) -> None:
    """Connect a function by the method ``connect`` of a construct.

    Args:
        store: The construct.
        request: What the caller asked for.
        function: The function, as the construct takes it.

    Raises:
        ValueError: If the construct does not have what the caller asked for.
    """
    signature = inspect.signature(store.connect).parameters
    any_name = any(item.kind is item.VAR_KEYWORD for item in signature.values())
    wanted: Mapping[str, tuple[str, object]] = {
        "env_prefix": ("env_prefix", request.env_prefix),
        "user": ("user_name", request.user),
        "prefix": ("prefix", request.prefix),
        "database": ("database", request.database),
    }
    given = {argument: named for argument, named in wanted.items() if named[1] is not None}
    place = getattr(getattr(store, "node", None), "path", type(store).__name__)
    missing = [name for name, (own, _) in given.items() if not any_name and own not in signature]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        raise ValueError(
            f"{listed} must be left out, got: a value for {place}, whose `connect` has no such "
            f"argument (in {path_of(request.function)})"
        )
    options = dict(given.values())
    if request.access is not None and ("access" in signature or any_name):
        options["access"] = request.access
    elif request.access not in (None, "read-write"):
        raise ValueError(
            f"`access` must be 'read-write' for {place}, got: {request.access!r}; the rights in a "
            "Redis cache are those of its user: connect a `RedisUser` with another `access` "
            f"(in {path_of(request.function)})"
        )
    store.connect(function, **options)
