"""Comparing what a template asks for with what is there."""

from collections.abc import Mapping
from typing import Any


class AtLeast(list[Any]):
    """A list that may have more in it than the template asks for."""


def differences(wanted: object, real: object, path: str = "") -> list[str]:
    """Say what is missing or different, one line for each; nothing if all is as asked.

    Every key that is asked for has to be there; others may be, since services add defaults.
    Lists have to have the same elements in any order, or at least those for an `AtLeast`.
    """
    if isinstance(wanted, Mapping) and isinstance(real, Mapping):
        return [
            line
            for key, value in wanted.items()
            for line in (
                differences(value, real[key], f"{path}.{key}")
                if key in real
                else [f"{path}.{key}: nothing is there, asked for {value!r}"]
            )
        ]
    if isinstance(wanted, list) and isinstance(real, list):
        return _list_differences(wanted, real, path)
    # Python has True == 1, a template has not.
    same_kind = isinstance(wanted, bool) == isinstance(real, bool)
    return (
        [] if same_kind and wanted == real else [f"{path}: {real!r} is there, asked for {wanted!r}"]
    )


def _list_differences(wanted: list[object], real: list[object], path: str) -> list[str]:
    left = list(real)
    lines = []
    for number, item in enumerate(wanted):
        match = next((other for other in left if not differences(item, other)), None)
        if match is not None:
            left.remove(match)
        elif len(wanted) == len(real) == 1:
            return differences(item, real[0], f"{path}[0]")
        else:
            lines.append(f"{path}[{number}]: asked for {item!r}, there is {list(real)!r}")
    if left and not lines and not isinstance(real, AtLeast):
        lines.append(f"{path}: nobody asked for {left!r}")
    return lines
