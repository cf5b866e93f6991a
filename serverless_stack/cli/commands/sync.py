"""`serverless-stack sync`: make a folder or bucket the same as another one."""

import sys
from contextlib import nullcontext
from dataclasses import asdict
from typing import Annotated

import typer

from serverless_stack._shared.content.rules import TagRule
from serverless_stack._shared.text import visible_line
from serverless_stack.cli import aws_options
from serverless_stack.cli import options as aws
from serverless_stack.cli.output import Output, table
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.sync import Action, CacheRule, Synced, SyncPlan, location, sync

COMMAND_CLASS = aws_options.ObjectCommand
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
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--cache-control",
        metavar="GLOB=VALUE",
        help="Cache-Control of uploaded files; the first that matches. May be repeated.",
    ),
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


def run(
    context: typer.Context,
    source: Source,
    destination: Destination,
    delete: Delete = False,
    allow_empty_source: AllowEmptySource = False,
    include: aws_options.Include = None,
    exclude: aws_options.Exclude = None,
    cache_control: Rules = None,
    expires: aws_options.Expires = None,
    storage_class: aws_options.StorageClass = "",
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
    parallel: aws_options.Parallel = 8,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Make DESTINATION the same as SOURCE, by content and headers. Dates do not count.

    Example: serverless-stack sync site s3://my-bucket/site --delete --invalidate E1234567890

    JSON: actions, unchanged, skipped, done, failures, invalidation, sent.

    Exit status: 0 if in sync, 1 if some files failed, 2 on invalid input or an error of AWS,
    3 with --exit-code if something would change.
    """
    output = Output(as_json, quiet)
    with aws.account(region, profile):
        # rich takes longer to load than a sync without news.
        progress = output.bar() if sys.stderr.isatty() else None
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
                filters=aws_options.filters(context),
                cache_control=[_rule(text) for text in cache_control or []],
                expires=expires,
                storage_class=storage_class,
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
        _show(output, synced)
    if _failures(synced):
        raise typer.Exit(ExitStatus.FAILED)
    if exit_code and dry_run and synced.plan.actions:
        raise typer.Exit(ExitStatus.OUT_OF_SYNC)


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


def _document(synced: Synced) -> dict[str, object]:
    result = synced.result
    return {
        "actions": [asdict(action) for action in synced.plan.actions],
        "unchanged": synced.plan.unchanged,
        "skipped": synced.plan.source.skipped,
        "done": None if result is None else len(result.done),
        "failures": _failures(synced),
        "invalidation": None if synced.invalidation is None else list(synced.invalidation.paths),
        "sent": [vars(invalidation) for invalidation in synced.sent],
    }


def _show(output: Output, synced: Synced) -> None:
    plan, failures = synced.plan, _failures(synced)
    output.document(_document(synced))
    if synced.result is None and plan.actions and not output.is_silent:
        _show_table(output, plan)
    counts: dict[str, int] = {}
    for action in plan.actions if synced.result is None else synced.result.done:
        counts[action.kind] = counts.get(action.kind, 0) + 1
    parts = [f"{count:,} {kind}" for kind, count in counts.items()]
    output.line(", ".join([*parts, f"{plan.unchanged:,} unchanged"]))
    if synced.invalidation is not None:
        paths = ", ".join(synced.invalidation.paths)
        output.line(f"invalidation: {paths or 'nothing'}")
    for key, reason in plan.source.skipped.items():
        output.line(f"skipped {key}: {reason}")
    if failures:
        output.failures(failures)


def _show_table(output: Output, plan: SyncPlan) -> None:
    from rich.text import Text

    actions = table("action", "bytes", "key", right=["bytes"])
    for action in plan.actions[:_MAX_ROWS]:
        size = f"{action.size:,}" if action.size else ""
        actions.add_row(action.kind, size, Text(visible_line(action.key)))
    output.list_console.print(actions)
    if len(plan.actions) > _MAX_ROWS:
        output.line(f"... and {len(plan.actions) - _MAX_ROWS:,} more")
