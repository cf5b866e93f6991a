"""What the commands that talk to AWS have in common."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

REFUSED_STATUS = 2
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

Region = Annotated[str | None, typer.Option("--region", help="The AWS region.")]
Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")]
Budget = Annotated[int, typer.Option("--budget", min=1, help="The most paths to pay for.")]
PathPrefix = Annotated[
    str, typer.Option("--path-prefix", help="What viewers see before a key, such as /docs.")
]
Protected = Annotated[
    list[str] | None,
    typer.Option(
        "--protected", metavar="PATTERN", help="Paths of another origin. May be repeated."
    ),
]
IndexDocument = Annotated[
    str, typer.Option("--index-document", help="The file given for a folder.")
]
QueryStrings = Annotated[
    bool, typer.Option("--query-strings", help="The cache tells query strings apart.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until every edge location is done.")]


@contextmanager
def account(region: str | None, profile: str | None) -> Iterator[None]:
    """Use a region and profile; what AWS refuses ends with a message and status 2."""
    if region:
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region
    if profile:
        os.environ["AWS_PROFILE"] = profile
        for name in _KEYS:  # which would go before a profile that only the environment names
            os.environ.pop(name, None)
    try:
        yield
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True)
        console.print(Text("Error: ", "bold red").append(str(error), "default"), soft_wrap=True)
        raise typer.Exit(REFUSED_STATUS) from error


def _expected() -> tuple[type[Exception], ...]:
    """What is told by its message alone; loaded when something went wrong."""
    from botocore.exceptions import BotoCoreError, ClientError

    from serverless_stack.operations.invalidation import InvalidationError
    from serverless_stack.runtime.objects.errors import ObjectError

    return (BotoCoreError, ClientError, InvalidationError, ObjectError, OSError, ValueError)
