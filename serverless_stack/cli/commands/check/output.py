"""The tables of `serverless-stack check`."""

from collections.abc import Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.checks import Severity
from serverless_stack.checks.engine.rules import Rule
from serverless_stack.cli.commands.check.targets import Checked, Located

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def show(console: Console, checked: Sequence[Checked]) -> None:
    """Print the findings in a table per template, and a summary."""
    for template in checked:
        if template.found:
            console.print(_title(template), soft_wrap=True)
            console.print(_table(template))
    console.print(_summary(checked))


def show_rules(console: Console, rules: Sequence[Rule]) -> None:
    """Print all rules in a table."""
    table = _empty_table("Rule", "Severity", "Requirement")
    for rule in rules:
        text = Text(rule.title).append(f"\n{rule.description}", "dim")
        for line in (", ".join(rule.types), f"AWS: {rule.page}"):
            text.append(f"\n{line}" if line else "", "dim")
        table.add_row(Text(rule.id, "bold"), Text(rule.severity, _STYLES[rule.severity]), text)
    console.print(table)


def _title(checked: Checked) -> Text:
    path, name = visible_line(str(checked.path)), visible_line(checked.name)
    text = Text().append(name or path, "bold").append(f", {path}" if name else "")
    return text.append(f", {checked.region}" if checked.region else "")


def _table(checked: Checked) -> Table:
    """Return the findings by resource; those with acknowledged findings only come last."""
    table = _empty_table("Severity", "Rule", "Resource and finding")
    open_resources = {
        located.finding.resource for located in checked.found if not located.finding.acknowledged
    }
    ordered = sorted(checked.found, key=lambda each: each.finding.resource not in open_resources)
    resources = groupby(ordered, key=lambda located: located.finding.resource)
    explained: set[str] = set()
    for number, (logical_id, group) in enumerate(resources):
        if number:
            table.add_row()
        for index, located in enumerate(group):
            text = _details(checked, located, explain=located.finding.rule not in explained)
            explained.add(located.finding.rule)
            if not index:
                type_ = checked.types.get(logical_id, "")
                owner = Text().append(visible_line(located.construct) or "the template", "bold")
                text = owner.append(f"  {visible_line(type_)}\n", "dim").append_text(text)
            table.add_row(*_labels(located), text)
    return table


def _labels(located: Located) -> tuple[Text, Text]:
    finding = located.finding
    if finding.acknowledged:
        return Text("accepted", "dim"), Text(finding.rule, "dim")
    return Text(finding.severity, _STYLES[finding.severity]), Text(finding.rule)


def _details(checked: Checked, located: Located, *, explain: bool) -> Text:
    """Return the message of a finding, the description of its rule, and where it is."""
    finding = located.finding
    text = Text().append(visible_line(finding.message), "dim" if finding.acknowledged else "")
    if explain:
        text.append(f"\n{finding.description}", "dim")
    where = "" if checked.name else f"line {checked.lines.of(finding.resource, finding.property)}, "
    text.append(f"\n{where}AWS: {finding.page}", "dim")
    if finding.acknowledged:
        text.append(f"\nacknowledged: {visible_line(finding.acknowledged)}", "green")
    return text


def _summary(checked: Sequence[Checked]) -> Text:
    errors = sum(each.count(Severity.ERROR) for each in checked)
    warnings = sum(each.count(Severity.WARNING) for each in checked)
    acknowledged = sum(each.acknowledged for each in checked)
    parts = [counted(errors, "error")] if errors else []
    parts += [counted(warnings, "warning")] if warnings else []
    style = "bold red" if errors else "yellow" if warnings else "green"
    text = Text().append(", ".join(parts) or "nothing found", style)
    text.append(f", {acknowledged} acknowledged" if acknowledged else "")
    return text.append(f" in {counted(len(checked), 'template')}")


def _empty_table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True)
    table.add_column(columns[-1], overflow="fold", ratio=1)
    return table
