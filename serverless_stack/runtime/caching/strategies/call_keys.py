"""Cache keys made of a function and the arguments of a call."""

import functools
import hashlib
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Mapping

from serverless_stack.runtime.caching.base import Store, ValueTooLarge, codec_of

_MAX_READABLE = 120  # characters of arguments that stand in a key as they are
_STATELESS = (  # besides plain functions
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    functools._lru_cache_wrapper,
)

Function = Callable[..., object]
_digests: dict[str, str] = {}  # the code of decorated functions, by name


class Target:
    """A function to cache, and the name that tells its results from those of others.

    Attributes:
        function: The function that computes results.
        name: Its module and qualified name.
        args: Arguments before those of a call: of a partial function, or a method's instance.
        kwargs: Keyword arguments of a partial function.
        is_method: Whether the first argument is an instance or a class.
        binds: Whether the function becomes a method when it is looked up in an instance.

    Args:
        function: What `cached` decorates.
        has_key: Whether the user names results with `key`.

    Raises:
        TypeError: The function cannot be cached, or two functions like it would share results.
    """

    def __init__(self, function: object, has_key: bool) -> None:
        self.args: tuple[object, ...] = ()
        self.kwargs: dict[str, object] = {}
        self.binds = not isinstance(function, staticmethod)
        if isinstance(function, classmethod | property):
            kind = type(function).__name__
            raise TypeError(f"`@cached(…)` must be below `@{kind}`, which wraps its result")
        if isinstance(function, staticmethod):
            function = function.__func__
        if isinstance(function, functools.partial):
            self.args, self.kwargs, function = function.args, function.keywords, function.func
        is_bound = isinstance(function, types.MethodType)
        if isinstance(function, types.MethodType):
            self.args, function = (function.__self__, *self.args), function.__func__
        elif callable(function) and not hasattr(function, "__qualname__"):
            self.args, function = (function, *self.args), type(function).__call__
        if not callable(function):
            raise TypeError(f"`cached` must decorate a function, got: {function!r}")
        self.function: Function = function
        path: str = getattr(function, "__qualname__", type(function).__qualname__)
        parent = path.rpartition(".")[0]
        self.is_method = is_bound or (
            self.binds and bool(parent) and not parent.endswith("<locals>")
        )
        module = getattr(function, "__module__", None)
        self.name = f"{module}:{path}"
        self.signature = self._check(has_key)
        digest = _digest_of(function)
        if (
            "<" in path
            or hasattr(function, "__wrapped__")
            or module == "__main__"
            or _digests.setdefault(self.name, digest) != digest
        ):
            # Other functions may have this name: lambda expressions, those of another program,
            # two of a module.
            self.name += f":{digest}"

    def _check(self, has_key: bool) -> inspect.Signature | None:
        inner = inspect.unwrap(self.function)
        if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
            raise TypeError(
                f"{self.name} is a generator, which only one caller can read: return a list"
            )
        if has_key:
            return None
        problem = next(filter(None, map(_hidden_state, _layers(self.function))), "")
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):
            problem = problem or "its parameters are unknown"
        if problem:
            raise TypeError(
                f"{self.name} cannot be cached by its arguments, as {problem}: pass"
                " `cached(…, key=…)` with a function that names each result"
            )
        return signature


