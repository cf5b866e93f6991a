"""`serverless-stack check`: what AWS refuses in templates, before they are deployed."""

import enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from serverless_stack.checks import Severity, rules
from serverless_stack.cli.commands.check import output as check_output
from serverless_stack.cli.commands.check import reports as check_reports
from serverless_stack.cli.commands.check.targets import DEFAULT, Checked
from serverless_stack.cli.commands.check.targets import check as check_target
from serverless_stack.cli.errors import FAILED_STATUS, handled


class Format(enum.Enum):
    """How findings are printed."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"


Targets = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="TARGET",
        help="Folder of a cloud assembly, template (JSON or YAML), or folder of templates.",
        show_default=str(DEFAULT),
    ),
]
OutputFormat = Annotated[
    Format, typer.Option("--format", help="Tables, JSON, or SARIF 2.1.0 for code scanning.")
]
Region = Annotated[
    str | None, typer.Option("--region", help="The region of templates that do not tell theirs.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings end with status 1, too.")]
Rules = Annotated[bool, typer.Option("--rules", help="List all rules, and check nothing.")]


def check(
    targets: Targets = None,
    output_format: OutputFormat = Format.TABLE,
    region: Region = None,
    strict: Strict = False,
    list_rules: Rules = False,
) -> None:
    """Find what AWS refuses at deploy time, in templates.

    check: the assembly that `cdk synth` wrote into cdk.out.
    check TEMPLATE: a template of any origin.

    Nothing is deployed, and AWS is not asked. Status 0: nothing but warnings and what is accepted.
    1: an error is found. 2: a template cannot be read.
    """
    console = Console()
    if list_rules:
        if output_format is Format.TABLE:
            check_output.show_rules(console, rules())
        else:
            typer.echo(check_reports.rules_to_json(rules()))
        return
    with handled():
        checked = [each for path in targets or [DEFAULT] for each in check_target(path, region)]
        status = _status(checked, strict)
        if output_format is Format.JSON:
            typer.echo(check_reports.to_json(checked, status))
        elif output_format is Format.SARIF:
            typer.echo(check_reports.to_sarif(checked, rules()))
        else:
            check_output.show(console, checked)
    raise typer.Exit(status)


def _status(checked: list[Checked], strict: bool) -> int:
    wanted = [Severity.ERROR, Severity.WARNING] if strict else [Severity.ERROR]
    failed = any(each.count(severity) for each in checked for severity in wanted)
    return FAILED_STATUS if failed else 0
