"""`serverless-stack sync`: make a folder or bucket the same as another one."""

import sys
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from serverless_stack.cli import options as aws
from serverless_stack.operations.sync import Action, CacheRule, SyncPlan, location, sync
from serverless_stack.operations.sync.command import Synced

if TYPE_CHECKING:
    from rich.progress import Progress

FAILED_STATUS, DIFFERENT_STATUS = 1, 3
_MOST_ROWS = 200

Source = Annotated[str, typer.Argument(help="A folder or s3://bucket/prefix.")]
Destination = Annotated[str, typer.Argument(help="A folder or s3://bucket/prefix.")]
Delete = Annotated[
    bool, typer.Option("--delete", help="Delete what the source does not have, last of all.")
]
Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="GLOB", help="Only these keys.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help="All but these keys.")
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--cache-control",
        metavar="GLOB=VALUE",
        help="Cache-Control of uploaded files; the first that matches. May be repeated.",
    ),
]
Expires = Annotated[
    datetime | None, typer.Option("--expires", help="Expires of uploaded files, in UTC.")
]
Check = Annotated[
    bool, typer.Option("--check", help="With --dry-run: status 3 if something would change.")
]
Invalidate = Annotated[
    list[str] | None,
    typer.Option("--invalidate", metavar="DISTRIBUTION", help="Drop what changed from its cache."),
]
Parallel = Annotated[int, typer.Option("--parallel", min=1, help="How many files at a time.")]


def run(
    source: Source,
    destination: Destination,
    delete: Delete = False,
    include: Include = None,
    exclude: Exclude = None,
    cache_control: Rules = None,
    expires: Expires = None,
    dry_run: aws.DryRun = False,
    check: Check = False,
    invalidate: Invalidate = None,
    path_prefix: aws.PathPrefix = "",
    protected: aws.Protected = None,
    index_document: aws.IndexDocument = "index.html",
    query_strings: aws.QueryStrings = False,
    budget: aws.Budget = 30,
    wait: aws.Wait = False,
    parallel: Parallel = 8,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Make DESTINATION the same as SOURCE, by content and headers; dates do not count.

    Status 0: in sync. 1: some files failed. 2: refused. 3: --check, and something would change.
    """
    from datetime import UTC

    with aws.account(region, profile):
        progress = _progress() if sys.stderr.isatty() else None
        task = progress.add_task("sync", total=None) if progress else None

        def planned(found: SyncPlan) -> None:
            if progress and task is not None:
                progress.update(task, total=len(found.actions))

        def done(_action: Action) -> None:
            if progress and task is not None:
                progress.advance(task)

        with progress or nullcontext():
            synced = sync(
                location(source),
                location(destination),
                delete=delete,
                include=include or [],
                exclude=exclude or [],
                cache_control=[_rule(text) for text in cache_control or []],
                expires=None if expires is None else expires.replace(tzinfo=UTC),
                dry_run=dry_run,
                parallel=parallel,
                distribution_ids=invalidate or [],
                path_prefix=path_prefix,
                index_document=index_document,
                query_strings=query_strings,
                budget=budget,
                protected=protected or [],
                wait=wait,
                planned=planned,
                progress=done,
            )
        if as_json:
            _print_json(synced)
        else:
            _show(synced)
    if synced.result is not None and synced.result.failures:
        raise typer.Exit(FAILED_STATUS)
    if check and dry_run and synced.plan.actions:
        raise typer.Exit(DIFFERENT_STATUS)


def _progress() -> "Progress":
    # rich takes longer to load than a sync without news.
    from serverless_stack.cli.terminal import bar

    return bar()


def _rule(text: str) -> CacheRule:
    pattern, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"`--cache-control` must be GLOB=VALUE, got: {text!r}")
    return CacheRule(pattern, value)


def _print_json(synced: Synced) -> None:
    import json
    from dataclasses import asdict

    result = synced.result
    said = {
        "actions": [asdict(action) for action in synced.plan.actions],
        "unchanged": synced.plan.unchanged,
        "done": None if result is None else len(result.done),
        "failures": None if result is None else result.failures,
        "invalidation": None if synced.invalidation is None else list(synced.invalidation.paths),
        "sent": [vars(each) for each in synced.sent],
    }
    typer.echo(json.dumps(said, indent=2))


def _show(synced: Synced) -> None:
    plan = synced.plan
    if synced.result is None and plan.actions:
        _show_table(plan)
    counts: dict[str, int] = {}
    for action in plan.actions if synced.result is None else synced.result.done:
        counts[action.kind] = counts.get(action.kind, 0) + 1
    told = [f"{count:,} {kind}" for kind, count in counts.items()]
    typer.echo(", ".join([*told, f"{plan.unchanged:,} unchanged"]))
    if synced.invalidation is not None:
        typer.echo(f"invalidation: {', '.join(synced.invalidation.paths) or 'nothing'}")
    for key, reason in (synced.result.failures if synced.result else {}).items():
        typer.echo(f"{typer.style('failed', 'red', bold=True)} {key}: {reason}")


def _show_table(plan: SyncPlan) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, table = Console(), Table("action", "key", "bytes")
    table.columns[2].justify = "right"
    for action in plan.actions[:_MOST_ROWS]:
        table.add_row(action.kind, Text(action.key), f"{action.size:,}" if action.size else "")
    console.print(table)
    if len(plan.actions) > _MOST_ROWS:
        console.print(f"... and {len(plan.actions) - _MOST_ROWS:,} more")
