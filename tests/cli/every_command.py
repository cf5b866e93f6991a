"""Every command of the registry, with its options, for tests and the reference."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from typer.main import get_command

from serverless_stack.cli.group import LazyGroup
from serverless_stack.cli.main import application

if TYPE_CHECKING:
    from typer._click import Command


def group() -> LazyGroup:
    """Return the group of all commands."""
    found = get_command(application())
    assert isinstance(found, LazyGroup)
    return found


@cache
def commands() -> dict[str, "Command"]:
    """Return each command that runs, by its words, such as ``local deploy``."""
    loaded = group()
    return dict(each for name in loaded.registry for each in _leaves(name, loaded.load(name)))


def _leaves(words: str, command: "Command") -> Iterator[tuple[str, "Command"]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
    else:
        for name, child in inner.items():
            yield from _leaves(f"{words} {name}", child)
