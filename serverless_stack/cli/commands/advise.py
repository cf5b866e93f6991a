"""`serverless-stack advise`: which cache meets your needs."""

import dataclasses
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from serverless_stack.cli.options import Json, Quiet
from serverless_stack.cli.output import Output, fail
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.advice import NEEDS, Advice, Fact, Fit, advise

_EXAMPLE = "serverless-stack advise cache --need persistence --need pub-sub"
_STYLES = {Fit.YES: ("✓", "green"), Fit.PARTLY: ("~", "yellow"), Fit.NO: ("✗", "red")}

app = typer.Typer(help="Choose a service by your needs.", no_args_is_help=True)

Needs = Annotated[
    list[str] | None,
    typer.Option("--need", metavar="NEED", help="A need of your application. Repeatable."),
]


@app.callback()
def choose() -> None:
    """Choose a service by your needs."""


@app.command()
def cache(needs: Needs = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Choose between Redis and Memcached; serverless, on nodes or in cluster mode.

    Without --need, list the known needs.

    Example: serverless-stack advise cache --need persistence --need pub-sub

    JSON: needs; with --need also option, call, reasons, shortfalls, conflicts, alternatives.

    Exit status: 0 if one cache meets every need, 1 if none does,
    2 on invalid input.
    """
    output = Output(as_json, quiet)
    if not needs:
        output.document({"needs": [dataclasses.asdict(need) for need in NEEDS]})
        _show_needs(output.console)
        return
    try:
        advice = advise(needs=needs)
    except ValueError as error:
        message = str(error).replace("`needs`", "`--need`").replace("a list of ", "")
        fail(message, ExitStatus.REFUSED)
    output.document(dataclasses.asdict(advice))
    _show_advice(output.console, advice)
    raise typer.Exit(ExitStatus.FAILED if advice.shortfalls else ExitStatus.SUCCESS)


def _show_needs(console: Console) -> None:
    console.print("Known needs, for --need:\n")
    table = _grid()
    for need in NEEDS:
        table.add_row(Text(f"  {need.name}", "bold"), Text(need.meaning))
    console.print(table)
    console.print("\nExample:")
    console.print(Text(f"  {_EXAMPLE}", "cyan"), soft_wrap=True)


def _show_advice(console: Console, advice: Advice) -> None:
    against = [fact for other in advice.alternatives for fact in other.against]
    facts = (*advice.reasons, *advice.shortfalls, *against)
    pages = list(dict.fromkeys(fact.page for fact in facts))
    console.print(Text("Recommended: ").append(advice.option.title, "bold green"))
    console.print(Padding(Text(advice.call, "cyan"), (0, 0, 0, 2)))
    if advice.reasons:
        _heading(console, "Meets")
        console.print(_facts(advice.reasons, pages))
    if advice.shortfalls:
        _heading(console, "Does not meet, or only in part")
        console.print(_facts(advice.shortfalls, pages))
    if advice.conflicts:
        _heading(console, "Conflicts: no cache meets all of")
    for conflict in advice.conflicts:
        console.print(Text(f"  {' + '.join(conflict.needs)}", "yellow"))
        console.print(Padding(Text(conflict.text), (0, 0, 0, 4)))
    equals = [other.option.title for other in advice.alternatives if not other.against]
    if equals:
        _heading(console, "Also meets every need")
        console.print(Padding(Text(", ".join(equals)), (0, 0, 0, 2)))
        order = "  Ties go to serverless before nodes, then to Redis before Memcached."
        console.print(Text(order, "dim"))
    if against:
        _heading(console, "What the others lack")
    for other in advice.alternatives:
        if other.against:
            console.print(f"  {other.option.title}")
            console.print(_facts(other.against, pages, indent=4))
    _heading(console, "Pages of the ElastiCache user guide")
    for number, page in enumerate(pages, start=1):
        console.print(Text(f"  [{number}] {page}", "dim"), soft_wrap=True)
    console.print(Text("  Redis stands for Valkey and Redis OSS.", "dim"))


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table


def _facts(facts: Iterable[Fact], pages: list[str], indent: int = 2) -> Table:
    table = _grid()
    for fact in facts:
        sign, style = _STYLES[fact.fit]
        label = Text(f"{' ' * indent}{sign} ", style).append(fact.need, "not bold default")
        page = pages.index(fact.page) + 1
        table.add_row(label, Text(fact.text).append(f" [{page}]", "dim"))
    return table
