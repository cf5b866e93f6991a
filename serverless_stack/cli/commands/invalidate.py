"""`serverless-stack invalidate`: drop paths, or what changed, from distributions."""

import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_stack.cli import options as aws
from serverless_stack.cli.terminal import bar
from serverless_stack.operations.invalidation import InvalidationPlan, Progress, Sent, plan, send
from serverless_stack.operations.invalidation.paths import checked

TIMED_OUT_STATUS = 1

Distributions = Annotated[list[str], typer.Argument(help="The ids of the distributions.")]
Paths = Annotated[
    list[str] | None,
    typer.Option("--path", metavar="PATH", help="A path, such as `/a/*`. May be repeated."),
]
ChangedFrom = Annotated[
    Path | None,
    typer.Option("--changed-from", help="A file with the changed keys, one a line; `-` is stdin."),
]
AllKeys = Annotated[
    Path | None, typer.Option("--all-keys", help="A file with all keys, one a line.")
]
Reference = Annotated[
    str | None,
    typer.Option("--reference", help="A name of this invalidation: again, it is the same one."),
]


def invalidate(
    distributions: Distributions,
    path: Paths = None,
    changed_from: ChangedFrom = None,
    all_keys: AllKeys = None,
    index_document: aws.IndexDocument = "index.html",
    path_prefix: aws.PathPrefix = "",
    query_strings: aws.QueryStrings = False,
    protected: aws.Protected = None,
    budget: aws.Budget = 30,
    reference: Reference = None,
    wait: aws.Wait = False,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Drop paths from the caches of CloudFront distributions.

    Give paths, or the keys that changed: then the fewest paths are planned that drop them.

    Status 0: sent, or nothing to send. 1: sent, but waiting ran out. 2: refused.
    """
    with aws.account(region, profile):
        if bool(path) == (changed_from is not None):
            raise ValueError("give `--path` or `--changed-from`, and not both")
        if changed_from is None:
            planned = InvalidationPlan(checked(path or []), 0)
        else:
            changed = _lines(changed_from)
            planned = plan(
                changed,
                _lines(all_keys) if all_keys else changed,
                budget=budget,
                index_document=index_document,
                path_prefix=path_prefix,
                query_strings=query_strings,
                protected=protected or [],
            )
        sent: tuple[Sent, ...] = ()
        if not dry_run:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore" if as_json else "default")
                sent = _send(planned.paths, distributions, reference or uuid4().hex, wait)
        _show(planned, sent, dry_run=dry_run, as_json=as_json, known=changed_from is not None)
    if any(each.completed is False for each in sent):
        raise typer.Exit(TIMED_OUT_STATUS)


def _send(
    paths: Sequence[str], distributions: list[str], reference: str, wait: bool
) -> tuple[Sent, ...]:
    with bar() as shown:
        task = shown.add_task("sending", total=None)

        def told(how: Progress) -> None:
            shown.update(task, description=how.phase, completed=how.done, total=how.total)

        return send(
            paths, distributions, deployment=reference, replaces="", wait=wait, progress=told
        )


def _lines(path: Path) -> list[str]:
    text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    return [line for line in text.splitlines() if line]


def _show(
    planned: InvalidationPlan, sent: tuple[Sent, ...], *, dry_run: bool, as_json: bool, known: bool
) -> None:
    if as_json:
        content = {
            "paths": planned.paths,
            "cost": planned.cost,
            "collateral": planned.collateral if known else None,
            "sent": [vars(each) for each in sent],
        }
        typer.echo(json.dumps(content, indent=2))
        return
    console = Console()
    if dry_run:
        console.print(table_of(planned))
    for each in sent:
        how = {None: "sent", True: "completed", False: "not completed yet"}[each.completed]
        ids = ", ".join(each.invalidation_ids)
        console.print(f"{each.distribution_id}: {each.paths} paths, {how} ({ids})", soft_wrap=True)
    if not planned.paths:
        console.print("Nothing to invalidate.")
    elif known:
        console.print(f"{planned.cost} paths billed, {planned.collateral} unchanged URLs dropped")


def table_of(planned: InvalidationPlan) -> Table:
    """A plan as a table."""
    table = Table("path", "kind")
    for path in planned.paths:
        table.add_row(Text(path), "wildcard" if path.endswith("*") else "single")
    return table
