"""Values that JSON lacks, as JSON objects with one key: ``{"$date": "2026-01-31"}``."""

import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

if TYPE_CHECKING:
    from dataclasses import Field
    from datetime import datetime, time, tzinfo

_PLAIN = frozenset((str, int, float, bool, type(None)))
_Pairs = list[tuple[str, object]]


class Tags:
    """Converts values to what JSON has, and back.

    Only classes named here are restored; no class is looked up by a name in the data.

    Args:
        types: Dataclasses, pydantic models (2.11 or later) and enums that may be cached.
        binary: Leave bytes as they are, for a format that has them.

    Raises:
        ValueError: Two types have the same name.
        TypeError: A type is of another kind.
    """

    def __init__(self, types: Iterable[type] = (), *, binary: bool = False) -> None:
        self._binary = binary
        self._types: dict[str, type] = {}
        for kind in types:
            if not _is_supported(kind):
                raise TypeError(
                    f"`types` must be dataclasses, pydantic models or enums, got: {kind!r}"
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
        return _READERS[tag](body)

    def _wrap(self, value: object) -> object:
        kind = type(value)
        if kind in _PLAIN or (self._binary and kind is bytes):
            return value
        if self._types.get(kind.__qualname__) is kind:
            return {"$type": [kind.__qualname__, *self._content(value)]}
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

    def _content(self, value: object) -> list[object]:
        """Return the state of an instance of a named class, for `_restore`.

        Attributes are pairs: an object with one key that begins with $ would be a tag.
        """
        kind = type(value)
        if hasattr(kind, "__dataclass_fields__"):
            from dataclasses import fields

            names = [field.name for field in fields(cast("type[_Record]", kind))]
            pairs = self._pairs({name: getattr(value, name, _UNSET) for name in names})
            others = {
                name: each
                for name, each in getattr(value, "__dict__", {}).items()
                if name not in names and not _is_cached_property(kind, name)
            }
            return [pairs, self._pairs(others)] if others else [pairs]
        if hasattr(kind, "model_fields"):
            extra: Mapping[str, object] = getattr(value, "model_extra", None) or {}
            content = {name: getattr(value, name) for name in [*kind.model_fields, *extra]}
            if _validated(kind, content) != value:
                raise ValueError(f"its validators would change {kind.__qualname__} when it is read")
            return [self._pairs(content)]
        return [self._wrap(cast("_Member", value).value)]

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
    if hasattr(kind, "__dataclass_fields__") or hasattr(kind, "model_validate"):
        return True
    from enum import Enum

    return issubclass(kind, Enum)


def _is_cached_property(kind: type, name: str) -> bool:
    from functools import cached_property

    return isinstance(getattr(kind, name, None), cached_property)


def _restore(kind: type, content: object, others: object = ()) -> object:
    """Make an instance of a named class.

    A dataclass gets its attributes as they were: `__init__` and `__post_init__` would compute
    some of them anew.
    """
    if hasattr(kind, "__dataclass_fields__"):
        from dataclasses import fields

        attributes = dict(cast("_Pairs", content))
        if attributes.keys() != {field.name for field in fields(cast("type[_Record]", kind))}:
            raise ValueError(f"{kind.__qualname__} has other fields now")
        instance: object = object.__new__(kind)
        for name, value in [*attributes.items(), *cast("_Pairs", others)]:
            object.__setattr__(instance, name, value)
        return instance
    if hasattr(kind, "model_validate"):
        return _validated(kind, dict(cast("_Pairs", content)))
    return kind(content)


def _validated(kind: type, content: dict[str, object]) -> object:
    validate: Callable[..., object] = kind.model_validate  # type: ignore[attr-defined]
    return validate(content, by_name=True)


def _wrap_special(value: object) -> object:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal

    if isinstance(value, datetime):
        return {"$datetime": _moment(value)}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": _moment(value)}
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
    if _is_supported(type(value)):
        raise TypeError(f"{name} is not JSON: name it to the codec, JsonCodec(types=({name},))")
    raise TypeError(f"a value of type {name} is not JSON, nor a type that a codec can cache")


def _moment(value: "datetime | time") -> object:
    """Return an ISO date or time; with its named zone and fold, if it has them."""
    zone = _zone_name(value.tzinfo)
    if not zone and not value.fold:
        return value.isoformat()
    return [value.replace(tzinfo=None).isoformat() if zone else value.isoformat(), zone, value.fold]


def _zone_name(zone: "tzinfo | None") -> str:
    """Return the name of a time zone, unless its offset says all.

    Raises:
        TypeError: The time zone could not be restored.
    """
    from datetime import timezone

    if zone is None:
        return ""
    if isinstance(zone, timezone):
        if zone.tzname(None) == timezone(zone.utcoffset(None)).tzname(None):
            return ""
    elif type(zone).__module__.partition(".")[0] == "zoneinfo" and getattr(zone, "key", None):
        return str(zone.key)  # type: ignore[attr-defined]
    raise TypeError(f"a time zone is not JSON unless it is an offset or a ZoneInfo: {zone!r}")


def _parse_moment(kind: "type[datetime] | type[time]", body: object) -> "datetime | time":
    if isinstance(body, str):
        return kind.fromisoformat(body)
    text, zone, fold = cast("tuple[str, str, int]", body)
    value = kind.fromisoformat(text).replace(fold=fold)
    if not zone:
        return value
    from zoneinfo import ZoneInfo

    return value.replace(tzinfo=ZoneInfo(zone))


def _datetime(body: object) -> object:
    from datetime import datetime

    return _parse_moment(datetime, body)


def _date(body: object) -> object:
    from datetime import date

    return date.fromisoformat(cast("str", body))


def _time(body: object) -> object:
    from datetime import time

    return _parse_moment(time, body)


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
