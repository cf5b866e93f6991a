"""Options and errors shared by the commands that talk to AWS."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from serverless_stack._shared.text import did_you_mean
from serverless_stack.cli.statuses import ExitStatus

REFUSED_STATUS = ExitStatus.REFUSED
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

Region = Annotated[str | None, typer.Option("--region", help="The AWS region.")]
Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print errors alone, and what --json asks for.")
]
AppDir = Annotated[
    Path, typer.Option("--app-dir", help="The folder of the CDK app, with its cdk.json.")
]
Context = Annotated[
    list[str] | None,
    typer.Option(
        "--context", "-c", metavar="KEY=VALUE", help="A context value for the CDK app. Repeatable."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")]
MaxPaths = Annotated[
    int, typer.Option("--max-paths", min=1, help="The maximum number of paths to pay for.")
]
PathPrefix = Annotated[
    str, typer.Option("--path-prefix", help="The path that viewers see before a key.")
]
ExcludePaths = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-path", metavar="PATTERN", help="Paths of another origin. May be repeated."
    ),
]
IndexDocument = Annotated[
    str, typer.Option("--index-document", help="The file served for a folder.")
]
QueryStrings = Annotated[
    bool, typer.Option("--query-strings", help="The cache distinguishes query strings.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until all edge locations are done.")]


class Terminated(KeyboardInterrupt):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        """Remember the number of the signal."""
        self.number = number
        super().__init__()


@contextmanager
def account(region: str | None, profile: str | None) -> Iterator[None]:
    """Use a region and a profile. An error of AWS ends with a message and status 2.

    A signal ends the command as Ctrl-C does: what is half done is cleaned up first.
    """
    region = region or os.environ.get("AWS_REGION")  # which botocore does not read
    if region:
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region
    if profile:
        os.environ["AWS_PROFILE"] = profile
        for name in _KEYS:  # which botocore prefers to a profile of the environment
            os.environ.pop(name, None)
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt as error:  # Ctrl-C, or another signal
        typer.echo("Interrupted. Run the command again to complete it.", err=True)
        raise typer.Exit(128 + getattr(error, "number", signal.SIGINT)) from error
    except BrokenPipeError:
        raise  # the reader of the output has ended: so does the command
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        from serverless_stack.cli.output import print_error

        print_error(f"{_text(error)}{_remedy(error)}")
        raise typer.Exit(REFUSED_STATUS) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Return the values of a repeated option by name.

    Raises:
        typer.BadParameter: A text is not ``KEY=VALUE``.
    """
    for text in texts:
        if not text.partition("=")[0] or "=" not in text:
            raise typer.BadParameter(f"`{option}` must be KEY=VALUE, got: {text}")
    return {name: value for name, _equals, value in (text.partition("=") for text in texts)}


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated(number)


def _text(error: Exception) -> str:
    """Return the message of an error, without the number of an error of the system."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _remedy(error: BaseException) -> str:
    """Return what to do about an error, which may be the cause of another one."""
    from botocore import exceptions

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
            return (
                ": log in with `aws configure` or `aws sso login`, or choose a profile with "
                '`--profile`; for the local cloud, run `eval "$(serverless-stack local env)"`'
            )
        if isinstance(cause, exceptions.NoRegionError):
            return " Pass `--region`, or set AWS_REGION."
        if isinstance(cause, exceptions.ProfileNotFound):
            return _other_profiles(str(cause.kwargs.get("profile", "")))
        cause = cause.__cause__ or cause.__context__
    return ""


def _other_profiles(name: str) -> str:
    from botocore.session import Session

    os.environ.pop("AWS_PROFILE", None)  # the missing one, which a session would look for
    known = Session().available_profiles
    hint = did_you_mean(name, known)
    if hint:
        return hint
    return f"; the profiles are: {', '.join(known)}" if known else "; there are no profiles"


def _expected() -> tuple[type[Exception], ...]:
    """Return the errors that are reported by their message alone; loaded when one occurs."""
    from botocore.exceptions import BotoCoreError, ClientError

    from serverless_stack.operations.content.errors import ContentError
    from serverless_stack.operations.invalidation import InvalidationError
    from serverless_stack.runtime.objects.errors import ObjectError

    return (
        BotoCoreError,
        ClientError,
        ContentError,
        InvalidationError,
        ObjectError,
        OSError,
        ValueError,
    )
