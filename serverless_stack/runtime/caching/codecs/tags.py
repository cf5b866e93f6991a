"""Values that JSON lacks, as JSON objects with one key: ``{"$date": "2026-01-31"}``."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from serverless_stack.runtime.arguments import check_kind
from serverless_stack.runtime.caching.codecs.special import READERS, wrap_special

if TYPE_CHECKING:
    from dataclasses import Field

_PLAIN = frozenset((str, int, float, bool, type(None)))
_Pairs = list[tuple[str, object]]


class Tags:
    """Converts values to what JSON has, and back.

    Only classes named here are restored; no class is looked up by a name in the data.

    Args:
        types: Dataclasses, named tuples, pydantic models (2.11 or later) and enums that may be
            cached.
        binary: Leave bytes as they are, for a format that has them.

    Raises:
        ValueError: Two types have the same name.
        TypeError: A type is of another kind.
    """

    def __init__(self, types: Iterable[type] = (), *, binary: bool = False) -> None:
        self._binary = binary
        self._types: dict[str, type] = {}
        check_kind("types", types, Iterable, "a list of classes")
        for kind in types:
            if not _is_supported(kind):
                raise TypeError(
                    "`types` must be dataclasses, named tuples, pydantic models or enums, got:"
                    f" {kind!r}"
                )
            if self._types.setdefault(kind.__qualname__, kind) is not kind:
                raise ValueError(f"`types` must have different names, got: {kind.__qualname__}")

    def wrap(self, value: object) -> object:
        """Return the value in terms of JSON.

        Raises:
            TypeError: A part of it is of a type that is neither JSON's, tagged nor named.
            ValueError: It contains itself, is nested too deeply, or would come back changed.
        """
        try:
            return self._wrap(value)
        except RecursionError:
            raise ValueError("the value is not JSON: it contains itself or is too deep") from None

    def unwrap(self, found: dict[str, object]) -> object:
        """Return the value of a tagged object, or the object itself.

        Raises:
            Exception: Of any kind, if `wrap` has not made the object.
        """
        if len(found) != 1:
            return found
        [(tag, body)] = found.items()
        if not tag.startswith("$"):
            return found
        if tag.startswith("$$"):
            return {tag[1:]: body}
        if tag == "$type":
            name, *content = cast("list[object]", body)
            return _restore(self._types[cast("str", name)], *content)
        return READERS[tag](body)

    def _wrap(self, value: object) -> object:
        kind = type(value)
        if kind in _PLAIN or (self._binary and kind is bytes):
            return value
        if self._types.get(kind.__qualname__) is kind:
            return {"$type": [kind.__qualname__, *self._content(value)]}
        # Exactly these: an instance of a subclass would come back as what it is not, and as an
        # argument of a cached function it would have the key of another one.
        if kind is dict:
            return self._wrap_dict(cast("dict[object, object]", value))
        if kind is list:
            items = cast("list[object]", value)
            return [each if type(each) in _PLAIN else self._wrap(each) for each in items]
        if kind is tuple:
            return {"$tuple": [self._wrap(each) for each in cast("tuple[object, ...]", value)]}
        if kind is set or kind is frozenset:
            members = cast("frozenset[object]", value)
            return {f"${kind.__name__}": sorted(map(self._wrap, members), key=repr)}
        special = wrap_special(value)
        if special is None:
            raise TypeError(_refusal(kind))
        return special

    def _wrap_dict(self, value: dict[object, object]) -> object:
        plain: dict[str, object] = {}
        for key, each in value.items():
            if type(key) is not str:
                return {"$map": [[self._wrap(k), self._wrap(v)] for k, v in value.items()]}
            plain[key] = each if type(each) in _PLAIN else self._wrap(each)
        if len(plain) == 1:
            [(only, content)] = plain.items()
            if only.startswith("$"):  # looks like a tag, and is not
                return {f"${only}": content}
        return plain

    def _content(self, value: object) -> list[object]:
        """Return the state of an instance of a named class, for `_restore`.

        Attributes are pairs: an object with one key that begins with $ would be a tag.
        """
        kind = type(value)
        if _is_enum(kind):
            return [self._wrap(cast("_Member", value).value)]
        if _is_named_tuple(kind):
            return [[self._wrap(each) for each in cast("tuple[object, ...]", value)]]
        if hasattr(kind, "__dataclass_fields__"):
            from dataclasses import fields

            names = [field.name for field in fields(cast("type[_Record]", kind))]
            pairs = self._pairs({name: getattr(value, name, _UNSET) for name in names})
            others = {
                name: each
                for name, each in _attributes(value).items()
                if name not in names and not _is_cached_property(kind, name)
            }
            return [pairs, self._pairs(others)] if others else [pairs]
        extra: Mapping[str, object] = getattr(value, "model_extra", None) or {}
        names = [*kind.model_fields, *extra]  # type: ignore[attr-defined]
        content = {name: getattr(value, name) for name in names}
        if _validated(kind, content) != value:
            raise ValueError(f"its validators would change {kind.__qualname__} when it is read")
        return [self._pairs(content)]

    def _pairs(self, attributes: Mapping[str, object]) -> list[object]:
        return [[name, self._wrap(each)] for name, each in attributes.items()]


_UNSET = object()  # of a field: refused as any object is


class _Member:
    value: object


class _Record:
    __dataclass_fields__: "ClassVar[dict[str, Field[object]]]"


def _is_supported(kind: object) -> bool:
    if not isinstance(kind, type):
        return False
    if _is_enum(kind) or _is_named_tuple(kind) or hasattr(kind, "model_validate"):
        return True
    if not hasattr(kind, "__dataclass_fields__"):
        return False
    try:
        object.__new__(kind)
    except TypeError:  # it has the content of a built-in type besides its fields
        return False
    return True


def _is_enum(kind: type) -> bool:
    from enum import Enum

    return issubclass(kind, Enum)


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_make")


def _attributes(value: object) -> dict[str, object]:
    """Return the attributes of an instance, those in slots as well."""
    state = object.__getstate__(value)
    parts = state if isinstance(state, tuple) else (state,)
    return {name: each for part in parts if part for name, each in part.items()}


def _refusal(kind: type) -> str:
    """Return why no value of a type can be encoded."""
    name = kind.__qualname__
    if _is_supported(kind):
        return f"{name} is not JSON: name it to the codec, JsonCodec(types=({name},))"
    for base in kind.__mro__[1:-1]:
        if base.__module__ in ("builtins", "datetime", "decimal", "uuid"):
            return (
                f"a value of type {name} is not JSON: it would come back as a {base.__name__};"
                " convert it"
            )
    return f"a value of type {name} is not JSON, nor a type that a codec can cache"


def _is_cached_property(kind: type, name: str) -> bool:
    from functools import cached_property

    return isinstance(getattr(kind, name, None), cached_property)


def _restore(kind: type, content: object, others: object = ()) -> object:
    """Make an instance of a named class.

    A dataclass gets its attributes as they were: `__init__` and `__post_init__` would compute
    some of them anew.
    """
    if _is_enum(kind):
        return kind(content)
    if _is_named_tuple(kind):
        make: Callable[[object], object] = kind._make  # type: ignore[attr-defined]
        return make(content)
    if hasattr(kind, "__dataclass_fields__"):
        from dataclasses import fields

        attributes = dict(cast("_Pairs", content))
        if attributes.keys() != {field.name for field in fields(cast("type[_Record]", kind))}:
            raise ValueError(f"{kind.__qualname__} has other fields now")
        instance: object = object.__new__(kind)
        for name, value in [*attributes.items(), *cast("_Pairs", others)]:
            object.__setattr__(instance, name, value)
        return instance
    return _validated(kind, dict(cast("_Pairs", content)))


def _validated(kind: type, content: dict[str, object]) -> object:
    validate: Callable[..., object] = kind.model_validate  # type: ignore[attr-defined]
    return validate(content, by_name=True)
