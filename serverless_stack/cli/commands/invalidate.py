"""`serverless-stack invalidate`: invalidate paths, cache tags, or what changed."""

import sys
import warnings
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.cli import options as aws
from serverless_stack.cli.output import Output, table
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.invalidation import (
    Invalidation,
    InvalidationPlan,
    Progress,
    distributions_without_tags,
    plan,
    send,
)
from serverless_stack.operations.invalidation.paths import normalized_paths, normalized_tags

Distributions = Annotated[list[str], typer.Argument(help="The ids of the distributions.")]
Paths = Annotated[
    list[str] | None,
    typer.Option("--path", metavar="PATH", help="A path, such as `/a/*`. May be repeated."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="A cache tag. May be repeated."),
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
    typer.Option("--reference", help="A name; the same one is the same invalidation."),
]


def invalidate(
    distributions: Distributions,
    path: Paths = None,
    tag: Tags = None,
    changed_from: ChangedFrom = None,
    all_keys: AllKeys = None,
    index_document: aws.IndexDocument = "index.html",
    path_prefix: aws.PathPrefix = "",
    query_strings: aws.QueryStrings = False,
    exclude_paths: aws.ExcludePaths = None,
    max_paths: aws.MaxPaths = 30,
    reference: Reference = None,
    wait: aws.Wait = False,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Invalidate paths and cache tags in CloudFront distributions, or what covers changed keys.

    Example: serverless-stack invalidate E1234567890 --path '/blog/*' --tag product-42 --wait

    JSON: paths, tags, cost, collateral, sent.

    Exit status: 0 if sent or nothing to send, 1 if waiting timed out, 2 on invalid input or an
    error of AWS.
    """
    output = Output(as_json, quiet)
    with aws.account(region, profile):
        tags = normalized_tags(tag or [])
        if path and changed_from is not None:
            raise ValueError("one of `--path` and `--changed-from` must be given, got: both")
        if not path and changed_from is None and not tags:
            raise ValueError("`--path`, `--changed-from` or `--tag` must be given, got: none")
        if changed_from is None:
            planned = InvalidationPlan(normalized_paths(path or []), 0, tags)
        else:
            changed = _lines(changed_from)
            planned = plan(
                changed,
                _lines(all_keys) if all_keys else changed,
                max_paths=max_paths,
                index_document=index_document,
                path_prefix=path_prefix,
                query_strings=query_strings,
                exclude_paths=exclude_paths or [],
                tags=tags,
            )
        sent: tuple[Invalidation, ...] = ()
        if not dry_run:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore" if output.is_silent else "default")
                _check_tags(planned, distributions)
                sent = _send(output, planned, distributions, reference or uuid4().hex, wait)
        _show(output, planned, sent, dry_run=dry_run, known=changed_from is not None)
    if any(invalidation.completed is False for invalidation in sent):
        raise typer.Exit(ExitStatus.FAILED)


def _check_tags(planned: InvalidationPlan, distributions: list[str]) -> None:
    without = distributions_without_tags(distributions) if planned.tags else []
    if without:
        raise ValueError(
            f"`--tag` must go with distributions that have cache tags, got: {', '.join(without)}; "
            "`Cdn(cache_tags=True)` turns them on"
        )


def _send(
    output: Output,
    planned: InvalidationPlan,
    distributions: list[str],
    reference: str,
    wait: bool,
) -> tuple[Invalidation, ...]:
    with output.bar() as shown:
        task = shown.add_task("sending", total=None)

        def show(how: Progress) -> None:
            shown.update(task, description=how.phase, completed=how.done, total=how.total)

        return send(
            planned, distributions, deployment=reference, replaces="", wait=wait, progress=show
        )


def _lines(path: Path) -> list[str]:
    text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    return [line for line in text.splitlines() if line]


def _show(
    output: Output,
    planned: InvalidationPlan,
    sent: tuple[Invalidation, ...],
    *,
    dry_run: bool,
    known: bool,
) -> None:
    content = {
        "paths": planned.paths,
        "tags": planned.tags,
        "cost": planned.cost,
        "collateral": planned.collateral if known else None,
        "sent": [vars(invalidation) for invalidation in sent],
    }
    output.document(content)
    if dry_run:
        output.list_console.print(table_of(planned))
    for invalidation in sent:
        state = {None: "sent", True: "completed", False: "not completed yet"}[
            invalidation.completed
        ]
        ids = ", ".join(invalidation.invalidation_ids)
        count = counted(invalidation.paths, "path")
        output.line(f"{invalidation.distribution_id}: {count}, {state} ({ids})")
    if not planned.cost:
        output.line("Nothing to invalidate.")
    elif known:
        billed = counted(planned.cost, "path")
        collateral = counted(planned.collateral, "unchanged URL")
        output.line(f"{billed} billed, {collateral} invalidated")


def table_of(planned: InvalidationPlan) -> Table:
    """Return a plan as a table."""
    shown = table("kind", "path or tag" if planned.tags else "path")
    for path in planned.paths:
        shown.add_row("wildcard" if path.endswith("*") else "single", Text(visible_line(path)))
    for tag in planned.tags:
        shown.add_row("tag", Text(visible_line(f"#{tag}")))
    return shown
