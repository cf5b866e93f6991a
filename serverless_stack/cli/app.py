"""The commands of `serverless-stack`, put together."""

import typer

_COMMANDS = (
    "advise",
    "check",
    "invalidate",
    "local",
    "ls",
    "presign",
    "profiles",
    "review",
    "sync",
)


def application(only: str | None = None) -> typer.Typer:
    """Make the command line.

    Args:
        only: The command that will be run, if that is known: the others are not even loaded.

    Returns:
        The application, with all commands if `only` is none of them.
    """
    made = typer.Typer(
        help="Tools for serverless web applications on AWS CDK.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    made.callback()(serverless_stack)
    every = only not in _COMMANDS
    if every or only == "local":
        from serverless_stack.cli.commands.local import command as local

        made.add_typer(local.app, name="local")
    if every or only == "advise":
        from serverless_stack.cli.commands.advise import command as advise

        made.add_typer(advise.app, name="advise")
    if every or only == "review":
        from serverless_stack.cli.commands.review.command import review

        made.command()(review)
    if every or only == "profiles":
        from serverless_stack.cli.commands.profiles import profiles

        made.command()(profiles)
    if every or only == "check":
        from serverless_stack.cli.commands.check.command import check

        made.command()(check)
    if every or only == "invalidate":
        from serverless_stack.cli.commands.invalidate import invalidate

        made.command()(invalidate)
    if every or only == "sync":
        from serverless_stack.cli.commands.sync import run

        made.command("sync")(run)
    if every or only in ("ls", "presign"):
        from serverless_stack.cli.commands.objects import command as objects

        made.command()(objects.ls)
        made.command()(objects.presign)
    return made


def serverless_stack() -> None:
    """Tools for serverless web applications on AWS CDK."""
