"""Values of the standard library that JSON lacks, as tagged objects: dates and the like."""

import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from datetime import date, datetime, time, timedelta, tzinfo
    from uuid import UUID


def wrap_special(value: object) -> object:
    """Return a value of the standard library as a tagged object; None if it is no such value.

    Raises:
        TypeError: A time zone could not be restored.
    """
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal

    kind = type(value)  # exactly: a subclass would come back as what it is not
    if kind is bytes:
        return {"$bytes": binascii.b2a_base64(cast("bytes", value), newline=False).decode()}
    if kind is datetime or kind is time:
        return {f"${kind.__name__}": _moment(cast("datetime | time", value))}
    if kind is date:
        return {"$date": cast("date", value).isoformat()}
    if kind is timedelta:
        length = cast("timedelta", value)
        return {"$timedelta": [length.days, length.seconds, length.microseconds]}
    if kind is Decimal:
        return {"$decimal": str(value)}
    from uuid import UUID

    return {"$uuid": cast("UUID", value).hex} if kind is UUID else None


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


READERS: dict[str, Callable[[object], object]] = {
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
