"""What `serverless-stack advise` shows on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from serverless_stack.operations.advice import NEEDS, Advice, Fit, Reason

_STYLES = {Fit.YES: "green", Fit.PARTLY: "yellow", Fit.NO: "red"}
_SIGNS = {Fit.YES: "✓", Fit.PARTLY: "~", Fit.NO: "✗"}
_ORDER = "Of equals: serverless before nodes, then Redis before Memcached."


def show_needs(console: Console) -> None:
    """The needs that may be stated, a line each."""
    console.print("What do you need of the cache? Name it by --need, as often as you like.\n")
    table = _grid()
    for need in NEEDS:
        table.add_row(Text(f"  {need.name}", "bold"), Text(need.meaning))
    console.print(table)
    console.print("\nFor example:")
    example = "  serverless-stack advise cache --need persistence --need pub-sub"
    console.print(Text(example, "cyan"), soft_wrap=True)


def show(console: Console, advice: Advice) -> None:
    """The advice: what to take, why, what it lacks, and why nothing else."""
    pages = _pages(advice)
    console.print(Text("Take ").append(advice.option.title, "bold green"))
    console.print(Text(f"  {advice.call}", "cyan"), soft_wrap=True)
    if advice.reasons:
        _title(console, "It meets")
        console.print(_facts(advice.reasons, pages))
    if advice.shortfalls:
        _title(console, "It does not meet, or only in part")
        console.print(_facts(advice.shortfalls, pages))
    if advice.conflicts:
        _title(console, "No cache meets together")
    for conflict in advice.conflicts:
        console.print(Text(f"  {' + '.join(conflict.needs)}", "yellow"))
        console.print(Padding(Text(conflict.text), (0, 0, 0, 4)))
    equals = [each.option.title for each in advice.alternatives if not each.against]
    if equals:
        _title(console, "These meet all of it, too")
        console.print(Padding(Text(", ".join(equals)), (0, 0, 0, 2)))
        console.print(Text(f"  {_ORDER}", "dim"))
    _title(console, "Against the others")
    for each in advice.alternatives:
        if each.against:
            console.print(f"  {each.option.title}")
            console.print(_facts(each.against, pages, indent=4))
    _title(console, "From the ElastiCache user guide")
    for number, page in enumerate(pages, start=1):
        console.print(Text(f"  [{number}] {page}", "dim"), soft_wrap=True)
    console.print(Text("  Redis stands for Valkey and Redis OSS.", "dim"))


def _pages(advice: Advice) -> list[str]:
    """The pages that are named, in the order in which they are."""
    against = [reason for each in advice.alternatives for reason in each.against]
    every = [*advice.reasons, *advice.shortfalls, *against]
    return list(dict.fromkeys(reason.page for reason in every))


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table


def _facts(reasons: Iterable[Reason], pages: list[str], indent: int = 2) -> Table:
    table = _grid()
    for each in reasons:
        sign = Text(f"{' ' * indent}{_SIGNS[each.fit]} ", _STYLES[each.fit])
        text = Text(each.text).append(f" [{pages.index(each.page) + 1}]", "dim")
        table.add_row(sign.append(each.need, "not bold default"), text)
    return table
