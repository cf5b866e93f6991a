"""`serverless-stack profiles`: the settings of each profile, and their cost at rest."""

from rich.table import Table
from rich.text import Text

from serverless_stack.cli.options import Json, Quiet
from serverless_stack.cli.output import Output
from serverless_stack.constructs.profiles.costs import rows, totals
from serverless_stack.constructs.profiles.settings import ALL


def profiles(as_json: Json = False, quiet: Quiet = False) -> None:
    """Print the settings of Profile.dev(), .production() and .regulated(), and their cost at rest.

    The costs are those of a ServerlessStack with both caches that nobody uses, for a month, at
    AWS's list prices in us-east-1.

    Example: serverless-stack profiles --json | jq .total

    JSON: prices, total, settings.

    Exit status: 0.
    """
    output = Output(as_json, quiet)
    output.document(_report())
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("setting, and what is billed by use", max_width=34)
    for settings in ALL:
        table.add_column(settings.name)
    for row in rows():
        cells = [
            f"{value}{_price(cost)}" for value, cost in zip(row.values, row.costs, strict=True)
        ]
        name = Text(row.name)
        table.add_row(name.append(f"\n  {row.note}", "dim") if row.note else name, *cells)
    table.add_section()
    table.add_row("A month at rest", *(f"${total:.2f}" for total in totals()), style="bold")
    output.console.print(table)
    output.console.print("AWS's list prices in us-east-1. The default is production.", style="dim")


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
