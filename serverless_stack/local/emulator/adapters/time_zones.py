"""Schedules of EventBridge Scheduler in time zones; MiniStack takes all of them as UTC."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ministack.services import eventbridge, scheduler


class ZonedExpression(str):
    """The expression of a schedule that has a time zone."""

    zone: ZoneInfo


class ZonedFields(tuple[Any, ...]):
    """The fields of a cron expression that has a time zone."""

    zone: ZoneInfo


def apply() -> None:
    """Apply this module's patches."""
    tell_zones()
    evaluate_in_zones()


def tell_zones() -> None:
    """Put the zone of a schedule into its expression before schedules are evaluated."""
    tick = scheduler._tick_schedules

    def tick_in_zones() -> None:
        for schedule in scheduler._schedules._data.values():
            expression = schedule.get("ScheduleExpression", "")
            zone = zone_of(schedule.get("ScheduleExpressionTimezone"))
            if zone is not None and not isinstance(expression, ZonedExpression):
                schedule["ScheduleExpression"] = ZonedExpression(expression)
                schedule["ScheduleExpression"].zone = zone
        tick()

    scheduler._tick_schedules = tick_in_zones


def evaluate_in_zones() -> None:
    """Evaluate cron and at expressions in their time zones."""
    parse, next_fire = eventbridge._parse_cron_fields, eventbridge._cron_next_fire
    at_time = scheduler._at_time_epoch

    def parse_with_zone(expression: str) -> tuple[Any, ...] | None:
        fields: tuple[Any, ...] | None = parse(expression)
        if fields is None or not isinstance(expression, ZonedExpression):
            return fields
        zoned = ZonedFields(fields)
        zoned.zone = expression.zone
        return zoned

    def next_in_zone(fields: tuple[Any, ...], after: datetime) -> datetime | None:
        if isinstance(fields, ZonedFields):
            after = after.astimezone(fields.zone)
        found: datetime | None = next_fire(fields, after)
        return found

    def at_in_zone(expression: str) -> float | None:
        seconds: float | None = at_time(expression)
        if seconds is None or not isinstance(expression, ZonedExpression):
            return seconds
        local = datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")"))
        return local.replace(tzinfo=expression.zone).timestamp()

    eventbridge._parse_cron_fields, eventbridge._cron_next_fire = parse_with_zone, next_in_zone
    scheduler._at_time_epoch = at_in_zone


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return a time zone; None for UTC, or if this machine does not know it."""
    if name in (None, "", "UTC"):
        return None
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError):
        return None
