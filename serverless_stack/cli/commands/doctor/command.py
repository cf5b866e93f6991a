"""The command, its options and its table."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import visible_line
from serverless_stack.cli.commands.doctor.app import App
from serverless_stack.cli.commands.doctor.machine import machine_findings
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Json, Profile, Quiet, Region, account
from serverless_stack.cli.output import Output, fail
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.readiness import Finding, State, account_findings

_SIGNS = {
    State.OK: ("✓", "green"),
    State.WARNING: ("!", "yellow"),
    State.MISSING: ("✗", "bold red"),
    State.UNKNOWN: ("?", "magenta"),
}

Account = Annotated[
    bool, typer.Option("--account", help="Look at the AWS account as well; nothing is changed.")
]


def doctor(
    account_too: Account = False,
    app_dir: AppDir = Path("."),
    as_json: Json = False,
    quiet: Quiet = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Find what this machine lacks, and with --account the account, before a first deployment.

    Regions, certificates and the bootstrap version are those of the app's last `cdk synth`.

    Example: serverless-stack doctor --account --region eu-central-1

    JSON: status, machine, account. Each finding has name, state, what, why, remedy.

    Exit status: 0 if nothing is missing, 1 if something is, 2 on invalid input, 3 if nothing is
    missing but something could not be looked at.
    """
    output = Output(as_json, quiet)
    if (region or profile) and not account_too:
        fail("`--region` and `--profile` require `--account`", ExitStatus.REFUSED)
    with handled():
        try:
            app = App(app_dir / "cdk.out")
        except (OSError, ValueError, RecursionError) as error:
            message = f"{app_dir / 'cdk.out'} cannot be read: {error}; run `cdk synth` again"
            fail(message, ExitStatus.REFUSED)
        with output.working("looking at this machine"):
            machine = machine_findings(app_dir, runs_java=app.runs_java, today=date.today())
    of_account: list[Finding] | None = None
    if account_too:
        with account(region, profile), output.working("looking at the account"):
            of_account = _of_account(app)
    findings = [*machine, *(of_account or ())]
    status = _status_of(findings)
    listed = None if of_account is None else [asdict(finding) for finding in of_account]
    machine_listed = [asdict(finding) for finding in machine]
    output.document({"status": status, "machine": machine_listed, "account": listed})
    _show(output.console, "This machine", machine)
    if of_account is not None:
        _show(output.console, "The account", of_account)
        if not app.found:
            output.line("There is no cdk.out: run `cdk synth` to look at the app's own regions.")
    _show_summary(output.console, findings, account_too)
    raise typer.Exit(status)


def _of_account(app: App) -> list[Finding]:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import NoRegionError

    session = boto3.Session()
    # A machine without a network is told so within seconds.
    quick = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})
    session._session.set_default_client_config(quick)
    if session.region_name is None:
        raise NoRegionError
    return account_findings(session, app.needs(session.region_name))


def _status_of(findings: Sequence[Finding]) -> ExitStatus:
    states = {finding.state for finding in findings}
    if State.MISSING in states:
        return ExitStatus.FAILED
    return ExitStatus.INCOMPLETE if State.UNKNOWN in states else ExitStatus.SUCCESS


def _show(console: Console, title: str, findings: Sequence[Finding]) -> None:
    console.print(Text(title, "bold"))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        sign, style = _SIGNS[finding.state]
        text = Text(visible_line(finding.what))
        if finding.why:
            text.append(f"\n{visible_line(finding.why)}", "dim")
        if finding.remedy:
            text.append(f"\n→ {visible_line(finding.remedy)}", "cyan")
        table.add_row(Text(f"  {sign}", style), text)
    console.print(table)
    console.print()


def _show_summary(console: Console, findings: Sequence[Finding], account_too: bool) -> None:
    counts = {state: sum(each.state is state for each in findings) for state in State}
    parts = [
        Text(f"{counts[state]} {word}", _SIGNS[state][1])
        for state, word in (
            (State.MISSING, "missing"),
            (State.WARNING, "to look at"),
            (State.UNKNOWN, "unknown"),
        )
        if counts[state]
    ]
    if counts[State.MISSING]:
        console.print(Text(", ").join(parts))
        return
    console.print(Text(", ").join([Text("Nothing is missing", "green"), *parts]))
    has_app = any(each.name == "app" and each.state is State.OK for each in findings)
    local = "serverless-stack local deploy" if has_app else "serverless-stack init"
    command = "cdk deploy" if account_too and has_app else local
    console.print(Text("Next: ").append(command, "cyan"))
