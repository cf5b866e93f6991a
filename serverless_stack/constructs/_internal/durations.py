"""Durations and sizes of arguments: CDK refuses parts of a unit in words of its own."""

import math
from functools import cache
from weakref import WeakKeyDictionary

from aws_cdk import Duration

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.once import once_per_object

_MILLISECONDS = {"millis": 1, "seconds": 1000, "days": 86_400_000}


# The milliseconds of the durations below. Equal ones are one object: creating one is a call of
# jsii, and so is reading it.
_CREATED: WeakKeyDictionary[Duration, float] = WeakKeyDictionary()


@cache
def seconds(number: int) -> Duration:
    """Return a duration of so many seconds."""
    return _created(Duration.seconds(number), number * 1000)


@cache
def minutes(number: int) -> Duration:
    """Return a duration of so many minutes."""
    return _created(Duration.minutes(number), number * 60_000)


@cache
def hours(number: int) -> Duration:
    """Return a duration of so many hours."""
    return _created(Duration.hours(number), number * 3_600_000)


@cache
def days(number: int) -> Duration:
    """Return a duration of so many days."""
    return _created(Duration.days(number), number * _MILLISECONDS["days"])


def _created(duration: Duration, milliseconds: float) -> Duration:
    _CREATED[duration] = milliseconds
    return duration


@once_per_object
def milliseconds_of(duration: Duration) -> float | None:
    """Return the milliseconds of a duration; None if it is known at deployment only."""
    if duration in _CREATED:
        return _CREATED[duration]
    try:
        milliseconds = duration.to_milliseconds(integral=False)
    except RuntimeError:  # CDK's answer for a token in another unit
        return None
    return None if is_unresolved(milliseconds) else milliseconds


def seconds_of(duration: Duration) -> float | None:
    """Return the seconds of a duration; None if it is known at deployment only."""
    milliseconds = milliseconds_of(duration)
    return None if milliseconds is None else milliseconds / 1000


def days_of(duration: Duration) -> float | None:
    """Return the days of a duration; None if it is known at deployment only."""
    milliseconds = milliseconds_of(duration)
    return None if milliseconds is None else milliseconds / _MILLISECONDS["days"]


def seconds_problems(
    name: str, duration: Duration, low: float = 1, high: float = math.inf
) -> list[str]:
    """List whether a duration is no whole number of seconds, or out of range.

    Args:
        name: The argument.
        duration: The duration; one that is known at deployment only passes.
        low: The smallest number of seconds.
        high: The largest number of seconds.
    """
    return _problems(name, duration, "seconds", low, high)


def milliseconds_problems(name: str, duration: Duration, low: float, high: float) -> list[str]:
    """List whether a duration is out of range.

    Args:
        name: The argument.
        duration: The duration; one that is known at deployment only passes.
        low: The smallest number of milliseconds.
        high: The largest number of milliseconds.
    """
    return _problems(name, duration, "millis", low, high)


def days_problems(
    name: str, duration: Duration | None, low: float = 0, high: float = math.inf
) -> list[str]:
    """List whether a duration is no whole number of days, or out of range.

    Args:
        name: The argument.
        duration: The duration; None, and one that is known at deployment only, pass.
        low: The smallest number of days.
        high: The largest number of days.
    """
    return [] if duration is None else _problems(name, duration, "days", low, high)


def _problems(name: str, duration: Duration, unit: str, low: float, high: float) -> list[str]:
    milliseconds = milliseconds_of(duration)
    if milliseconds is None:
        if duration.unit_label() == unit:
            return []
        return [
            f"`{name}` must be Duration.{unit}(…) for a number that is known at deployment only, "
            f"got: Duration.{duration.unit_label()}(…)"
        ]
    number = milliseconds / _MILLISECONDS[unit]
    unit = unit.replace("millis", "milliseconds")
    problems = Problems()
    problems.between(name, number, low, high, unit)
    problems.require(
        number == int(number), f"`{name}` must be whole {unit}, got: {number:.15g} {unit}"
    )
    return problems.messages
