"""The command line as a whole: commands that are loaded when they run, and how each one ends."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from serverless_stack._shared.text import did_you_mean, visible_line
from serverless_stack.cli.statuses import ExitStatus

if TYPE_CHECKING:
    from typer._click import Command, Context


class Row(NamedTuple):
    """One command of the registry.

    Attributes:
        module: Its module below `serverless_stack.cli.commands`.
        attribute: Its function, or the Typer application of several commands.
        help: The first sentence of its help, with which it is listed before it is loaded.
    """

    module: str
    attribute: str
    help: str


class LazyGroup(TyperGroup):
    """The group of all commands. Its help loads none of them, and a command only itself."""

    registry: ClassVar[Mapping[str, Row]] = {}

    def __init__(self, **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.commands = {
            name: TyperCommand(name, help=row.help) for name, row in self.registry.items()
        }

    def load(self, name: str) -> Command:
        """Return a command with its arguments, options and help."""
        row = self.registry[name]
        module = importlib.import_module(f"serverless_stack.cli.commands.{row.module}")
        implementation = getattr(module, row.attribute)
        if not isinstance(implementation, typer.Typer):
            own = typer.Typer(add_completion=False)
            own.command(name, cls=getattr(module, "COMMAND_CLASS", None))(implementation)
            implementation = own
        implementation._add_completion = False  # the group as a whole has it
        command = get_command(implementation)
        command.name = name
        _tidy(command)
        return command

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Load the command that is about to run; an unknown one is answered by a similar one."""
        name = args[0]
        if name in self.registry:
            return name, self.load(name), args[1:]
        if not ctx.resilient_parsing and not name.startswith("-"):
            ctx.fail(f"there is no command `{name}`{self._similar(name)}")
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: object,
    ) -> object:
        """Run a command. Whatever ends it becomes a message and an exit status."""
        words = sys.argv[1:] if args is None else args
        if "--help" in words or len(words) <= 1:  # a group without a command shows its help
            _style_help()
        with ended():
            status = super().main(
                args, prog_name, complete_var, False, windows_expand_args, **extra
            )
            sys.stdout.flush()  # a closed pipe is noticed here, not by the interpreter
        if not standalone_mode:
            return status
        sys.exit(status if isinstance(status, int) else ExitStatus.SUCCESS)

    def invoke(self, ctx: Context) -> object:
        """Run a command; Ctrl-C and a closed pipe are not left to Typer, which answers 1."""
        with ended():
            return super().invoke(ctx)

    def _similar(self, name: str) -> str:
        """Return the question for a command, or for one of a group, such as `deploy`."""
        hint = did_you_mean(name, self.registry)
        if hint:
            return hint
        groups = {each: self.load(each) for each in self.registry}
        inner = {
            command: f"{group} {command}"
            for group, loaded in groups.items()
            if isinstance(loaded, TyperGroup)
            for command in loaded.commands
        }
        return f", did you mean `{inner[name]}`?" if name in inner else ""


def leaves(words: str, command: Command) -> Iterator[tuple[str, Command]]:
    """Return the commands that run, each with its words, such as ``local deploy``.

    Args:
        words: The words of the command.
        command: A command, or a group of them.
    """
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
    else:
        for name, child in inner.items():
            yield from leaves(f"{words} {name}", child)


def _tidy(command: Command) -> None:
    """Write arguments in capitals, as the help refers to them, and paragraphs without breaks."""
    for inner in getattr(command, "commands", {}).values():
        _tidy(inner)
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for parameter in command.params:
        if parameter.param_type_name == "argument" and parameter.metavar is None:
            more = "" if parameter.nargs == 1 else "..."
            parameter.metavar = f"{parameter.name}{more}".upper()


@contextmanager
def ended() -> Iterator[None]:
    """End the process for what the block raises: invalid usage, Ctrl-C, or a closed pipe."""
    try:
        yield
    except KeyboardInterrupt as error:
        _complain("Interrupted.")
        sys.exit(128 + getattr(error, "number", signal.SIGINT))
    except (typer.Abort, EOFError):
        _complain("Interrupted.")
        sys.exit(ExitStatus.INTERRUPTED)
    except BrokenPipeError:
        # The reader has what it wanted. The interpreter flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitStatus.SUCCESS)
    except Exception as error:
        if not hasattr(error, "format_message"):  # how click's errors are told from all others
            raise
        _show_usage_error(error)
        sys.exit(getattr(error, "exit_code", ExitStatus.REFUSED))


def _show_usage_error(error: Exception) -> None:
    """Print what is wrong with the arguments, and how to see the right ones."""
    from serverless_stack.cli.output import print_error

    message = error.format_message()  # type: ignore[attr-defined]
    if not message:  # the help was printed instead
        return
    if message.startswith("No such command"):  # of a group of commands
        name = message.split("'")[1]
        message = f"there is no command `{name}`"
        message += did_you_mean(name, getattr(getattr(error, "cmd", None), "commands", ()))
    option = getattr(error, "option_name", None)
    possible = getattr(error, "possibilities", None)
    if option and possible is not None:
        message = f"there is no option `{option}`"
        message += f", did you mean `{sorted(possible)[0]}`?" if possible else ""
    print_error(message)
    context = getattr(error, "ctx", None)
    if context is not None:
        _complain(f"Usage: {context.command_path} {' '.join(_usage_of(context))}".rstrip())
        _complain(f"Help: {context.command_path} --help")


def _usage_of(context: Context) -> list[str]:
    return context.command.collect_usage_pieces(context)


def _complain(text: str) -> None:
    print(visible_line(text), file=sys.stderr, flush=True)


def _style_help() -> None:
    """Print the help as all other output. Typer decides its colours when it is imported."""
    from typer import rich_utils

    from serverless_stack.cli.terminal import PipeConsole

    vars(rich_utils)["Console"] = PipeConsole
    rich_utils.FORCE_TERMINAL = True if os.environ.get("FORCE_COLOR") else None
    rich_utils.COLOR_SYSTEM = None if os.environ.get("NO_COLOR") else "auto"
