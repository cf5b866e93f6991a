"""The entry point of the command `serverless-stack`, and its commands."""

from __future__ import annotations

import importlib.util
import io
import sys
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    import typer

# The module below `serverless_stack.cli.commands`, the attribute, and the first sentence of the
# help of each command. Tests hold the sentence equal to the command's own.
_COMMANDS: Final = {
    "init": (
        "init.command",
        "init",
        "Create a project that `serverless-stack local deploy` deploys: a page, an API and tests.",
    ),
    "doctor": (
        "doctor.command",
        "doctor",
        "Find what this machine lacks, and with --account the account, before a first deployment.",
    ),
    "local": ("local.command", "app", "Deploy a CDK app to this machine, without an AWS account."),
    "synth": (
        "synth",
        "synth",
        "Synthesize the app with the CDK CLI; with --watch, again and warm after each saved file.",
    ),
    "logs": (
        "logs.command",
        "logs",
        "Print what a function writes: readable on a terminal, as it was written in a pipe.",
    ),
    "check": (
        "check.command",
        "check",
        "Find what AWS refuses at deploy time in templates, without an AWS account.",
    ),
    "review": (
        "review.command",
        "review",
        "Show what a deployment would update, interrupt, replace or delete.",
    ),
    "diagram": ("diagram.command", "diagram", "Draw the synthesized application."),
    "sync": ("sync", "run", "Make DESTINATION the same as SOURCE, by content and headers."),
    "invalidate": (
        "invalidate",
        "invalidate",
        "Invalidate paths and cache tags in CloudFront distributions, or what covers changed keys.",
    ),
    "ls": (
        "objects.command",
        "ls",
        "List objects, or all their versions, or the buckets of the account.",
    ),
    "cp": (
        "objects.transfers",
        "cp",
        "Copy a file or object, or a folder or prefix with --recursive.",
    ),
    "mv": (
        "objects.transfers",
        "mv",
        "Move a file or object, or a folder or prefix with --recursive.",
    ),
    "rm": (
        "objects.removal",
        "rm",
        "Delete an object, or all below a prefix with --recursive.",
    ),
    "mb": (
        "objects.buckets",
        "mb",
        "Create a private bucket.",
    ),
    "rb": (
        "objects.buckets",
        "rb",
        "Delete a bucket, with --force also what is in it: it asks for the name then.",
    ),
    "presign": (
        "objects.command",
        "presign",
        "Print a presigned URL; for POST, JSON with the fields of the form.",
    ),
    "api": (
        "api",
        "app",
        "Show the deployments of a REST API, and choose what a stage serves.",
    ),
    "cdn": ("cdn", "app", "Try a change of a distribution on some viewers, then on all."),
    "advise": ("advise", "app", "Choose a service by your needs."),
    "profiles": (
        "profiles",
        "profiles",
        "Print the settings of Profile.dev(), .production() and .regulated(), and their cost at "
        "rest.",
    ),
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a sign that an old encoding lacks is escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        application()(prog_name="serverless-stack")
    except KeyboardInterrupt:  # before a command began
        sys.exit(130)


def application() -> typer.Typer:
    """Return the command line. A command is loaded when it runs."""
    import typer

    from serverless_stack.cli.group import LazyGroup, Row

    class Commands(LazyGroup):
        registry: ClassVar = {name: Row(*row) for name, row in _COMMANDS.items()}

    app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)
    _add_version(app)
    return app


def _add_version(app: typer.Typer) -> None:
    """Add `--version` and the help of the command itself."""
    import typer

    def show_version(value: bool) -> None:
        if value:
            import importlib.metadata  # with what reads e-mail, which takes as long as a command

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
