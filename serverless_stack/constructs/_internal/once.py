"""Answers that are kept with the object that they are about."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

_Owner = TypeVar("_Owner")
_Answer = TypeVar("_Answer")


def once_per_object(function: Callable[[_Owner], _Answer]) -> Callable[[_Owner], _Answer]:
    """Call a function once for each object, and keep its answer for as long as the object lives.

    Reading an attribute of a CDK object is a call of another process. Use it for what never
    changes, such as the path of a construct or the seconds of a duration.

    Args:
        function: The function. What it raises is not kept.
    """
    answers: WeakKeyDictionary[_Owner, _Answer] = WeakKeyDictionary()

    @wraps(function)
    def answer(owner: _Owner) -> _Answer:
        try:
            return answers[owner]
        except KeyError:
            pass
        answers[owner] = function(owner)
        return answers[owner]

    return answer
