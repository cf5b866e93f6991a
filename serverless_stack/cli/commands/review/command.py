"""`serverless-stack review`: what a change does to deployed resources, before its deployment."""

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack._shared.text import did_you_mean
from serverless_stack.cli.commands.diagram import files
from serverless_stack.cli.commands.review import output as review_output
from serverless_stack.cli.commands.review.picture import picture
from serverless_stack.cli.completion import stack_names
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Context, Json, Quiet, pairs
from serverless_stack.cli.output import Output
from serverless_stack.testing.review.compare.stacks import Comparison, compare, paired, select
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.reports import markdown, report
from serverless_stack.testing.review.reports.report import FailOn
from serverless_stack.testing.review.sources import deployed, source
from serverless_stack.testing.review.sources.source import Source
from serverless_stack.testing.template_text import SourceError


class Format(enum.Enum):
    """The format of a report."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


_SIDES = "A cloud assembly, a template, a git revision, REVISION:FILE, or a CDK app."

Old = Annotated[str | None, typer.Argument(help=f"The old side. {_SIDES}", show_default=False)]
New = Annotated[
    str | None,
    typer.Argument(
        help="The new side, like OLD. `-` is the CDK app of the working tree.",
        show_default="-",
    ),
]
Deployed = Annotated[
    list[str] | None,
    typer.Option(
        "--deployed",
        metavar="STACK",
        help="Use this deployed stack instead of OLD. Repeatable.",
    ),
]
Region = Annotated[str | None, typer.Option("--region", help="The AWS region of `--deployed`.")]
Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile for `--deployed`.")]
Stacks = Annotated[
    list[str] | None,
    typer.Option(
        "--stack",
        metavar="STACK",
        help="Review only this stack. Repeatable.",
        autocompletion=stack_names,
    ),
]
FailOns = Annotated[
    list[FailOn] | None,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help=(
            "Fail on changes as bad as this, or worse: never, data-loss, replacement, "
            "interruption or change; or on warnings: warning. Repeatable."
        ),
        show_default="replacement",
    ),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-replacement",
        metavar="RESOURCE",
        help="Ignore this resource, a logical id or construct path, for --fail-on. Repeatable.",
    ),
]
Diagram = Annotated[
    Path | None,
    typer.Option(
        "--diagram",
        metavar="FILE",
        help="Draw the changes into a file: .svg, .html, .mmd (Mermaid) or .d2.",
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option("--format", help="A table, Markdown for pull requests, or JSON."),
]
Details = Annotated[
    bool,
    typer.Option("--details", help="In the table: each added resource, and longer values."),
]


def review(
    old: Old = None,
    new: New = None,
    deployed_stacks: Deployed = None,
    region: Region = None,
    profile: Profile = None,
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    context: Context = None,
    fail_on: FailOns = None,
    allowed: Allowed = None,
    output_format: OutputFormat = Format.TABLE,
    details: Details = False,
    diagram: Diagram = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what a deployment would update, interrupt, replace or delete.

    Nothing is deployed or changed.

    Example: serverless-stack review HEAD~1 (the CDK app at a revision and now)

    Example: serverless-stack review old/cdk.out cdk.out (two cloud assemblies)

    Example: serverless-stack review --deployed Shop (a deployed stack and the app)

    Example: serverless-stack review HEAD~1 --diagram change.svg

    JSON: version, old, new, worst, status, stacks.

    Exit status: 0 if no change is as bad as --fail-on, 1 if one is,
    2 if a side cannot be read, 3 if data would be lost.
    """
    if as_json:
        output_format = Format.JSON
    output = Output(output_format is not Format.TABLE, quiet)
    if diagram is not None:
        files.require_format(diagram, "--diagram")
    with handled():
        names = deployed_stacks or []
        old, new = _sides(old, new, names)
        account = deployed.Account(profile, region)
        if not names and (profile or region):
            raise SourceError("`--region` and `--profile` require `--deployed`")
        values = pairs("--context", context or ())
        named = [text for text in (old, new) if text is not None]
        sides = [source.find(text, app_dir=app_dir, context=values) for text in named]
        with output.working(_task(sides)):
            comparison, before, after = _compare(sides, names, stacks or [], account)
        if diagram is not None:
            files.write(picture(comparison, before, after), diagram, files.Style(), output)
        status = report.status_of(comparison, fail_on or [FailOn.REPLACEMENT], allowed or [])
        if output_format is Format.JSON:
            typer.echo(report.to_json(comparison, status))
        elif output_format is Format.MARKDOWN:
            typer.echo(markdown.to_markdown(comparison), nl=False)
        else:
            review_output.show(output.console, comparison, details=details)
    raise typer.Exit(status)


def _task(sides: Sequence[Source]) -> str:
    labels = [side.label for side in sides if side.synthesised]
    return f"synthesising {' and '.join(labels)}" if labels else "comparing"


def _compare(
    sources: list[Source], names: list[str], chosen: list[str], account: deployed.Account
) -> tuple[Comparison, Sequence[Stack], Sequence[Stack]]:
    sides = source.read(sources)
    labels = [side.label for side in sources]
    _require_known(chosen or names, sides, " and ".join(labels))
    sides = [select(side, chosen or names) for side in sides]
    if names:
        before = deployed.read_deployed(names, sides[0], account)
        sides, labels = [before, *sides], ["deployed", *labels]
    old, new = paired(sides[0], sides[1], labels[0], labels[1])
    return compare(old, new, old_label=labels[0], new_label=labels[1]), old, new


def _require_known(names: list[str], sides: list[list[Stack]], where: str) -> None:
    """Refuse a name that no side has, unless one is a template, which has no name."""
    known = {stack.name for side in sides for stack in side if "/" not in stack.name}
    missing = [name for name in names if name not in known]
    if missing and "" not in known:
        hint = did_you_mean(missing[0], known) or ";"
        stacks = ", ".join(sorted(known))
        raise SourceError(f"there is no stack {missing[0]} in {where}{hint} it has: {stacks}")


def _sides(old: str | None, new: str | None, names: list[str]) -> tuple[str | None, str]:
    """Return OLD and NEW. With `--deployed`, a single argument is NEW."""
    if names and new is not None:
        raise SourceError("`--deployed` takes the place of OLD: name NEW only")
    if names:
        return None, old or source.WORKING_TREE
    if old is None:
        raise SourceError("OLD is missing: name a revision such as HEAD~1, a folder or a template")
    return old, new or source.WORKING_TREE
