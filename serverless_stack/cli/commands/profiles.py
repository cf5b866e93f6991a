"""`serverless-stack profiles`: what each profile sets, and its costs at rest."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from serverless_stack.constructs.profiles.costs import rows, totals
from serverless_stack.constructs.profiles.settings import ALL

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def profiles(as_json: Json = False) -> None:
    """Show what Profile.dev(), .production() and .regulated() set, and what each costs at rest.

    The costs are those of a ServerlessStack with all its parts that nobody calls, for a month, at
    AWS's list prices in us-east-1.
    """
    if as_json:
        typer.echo(json.dumps(_report(), indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for settings in ALL:
        table.add_column(settings.name, overflow="fold")
    table.add_column("billed by use", style="dim", overflow="fold")
    for row in rows():
        cells = [
            f"{value}{_price(cost)}" for value, cost in zip(row.values, row.costs, strict=True)
        ]
        table.add_row(row.name, *cells, row.note)
    table.add_section()
    table.add_row("A month at rest", *(f"${total:.2f}" for total in totals()), style="bold")
    console = Console()
    console.print(table)
    console.print("AWS's list prices in us-east-1; production is the default.", style="dim")


def _price(cost: float) -> str:
    return f"  ${cost:.2f}" if cost else ""


def _report() -> dict[str, object]:
    names = [settings.name for settings in ALL]
    return {
        "prices": "AWS's list prices in us-east-1, dollars a month at rest",
        "total": dict(zip(names, (round(total, 2) for total in totals()), strict=True)),
        "settings": [
            {
                "name": row.name,
                "values": dict(zip(names, row.values, strict=True)),
                "costs": dict(zip(names, (round(cost, 2) for cost in row.costs), strict=True)),
                "billed_by_use": row.note,
            }
            for row in rows()
        ],
    }
