"""Every command of the registry, with its options, for tests and the reference."""

from functools import cache
from typing import TYPE_CHECKING

from typer.main import get_command

from serverless_stack.cli.group import LazyGroup, leaves
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
    return dict(each for name in loaded.registry for each in leaves(name, loaded.load(name)))
