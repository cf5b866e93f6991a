"""The command and its options."""

import os
import re
import time
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack.cli import options as aws
from serverless_stack.cli.commands.logs.printing import printer
from serverless_stack.cli.errors import handled
from serverless_stack.cli.output import Output
from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.cdk.commands import account_variables
from serverless_stack.local.cdk.stacks import list_stacks
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud
from serverless_stack.operations.logs import (
    Function,
    FunctionNotFound,
    LogReader,
    functions_of,
    log_group,
    select,
)
from serverless_stack.operations.logs.functions import is_name, name_of

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PAUSE = {True: 0.5, False: 2.0}  # by whether the cloud is local: AWS counts the calls

FunctionName = Annotated[
    str | None,
    typer.Argument(
        metavar="FUNCTION",
        help="A construct path, logical id, name or ARN.",
        show_default="the only one",
    ),
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")]
Since = Annotated[
    str, typer.Option("--since", metavar="DURATION", help="How far back, such as 30s, 10m or 2d.")
]
Filter = Annotated[
    str,
    typer.Option("--filter", metavar="PATTERN", help="A filter pattern of CloudWatch Logs."),
]
Stacks = Annotated[
    list[str] | None,
    typer.Option(
        "--stack",
        metavar="NAME",
        help="A stack to look in. May be repeated.",
        show_default="those of the app",
    ),
]
Local = Annotated[bool, typer.Option("--local", help="Read the local cloud of the app.")]
CloudName = Annotated[str, typer.Option("--name", help="The name of the local cloud.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for each event.")]


def logs(
    function: FunctionName = None,
    follow: Follow = False,
    since: Since = "10m",
    pattern: Filter = "",
    stack: Stacks = None,
    local: Local = False,
    app_dir: aws.AppDir = Path("."),
    name: CloudName = DEFAULT_NAME,
    as_json: Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Print what a function writes: readable on a terminal, as it was written in a pipe.

    Example: serverless-stack logs Shop/Function --local --follow

    JSON: a line for each event, with time, stream, message.

    Exit status: 0 if read, and after Ctrl-C; 2 if there is no such function, on invalid input or
    an error of AWS.
    """
    output = Output(as_json, quiet)
    begin = time.time() - _seconds(since)
    if local and (region or profile):
        raise typer.BadParameter("`--local` cannot be combined with `--region` and `--profile`")
    with handled():
        deployed = _use_local_cloud(app_dir, name) if local else _synthesized(app_dir)
    with aws.account(region, profile):
        import boto3
        from botocore.config import Config

        settings = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})
        with output.working("looking for the function"):
            found, group = _find(function, stack or deployed)
        client = boto3.client("logs", config=settings)
        reader = LogReader(client, group, since=begin, pattern=pattern)
        if not reader.exists():
            wait = "; waiting for its first event" if follow else ""
            output.message(f"{found.title} has not written anything yet{wait}.")
        show = printer(as_json=as_json)
        try:
            for event in reader.follow(_PAUSE[local]) if follow else reader.read():
                if as_json or not quiet:
                    show(event)
        except KeyboardInterrupt as interruption:
            if not follow or isinstance(interruption, aws.Terminated):
                raise  # Ctrl-C is how to end what has no end


def _find(text: str | None, stacks: list[str]) -> tuple[Function, str]:
    """Return a function and its log group."""
    import boto3

    client = boto3.client("lambda")
    functions = functions_of(boto3.client("cloudformation"), stacks)
    try:
        found = select(functions, text)
    except FunctionNotFound as error:
        # The function of another app, or one that no stack has.
        group = log_group(client, name_of(text)) if text is not None and is_name(text) else None
        if text is None or group is None:
            hint = (
                ""
                if stacks
                else ("; run this in the folder of the app after a synthesis, or pass `--stack`")
            )
            raise FunctionNotFound(f"{error}{hint}") from error
        return Function(name_of(text)), group
    group = log_group(client, found.name)
    if group is None:
        raise FunctionNotFound(f"{found.title} was deleted: deploy its stack {found.stack} again")
    return found, group


def _use_local_cloud(app_dir: Path, name: str) -> list[str]:
    """Point boto3 to the local cloud, and return its stacks."""
    cloud = LocalCloud.attach(app_dir, name=name)
    for variable in account_variables(os.environ):
        del os.environ[variable]
    os.environ.update(cloud.environment())
    return [summary.name for summary in list_stacks(cloud.state)]


def _synthesized(app_dir: Path) -> list[str]:
    """Return the names of the stacks that the last synthesis wrote to cdk.out."""
    assembly = app_dir / "cdk.out"
    if not (assembly / "manifest.json").is_file():
        return []
    return [stack.aliases[-1] for stack in read_stacks(assembly)]


def _seconds(duration: str) -> float:
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", duration)
    if found is None:
        raise typer.BadParameter(
            "`--since` must be a whole number with s, m, h, d or w for seconds to weeks, such as "
            f"10m, got: {duration!r}"
        )
    return float(int(found[1]) * _SECONDS[found[2]])
