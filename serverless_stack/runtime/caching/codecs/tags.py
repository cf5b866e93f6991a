"""Values that JSON lacks, as JSON objects with one key: ``{"$date": "2026-01-31"}``."""

import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

if TYPE_CHECKING:
    from dataclasses import Field

_PLAIN = frozenset((str, int, float, bool, type(None)))


class Tags:
    """Turns values into what JSON has, and back.

    Classes come back only if they were named here; nothing is imported by a name in the data.

    Args:
        types: Dataclasses, pydantic models (2.11 or later) and enums that may be cached.
        binary: Leave bytes as they are, for a format that has them.

    Raises:
        ValueError: Two types have one name.
        TypeError: A type is of another kind.
    """

    def __init__(self, types: Iterable[type] = (), *, binary: bool = False) -> None:
        self._binary = binary
        self._types: dict[str, type] = {}
        for kind in types:
            if _maker(kind) is None:
                raise TypeError(
                    f"`types` must be dataclasses, pydantic models or enums, got: {kind!r}"
                )
            if self._types.setdefault(kind.__qualname__, kind) is not kind:
                raise ValueError(f"`types` must have different names, got: {kind.__qualname__}")

    def wrap(self, value: object) -> object:
        """Give the value in terms of JSON.

        Raises:
            TypeError: It, or a part of it, is of a type that is neither JSON's, tagged nor named.
            ValueError: It holds itself, or is nested too deeply.
        """
        try:
            return self._wrap(value)
        except RecursionError:
            raise ValueError("the value is not JSON: it holds itself or is too deep") from None

    def unwrap(self, found: dict[str, object]) -> object:
        """Give what an object stands for: itself, or the value of its tag.

        Raises:
            Exception: Any, when the object is not one that `wrap` has made.
        """
        if len(found) != 1:
            return found
        [(tag, body)] = found.items()
        if not tag.startswith("$"):
            return found
        if tag.startswith("$$"):
            return {tag[1:]: body}
        if tag == "$type":
            name, content = cast("list[object]", body)
            return self._make(cast("str", name), content)
        return _READERS[tag](body)

    def _wrap(self, value: object) -> object:
        kind = type(value)
        if kind in _PLAIN or (self._binary and kind is bytes):
            return value
        if self._types.get(kind.__qualname__) is kind:
            return {"$type": [kind.__qualname__, self._content(value)]}
        if isinstance(value, dict):
            return self._wrap_dict(value)
        if isinstance(value, list):
            return [each if type(each) in _PLAIN else self._wrap(each) for each in value]
        if isinstance(value, tuple):
            return {"$tuple": [self._wrap(each) for each in value]}
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, set | frozenset):
            tag = "$set" if isinstance(value, set) else "$frozenset"
            return {tag: sorted(map(self._wrap, value), key=repr)}
        return _wrap_special(value)

    def _wrap_dict(self, value: dict[object, object]) -> object:
        plain: dict[str, object] = {}
        for key, each in value.items():
            if not isinstance(key, str):
                return {"$map": [[self._wrap(k), self._wrap(v)] for k, v in value.items()]}
            plain[str.__str__(key)] = each if type(each) in _PLAIN else self._wrap(each)
        if len(plain) == 1:
            [(only, content)] = plain.items()
            if only.startswith("$"):  # looks like a tag, and is not
                return {f"${only}": content}
        return plain

    def _content(self, value: object) -> object:
        kind = type(value)
        if hasattr(kind, "__dataclass_fields__"):
            from dataclasses import fields

            names = [field.name for field in fields(cast("type[_Record]", kind)) if field.init]
        elif hasattr(kind, "model_fields"):
            extra: Mapping[str, object] = getattr(value, "model_extra", None) or {}
            names = [*kind.model_fields, *extra]
        else:
            return self._wrap(cast("_Member", value).value)
        # Pairs, as an object with one key that begins with $ would be taken for a tag.
        return [[name, self._wrap(getattr(value, name))] for name in names]

    def _make(self, name: str, content: object) -> object:
        kind = self._types[name]
        make = _maker(kind)
        assert make is not None, f"{name} was checked when it was named"
        return make(content)


class _Member:
    value: object


class _Record:
    __dataclass_fields__: "ClassVar[dict[str, Field[object]]]"


def _maker(kind: type) -> Callable[[object], object] | None:
    """Give the function that makes an instance of a type from its content."""
    if not isinstance(kind, type):
        return None
    if hasattr(kind, "__dataclass_fields__"):
        return lambda content: kind(**dict(cast("list[tuple[str, object]]", content)))
    if hasattr(kind, "model_validate"):
        validate = kind.model_validate
        return lambda content: validate(
            dict(cast("list[tuple[str, object]]", content)), by_name=True
        )
    from enum import Enum

    return kind if issubclass(kind, Enum) else None


def _wrap_special(value: object) -> object:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal

    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}
    from uuid import UUID

    if isinstance(value, UUID):
        return {"$uuid": value.hex}
    name = type(value).__qualname__
    if _maker(type(value)) is not None:
        raise TypeError(f"{name} is not JSON: name it to the codec, JsonCodec(types=({name},))")
    raise TypeError(f"a value of type {name} is not JSON, nor a type that a codec can cache")


def _datetime(body: object) -> object:
    from datetime import datetime

    return datetime.fromisoformat(cast("str", body))


def _date(body: object) -> object:
    from datetime import date

    return date.fromisoformat(cast("str", body))


def _time(body: object) -> object:
    from datetime import time

    return time.fromisoformat(cast("str", body))


def _timedelta(body: object) -> object:
    from datetime import timedelta

    days, seconds, microseconds = cast("list[int]", body)
    return timedelta(days, seconds, microseconds)


def _decimal(body: object) -> object:
    from decimal import Decimal

    return Decimal(cast("str", body))


def _uuid(body: object) -> object:
    from uuid import UUID

    return UUID(cast("str", body))


_READERS: dict[str, Callable[[object], object]] = {
    "$bytes": lambda body: binascii.a2b_base64(cast("str", body), strict_mode=True),
    "$date": _date,
    "$datetime": _datetime,
    "$decimal": _decimal,
    "$frozenset": lambda body: frozenset(cast("list[object]", body)),
    "$map": lambda body: dict(cast("list[tuple[object, object]]", body)),
    "$set": lambda body: set(cast("list[object]", body)),
    "$time": _time,
    "$timedelta": _timedelta,
    "$tuple": lambda body: tuple(cast("list[object]", body)),
    "$uuid": _uuid,
}
