"""`serverless-stack sync`: make a folder or bucket the same as another one."""

import sys
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from serverless_stack._shared.content.rules import TagRule
from serverless_stack._shared.text import visible_line
from serverless_stack.cli import options as aws
from serverless_stack.operations.sync import Action, CacheRule, Synced, SyncPlan, location, sync

if TYPE_CHECKING:
    from rich.progress import Progress

FAILED_STATUS, DIFFERENT_STATUS = 1, 3
_MAX_ROWS = 200

Source = Annotated[str, typer.Argument(help="A folder or s3://bucket/prefix.")]
Destination = Annotated[str, typer.Argument(help="A folder or s3://bucket/prefix.")]
Delete = Annotated[
    bool, typer.Option("--delete", help="Delete what the source does not have, last of all.")
]
AllowEmptySource = Annotated[
    bool,
    typer.Option("--allow-empty-source", help="Let --delete empty the destination."),
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
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="GLOB=TAG,TAG",
        help="CloudFront cache tags of uploaded files. May be repeated; all that match count.",
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="With --dry-run: status 3 if something would change.")
]
Invalidate = Annotated[
    list[str] | None,
    typer.Option(
        "--invalidate", metavar="DISTRIBUTION", help="Invalidate what changed. May be repeated."
    ),
]
Parallel = Annotated[int, typer.Option("--parallel", min=1, help="The number of files at a time.")]


def run(
    source: Source,
    destination: Destination,
    delete: Delete = False,
    allow_empty_source: AllowEmptySource = False,
    include: Include = None,
    exclude: Exclude = None,
    cache_control: Rules = None,
    expires: Expires = None,
    tag: Tags = None,
    dry_run: aws.DryRun = False,
    exit_code: ExitCode = False,
    invalidate: Invalidate = None,
    path_prefix: aws.PathPrefix = "",
    exclude_paths: aws.ExcludePaths = None,
    index_document: aws.IndexDocument = "index.html",
    query_strings: aws.QueryStrings = False,
    max_paths: aws.MaxPaths = 30,
    wait: aws.Wait = False,
    parallel: Parallel = 8,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Make DESTINATION the same as SOURCE, by content and headers. Dates do not count.

    Example: serverless-stack sync site s3://my-bucket/site --delete --invalidate E1234567890

    Exit status: 0 if in sync, 1 if some files failed, 2 on invalid input or an error of AWS,
    3 with --exit-code if something would change.
    """
    from datetime import UTC

    with aws.account(region, profile):
        progress = _progress() if sys.stderr.isatty() else None
        task = progress.add_task("sync", total=None) if progress else None

        def planned(plan: SyncPlan) -> None:
            if progress and task is not None:
                progress.update(task, total=len(plan.actions))

        def done(_action: Action) -> None:
            if progress and task is not None:
                progress.advance(task)

        with progress or nullcontext():
            synced = sync(
                location(source),
                location(destination),
                delete=delete,
                allow_empty_source=allow_empty_source,
                include=include or [],
                exclude=exclude or [],
                cache_control=[_rule(text) for text in cache_control or []],
                expires=None if expires is None else expires.replace(tzinfo=UTC),
                tags=[_tag_rule(text) for text in tag or []],
                dry_run=dry_run,
                parallel=parallel,
                distribution_ids=invalidate or [],
                path_prefix=path_prefix,
                index_document=index_document,
                query_strings=query_strings,
                max_paths=max_paths,
                exclude_paths=exclude_paths or [],
                wait=wait,
                planned=planned,
                progress=done,
            )
        if as_json:
            _print_json(synced)
        else:
            _show(synced)
    if _failures(synced):
        raise typer.Exit(FAILED_STATUS)
    if exit_code and dry_run and synced.plan.actions:
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


def _tag_rule(text: str) -> TagRule:
    pattern, equals, value = text.rpartition("=")
    if not equals:
        raise ValueError(f"`--tag` must be GLOB=TAG, got: {text!r}")
    return TagRule(pattern, tuple(tag.strip() for tag in value.split(",")))


def _failures(synced: Synced) -> dict[str, str]:
    return synced.plan.failures if synced.result is None else synced.result.failures


def _print_json(synced: Synced) -> None:
    import json
    from dataclasses import asdict

    result = synced.result
    document = {
        "actions": [asdict(action) for action in synced.plan.actions],
        "unchanged": synced.plan.unchanged,
        "skipped": synced.plan.source.skipped,
        "done": None if result is None else len(result.done),
        "failures": _failures(synced),
        "invalidation": None if synced.invalidation is None else list(synced.invalidation.paths),
        "sent": [vars(invalidation) for invalidation in synced.sent],
    }
    typer.echo(json.dumps(document, indent=2))


def _show(synced: Synced) -> None:
    plan = synced.plan
    if synced.result is None and plan.actions:
        _show_table(plan)
    counts: dict[str, int] = {}
    for action in plan.actions if synced.result is None else synced.result.done:
        counts[action.kind] = counts.get(action.kind, 0) + 1
    parts = [f"{count:,} {kind}" for kind, count in counts.items()]
    typer.echo(", ".join([*parts, f"{plan.unchanged:,} unchanged"]))
    if synced.invalidation is not None:
        paths = ", ".join(map(visible_line, synced.invalidation.paths))
        typer.echo(f"invalidation: {paths or 'nothing'}")
    for key, reason in plan.source.skipped.items():
        typer.echo(f"skipped {visible_line(key)}: {visible_line(reason)}")
    for key, reason in _failures(synced).items():
        failed = typer.style("failed", "red", bold=True)
        typer.echo(f"{failed} {visible_line(key)}: {visible_line(reason)}")


def _show_table(plan: SyncPlan) -> None:
    from rich.table import Table
    from rich.text import Text

    from serverless_stack.cli.terminal import list_console

    console, table = list_console(), Table("action", "key", "bytes")
    table.columns[2].justify = "right"
    for action in plan.actions[:_MAX_ROWS]:
        size = f"{action.size:,}" if action.size else ""
        table.add_row(action.kind, Text(visible_line(action.key)), size)
    console.print(table)
    if len(plan.actions) > _MAX_ROWS:
        console.print(f"... and {len(plan.actions) - _MAX_ROWS:,} more")
