"""What `serverless-stack check` shows on a terminal."""

from collections.abc import Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_stack.checks import Severity
from serverless_stack.checks.engine.registry import Rule
from serverless_stack.cli.commands.check.targets import Checked, Located

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def show(console: Console, checked: Sequence[Checked]) -> None:
    """What was found as tables, one for each template that has any, and the sum."""
    for each in checked:
        if each.found:
            console.print(_title(each), soft_wrap=True)
            console.print(_table(each))
    console.print(_sum(checked))


def show_rules(console: Console, rules: Sequence[Rule]) -> None:
    """All rules, as a table."""
    table = _empty("Rule", "Severity", "What it is about")
    for rule in rules:
        about = Text(rule.summary)
        for line in (", ".join(rule.types), f"AWS: {rule.page}"):
            about.append(f"\n{line}" if line else "", "dim")
        table.add_row(Text(rule.id, "bold"), Text(rule.severity, _STYLES[rule.severity]), about)
    console.print(table)


def _title(checked: Checked) -> Text:
    path, name = str(checked.path), checked.name
    text = Text().append(name or path, "bold").append(f", {path}" if name else "")
    return text.append(f", {checked.region}" if checked.region else "")


def _table(checked: Checked) -> Table:
    """The findings by resource; those where all is acknowledged come last."""
    table = _empty("Severity", "Rule", "Resource and finding")
    left = {each.finding.resource for each in checked.found if not each.finding.acknowledged}
    ordered = sorted(checked.found, key=lambda each: each.finding.resource not in left)
    resources = groupby(ordered, key=lambda each: each.finding.resource)
    for number, (logical_id, found) in enumerate(resources):
        if number:
            table.add_row()
        for index, each in enumerate(found):
            text = _details(checked, each)
            if not index:
                type_ = checked.types.get(logical_id, "")
                owner = Text().append(each.construct or "the template", "bold")
                text = owner.append(f"  {type_}\n", "dim").append_text(text)
            table.add_row(*_labels(each), text)
    return table


def _labels(each: Located) -> tuple[Text, Text]:
    finding = each.finding
    if finding.acknowledged:
        return Text("accepted", "dim"), Text(finding.rule, "dim")
    return Text(finding.severity, _STYLES[finding.severity]), Text(finding.rule)


def _details(checked: Checked, each: Located) -> Text:
    finding = each.finding
    accepted = finding.acknowledged
    text = Text().append(finding.message, "dim" if accepted else "")
    where = "" if checked.name else f"line {checked.lines.of(finding.resource, finding.property)}, "
    text.append(f"\n{where}AWS: {finding.page}", "dim")
    return text.append(f"\nacknowledged: {accepted}", "green") if accepted else text


def _sum(checked: Sequence[Checked]) -> Text:
    errors = sum(each.count(Severity.ERROR) for each in checked)
    warnings = sum(each.count(Severity.WARNING) for each in checked)
    acknowledged = sum(each.acknowledged for each in checked)
    parts = [_number(errors, "error")] if errors else []
    parts += [_number(warnings, "warning")] if warnings else []
    style = "bold red" if errors else "yellow" if warnings else "green"
    text = Text().append(", ".join(parts) or "nothing found", style)
    text.append(f", {acknowledged} acknowledged" if acknowledged else "")
    return text.append(f" in {_number(len(checked), 'template')}")


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _empty(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True)
    table.add_column(columns[-1], overflow="fold", ratio=1)
    return table
