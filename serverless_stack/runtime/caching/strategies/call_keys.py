"""Keys made of a function and the arguments of a call."""

import hashlib
import inspect
from collections.abc import Callable, Mapping

from serverless_stack.runtime.caching.codecs.json import codec_of
from serverless_stack.runtime.caching.errors import ValueTooLarge
from serverless_stack.runtime.caching.stores.base import Store

_LONGEST = 120  # characters of arguments that are readable in a key


class CallKeys:
    """Makes the keys of one function.

    Args:
        function: The function.
        store: Its codec says what an argument may be.
        key: Gives the rest of the key from the arguments, instead.
    """

    def __init__(
        self, function: Callable[..., object], store: Store, key: Callable[..., str] | None
    ) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._codec = codec_of(store)
        self._signature = inspect.signature(function)
        self._key = key

    def key(
        self,
        owner: tuple[object, ...],
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> str:
        """Give the key of a call.

        Args:
            owner: The instance of a method, or nothing.
            args: The other positional arguments.
            kwargs: The keyword arguments.

        Raises:
            TypeError: The function does not take these arguments, or one is of a type that
                the codec cannot take.
            ValueError: An argument is a NaN, or so, or they are too large together.
        """
        if self._key is not None:
            return f"{self._name}({self._key(*owner, *args, **kwargs)})"
        bound = self._signature.bind(*owner, *args, **kwargs)
        bound.apply_defaults()
        values: dict[str, object] = {}
        for name, value in bound.arguments.items():
            kind = self._signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                value = dict(sorted(value.items()))
            values[name] = value
        if owner:
            first = next(iter(values))
            told = getattr(owner[0], "cache_key", None)
            if isinstance(told, str):
                values[first] = told
            else:
                del values[first]
        try:
            data = self._codec.encode(values)
        except (TypeError, ValueError, ValueTooLarge) as error:
            message = f"an argument of {self._name} cannot be part of a key, give `key`: {error}"
            if isinstance(error, TypeError):
                raise TypeError(message) from error
            raise ValueError(message) from error
        if len(data) <= _LONGEST and data.startswith(b"{") and data.isascii():
            return f"{self._name}({data.decode()})"
        return f"{self._name}({hashlib.sha256(data).hexdigest()})"
