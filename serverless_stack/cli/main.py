"""The entry point of the command `serverless-stack`, and its commands."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import typer

# The module and attribute of each command, below `serverless_stack.cli.commands`.
_COMMANDS: Final = {
    "local": ("local.command", "app"),
    "check": ("check.command", "check"),
    "review": ("review.command", "review"),
    "sync": ("sync", "run"),
    "invalidate": ("invalidate", "invalidate"),
    "ls": ("objects.command", "ls"),
    "presign": ("objects.command", "presign"),
    "api": ("api", "app"),
    "cdn": ("cdn", "app"),
    "advise": ("advise", "app"),
    "profiles": ("profiles", "profiles"),
}


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.platform == "win32":
        print("serverless-stack runs on Linux and macOS; on Windows, use WSL", file=sys.stderr)
        sys.exit(2)
    missing = [name for name in ("typer", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"serverless-stack needs {' and '.join(missing)}: "
            "install the extra `operations` of this package",
            file=sys.stderr,
        )
        sys.exit(2)
    command = sys.argv[1] if len(sys.argv) > 1 else None
    application(command)(prog_name="serverless-stack")


def application(command: str | None = None) -> typer.Typer:
    """Return the command line.

    Args:
        command: The command that is about to run. The modules of the others are not loaded.
            Default: all commands; the same for an unknown one.
    """
    import typer

    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    _add_version(app)
    for name in [command] if command in _COMMANDS else _COMMANDS:
        module, attribute = _COMMANDS[name]
        loaded = importlib.import_module(f"serverless_stack.cli.commands.{module}")
        implementation = getattr(loaded, attribute)
        if isinstance(implementation, typer.Typer):
            app.add_typer(implementation, name=name)
        else:
            app.command(name)(implementation)
    return app


def _add_version(app: typer.Typer) -> None:
    """Add `--version` and the help of the command itself."""
    import typer

    def show_version(value: bool) -> None:
        if value:
            typer.echo(importlib.metadata.version("serverless-stack"))
            raise typer.Exit

    version = typer.Option(
        False, "--version", callback=show_version, is_eager=True, help="Show the version and exit."
    )

    @app.callback()
    def serverless_stack(version: bool = version) -> None:
        """Tools for serverless web applications on AWS CDK.

        Example: serverless-stack local deploy

        Exit status: 0 on success, 1 if a command failed or found problems,
        2 on invalid usage.
        """
