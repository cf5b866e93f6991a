"""`serverless-stack review`: what a change of templates does, before it is deployed."""

import enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from serverless_stack.cli.commands.review import output as review_output
from serverless_stack.cli.errors import handled
from serverless_stack.testing.review import deployed, markdown, reports, sources
from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.reports import FailOn
from serverless_stack.testing.review.stacks import Comparison, Stack, compare, select


class Format(enum.Enum):
    """How a review is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


_SIDES = "Folder of a cloud assembly, template, git revision, REVISION:FILE, or CDK app."

Old = Annotated[str | None, typer.Argument(help=f"What is there now. {_SIDES}", show_default=False)]
New = Annotated[
    str | None,
    typer.Argument(
        help="What will be there, named as OLD is; `-` is the CDK app of the working tree.",
        show_default="-",
    ),
]
Deployed = Annotated[
    list[str] | None,
    typer.Option(
        "--deployed",
        metavar="STACK",
        help="Instead of OLD: this stack as it is deployed. May be repeated.",
    ),
]
Region = Annotated[str | None, typer.Option("--region", help="The region of `--deployed`.")]
Profile = Annotated[
    str | None, typer.Option("--profile", help="The AWS profile that reads `--deployed`.")
]
Stacks = Annotated[
    list[str] | None,
    typer.Option("--stack", metavar="STACK", help="Only this stack. May be repeated."),
]
AppDir = Annotated[
    Path, typer.Option("--app-dir", help="The folder of the CDK app, with its cdk.json.")
]
Context = Annotated[
    list[str] | None,
    typer.Option(
        "--context", "-c", metavar="KEY=VALUE", help="Context for the CDK app. May be repeated."
    ),
]
FailOns = Annotated[
    list[FailOn] | None,
    typer.Option(
        "--fail-on",
        help="What ends with a status other than 0: this and worse. `warning` comes in addition.",
        show_default="replacement",
    ),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-replacement",
        metavar="RESOURCE",
        help="Logical id or construct path of a resource whose change is meant. May be repeated.",
    ),
]
OutputFormat = Annotated[
    Format, typer.Option("--format", help="A table, Markdown for a pull request, or JSON.")
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
) -> None:
    """Show what CloudFormation will do: what it replaces, and which data that loses.

    review HEAD~1: the CDK app at a revision, with the working tree.
    review OLD NEW: any two sides.
    review --deployed STACK: what is deployed, with the working tree.

    Nothing is deployed or changed. Status 0: nothing as bad as --fail-on.
    1: something is. 2: a side cannot be read. 3: data is lost.
    """
    console = Console()
    with handled():
        names = deployed_stacks or []
        old, new = _sides(old, new, names)
        account = deployed.Account(profile, region)
        if not names and (profile or region):
            raise SourceError("`--region` and `--profile` are for `--deployed`, which is not given")
        values = _context(context or [])
        named = [text for text in (old, new) if text is not None]
        found = [sources.find(text, app_dir=app_dir, context=values) for text in named]
        with review_output.waiting(found):
            comparison = _compare(found, names, stacks or [], account)
        status = reports.status_of(comparison, fail_on or [FailOn.REPLACEMENT], allowed or [])
        if output_format is Format.JSON:
            typer.echo(reports.to_json(comparison, status))
        elif output_format is Format.MARKDOWN:
            typer.echo(markdown.to_markdown(comparison), nl=False)
        else:
            review_output.show(console, comparison)
    raise typer.Exit(status)


def _compare(
    found: list[sources.Source], names: list[str], wanted: list[str], account: deployed.Account
) -> Comparison:
    sides = sources.read(found)
    labels = [source.label for source in found]
    _require_known(wanted or names, sides, " and ".join(labels))
    chosen = [select(side, wanted or names) for side in sides]
    if names:
        before = deployed.read_deployed(names, chosen[0], account)
        chosen, labels = [before, *chosen], ["deployed", *labels]
    return compare(chosen[0], chosen[1], old_label=labels[0], new_label=labels[1])


def _require_known(wanted: list[str], sides: list[list[Stack]], where: str) -> None:
    """Refuse a name that no side has; a template alone has none, and may be meant."""
    known = {stack.name for side in sides for stack in side if "/" not in stack.name}
    missing = [name for name in wanted if name not in known]
    if missing and "" not in known:
        have = ", ".join(sorted(known))
        raise SourceError(f"there is no stack {missing[0]} in {where}, but: {have}")


def _sides(old: str | None, new: str | None, names: list[str]) -> tuple[str | None, str]:
    """OLD and NEW; with `--deployed`, the only one is NEW."""
    if names and new is not None:
        raise SourceError("with `--deployed` give NEW only: OLD is what is deployed")
    if names:
        return None, old or sources.WORKING_TREE
    if old is None:
        raise SourceError("give OLD: a revision such as HEAD~1, a folder or a template")
    return old, new or sources.WORKING_TREE


def _context(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if not pair.partition("=")[0] or "=" not in pair]
    if wrong:
        raise SourceError(f"`--context` must be KEY=VALUE, got: {wrong[0]}")
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs)}
