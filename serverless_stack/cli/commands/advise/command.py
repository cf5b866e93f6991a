"""`serverless-stack advise`: which service or engine suits what you need."""

import dataclasses
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from serverless_stack.cli.commands.advise import output as advise_output
from serverless_stack.operations.advice import NEEDS, Fit, advise

SHORTFALL_STATUS = 1
REFUSED_STATUS = 2

app = typer.Typer(help="Choose a service by what you need of it.", no_args_is_help=True)

Needs = Annotated[
    list[str] | None,
    typer.Option("--need", metavar="NEED", help="What you need. May be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@app.callback()
def choose() -> None:
    """Choose a service by what you need of it."""


@app.command()
def cache(need: Needs = None, as_json: Json = False) -> None:
    """Choose between Redis and Memcached, serverless, on nodes or in cluster mode.

    Without a need it lists those that it knows.

    Status 0: every need is met. 1: no cache meets them all. 2: refused.
    """
    if not need:
        _list(as_json)
        return
    try:
        advice = advise(needs=need)
    except ValueError as error:
        message = str(error).replace("`needs`", "`--need`").replace("a list of ", "")
        console = Console(stderr=True)
        console.print(Text("Error: ", "bold red").append(message, "default"), soft_wrap=True)
        raise typer.Exit(REFUSED_STATUS) from error
    if as_json:
        typer.echo(_json(dataclasses.asdict(advice)))
    else:
        advise_output.show(Console(), advice)
    raise typer.Exit(SHORTFALL_STATUS if advice.shortfalls else 0)


def _list(as_json: bool) -> None:
    if as_json:
        typer.echo(_json({"needs": [dataclasses.asdict(each) for each in NEEDS]}))
    else:
        advise_output.show_needs(Console())


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, default=lambda each: Fit(each).value)