class CallKeys:
    """Makes the cache keys of one function.

    Args:
        target: The function.
        store: Its codec decides what an argument may be.
        key: Returns the key of a call from its arguments. Default: made of the arguments.
    """

    def __init__(self, target: Target, store: Store, key: Callable[..., str] | None) -> None:
        self._target = target
        self._codec = codec_of(store)
        self._key = key

    def key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
        """Return the key of a call.

        Raises:
            TypeError: The function does not take these arguments, or the codec cannot encode
                the type of one.
            ValueError: An argument is a NaN or the like, or they are too large together.
        """
        name = self._target.name
        if self._key is not None:
            key: object = self._key(*args, **kwargs)
            if not isinstance(key, str):
                raise TypeError(f"`key` of {name} must return text, got: {type(key).__name__}")
            return f"{name}({key})"
        signature = self._target.signature
        assert signature is not None, "checked when the function was decorated"
        bound = signature.bind(*self._identified(args), **kwargs)
        bound.apply_defaults()
        values: dict[str, object] = {}
        for parameter, value in bound.arguments.items():
            kind = signature.parameters[parameter].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                value = dict(sorted(value.items()))
            values[parameter] = value
        data = self._encode(values)
        if len(data) <= _MAX_READABLE and data.startswith(b"{") and data.isascii():
            return f"{name}({data.decode()})"
        return f"{name}({hashlib.sha256(data).hexdigest()})"

    def check(self) -> None:
        """Refuse what every call would refuse: an instance or arguments that are known already.

        Raises:
            TypeError: The codec cannot encode the type of one.
            ValueError: One is a NaN or the like.
        """
        if self._key is None:
            self._encode([*self._identified(self._target.args), *self._target.kwargs.values()])

    def _identified(self, args: tuple[object, ...]) -> tuple[object, ...]:
        if args and self._target.is_method:
            return (_identity(args[0]), *args[1:])
        return args

    def _encode(self, values: object) -> bytes:
        name = self._target.name
        try:
            return self._codec.encode(values)
        except (TypeError, ValueError, ValueTooLarge) as error:
            hint = "pass `key`"
            if self._target.is_method:
                hint += ", or give the class a string `cache_key` that identifies the instance"
            message = f"an argument of {name} cannot be part of a key ({hint}): {error}"
            if isinstance(error, TypeError):
                raise TypeError(message) from error
            raise ValueError(message) from error


def _layers(function: object) -> Iterator[object]:
    """Return a function and those that it wraps."""
    yield function
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
        yield function


def _hidden_state(function: object) -> str:
    """Return what results may depend on besides arguments and code; empty for nothing."""
    if isinstance(function, types.FunctionType):
        captured = {
            name
            for name, cell in zip(
                function.__code__.co_freevars, function.__closure__ or (), strict=True
            )
            if name != "__class__" and not _holds(cell, getattr(function, "__wrapped__", cell))
        }
        names = ", ".join(sorted(captured))
        return f"it captures {names}, which the arguments do not show" if names else ""
    owner = getattr(function, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType | type):
        return f"it belongs to a {type(owner).__name__}, which the arguments do not show"
    if isinstance(function, _STATELESS) or getattr(function, "is_stateless", False):
        return ""
    return f"it is a {type(function).__name__}, whose state the arguments do not show"


def _holds(cell: types.CellType, function: object) -> bool:
    try:
        return cell.cell_contents is function
    except ValueError:  # empty as yet
        return False


def _digest_of(function: Function) -> str:
    """Return a hash of a function's code, and of the functions that it wraps."""
    digest = hashlib.sha256()
    for layer in _layers(function):
        code = getattr(layer, "__code__", None)
        if code is not None:
            digest.update(repr(_parts_of(code)).encode())
    return digest.hexdigest()[:32]


def _parts_of(code: types.CodeType) -> tuple[object, ...]:
    """Return what of a function's code does not change from process to process."""
    constants = [
        _parts_of(each) if isinstance(each, types.CodeType) else _ordered(each)
        for each in code.co_consts
    ]
    return code.co_code, code.co_exceptiontable, code.co_names, code.co_varnames, constants


def _ordered(constant: object) -> object:
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant


def _identity(owner: object) -> object:
    """Return what tells an instance or class, the first argument of a method, from others."""
    if isinstance(owner, type):
        if not _is_found_by_name(owner):
            raise TypeError(
                f"the class {owner.__qualname__} is made anew by each call of a function, so its"
                " methods cannot be cached by their arguments: pass `key`"
            )
        return ("class", f"{owner.__module__}:{owner.__qualname__}")
    cache_key = getattr(owner, "cache_key", None)
    if not isinstance(cache_key, str) or not cache_key:
        return owner
    kind = type(owner)
    return ("instance", f"{kind.__module__}:{kind.__qualname__}", cache_key)


def _is_found_by_name(kind: type) -> bool:
    """Return whether a class is the only one of its name, so that the name identifies it."""
    found: object = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is kind
