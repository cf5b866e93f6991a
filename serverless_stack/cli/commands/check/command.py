"""The command and its options."""

import enum
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack.checks import Severity, rules
from serverless_stack.cli.commands.check import output as check_output
from serverless_stack.cli.commands.check import reports as check_reports
from serverless_stack.cli.commands.check.targets import Checked
from serverless_stack.cli.commands.check.targets import check as check_target
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import Json, Quiet
from serverless_stack.cli.output import Output
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.cli.templates import DEFAULT


class Format(enum.Enum):
    """The output format."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"


Targets = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="TARGET",
        help="A template (JSON or YAML), a folder of templates, or a cloud assembly.",
        show_default=str(DEFAULT),
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option("--format", help="Output format: tables, JSON, or SARIF 2.1.0 for code scanning."),
]
Region = Annotated[
    str | None, typer.Option("--region", help="Region of templates that do not name their own.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with status 1 on warnings as well.")]
Rules = Annotated[bool, typer.Option("--rules", help="List all rules instead of checking.")]


def check(
    targets: Targets = None,
    output_format: OutputFormat = Format.TABLE,
    region: Region = None,
    strict: Strict = False,
    list_rules: Rules = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find what AWS refuses at deploy time in templates, without an AWS account.

    Example: serverless-stack check (all stacks that `cdk synth` wrote to cdk.out)

    Example: serverless-stack check template.yaml --strict (a template from any source)

    JSON: status, templates, errors, warnings, acknowledged, findings. --rules --json: a list of
    id, severity, types, title, description, page.

    Exit status: 0 if there are no errors, 1 if there are, 2 if a template cannot be read.
    """
    if as_json:
        output_format = Format.JSON
    output = Output(output_format is not Format.TABLE, quiet)
    if list_rules:
        if output_format is Format.TABLE:
            check_output.show_rules(output.console, rules())
        else:
            typer.echo(check_reports.rules_to_json(rules()))
        return
    with handled():
        with output.working("checking"), _loaded():
            checked = [each for path in targets or [DEFAULT] for each in check_target(path, region)]
        status = _status(checked, strict)
        if output_format is Format.JSON:
            typer.echo(check_reports.to_json(checked, status))
        elif output_format is Format.SARIF:
            typer.echo(check_reports.to_sarif(checked, rules()))
        else:
            check_output.show(output.console, checked)
    raise typer.Exit(status)


@contextmanager
def _loaded() -> Iterator[None]:
    """Load the rules, and exclude all that is loaded from the garbage collection of the block."""
    rules()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _status(checked: list[Checked], strict: bool) -> int:
    failing = [Severity.ERROR, Severity.WARNING] if strict else [Severity.ERROR]
    failed = any(each.count(severity) for each in checked for severity in failing)
    return ExitStatus.FAILED if failed else ExitStatus.SUCCESS
