"""Answers that are kept with the object that they are about."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

_Owner = TypeVar("_Owner")
_Answer = TypeVar("_Answer")


def notes_of(owner: object) -> dict[object, object]:
    """Return what this library knows of an object, a part of the object itself.

    A dictionary of objects would take two that are equal for one, and refuse those without a hash,
    as some classes of users are.

    Args:
        owner: The object.
    """
    notes: dict[object, object] = vars(owner).setdefault("_serverless_stack_notes", {})
    return notes


def once_per_object(function: Callable[[_Owner], _Answer]) -> Callable[[_Owner], _Answer]:
    """Call a function once for each object, and keep its answer for as long as the object lives.

    Reading an attribute of a CDK object is a call of another process. Use it for what never
    changes, such as the path of a construct or the seconds of a duration.

    Args:
        function: The function. What it raises is not kept.
    """

    @wraps(function)
    def answer(owner: _Owner) -> _Answer:
        notes = notes_of(owner)
        if function not in notes:
            notes[function] = function(owner)
        return cast(_Answer, notes[function])

    return answer
