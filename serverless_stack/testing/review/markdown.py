"""A comparison for a comment on a pull request, in GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from serverless_stack.testing.review.model import (
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
)
from serverless_stack.testing.review.reports import (
    as_text,
    explanation,
    heading,
    is_same,
    reasons,
    short_path,
    summary,
    title,
    values,
)
from serverless_stack.testing.review.stacks import Comparison

_SIGNS = {
    Consequence.DATA_LOSS: "🛑",
    Consequence.REPLACEMENT: "⚠️",
    Consequence.SOME_INTERRUPTION: "🟡",
}


def to_markdown(comparison: Comparison) -> str:
    """The comparison for a comment on a pull request, in GitHub's Markdown."""
    lines = [f"### Review of {_code(comparison.old)} → {_code(comparison.new)}", ""]
    lines.append(f"**{summary(comparison.changes)}**")
    for stack in comparison.changed:
        about = f": {heading(stack)}" if heading(stack) else ""
        lines += ["", f"#### {_inline(stack.name)}{about}", ""]
        if not stack.review.changes:
            lines.append("No resources.")
            continue
        grave = [c for c in stack.review.changes if c.consequence in _SIGNS or c.warnings]
        others = [c for c in stack.review.changes if c not in grave]
        if grave:
            lines += [*_table(grave), ""]
        if others:
            lines += ["<details>", f"<summary>{summary(others)}</summary>", ""]
            lines += [*_table(others), "", "</details>", ""]
        for change in stack.review.changes:
            if change.advice:
                lines += [f"{_code(_name(change))}:", "", "```", change.advice, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(changes: Sequence[ResourceChange]) -> list[str]:
    rows = ["| Consequence | Resource | Change |", "| --- | --- | --- |"]
    for change in changes:
        sign = _SIGNS.get(change.consequence, "")
        resource = f"{_code(_name(change))}<br>{_inline(change.resource_type)}"
        details = [_inline(title(change))]
        details += [f"⚠️ {_inline(warning)}" for warning in change.warnings]
        if change.action is not Action.ADD:
            details += [_inline(reason) for reason in reasons(change)]
            details += [_property(each) for each in values(change)]
        cells = [f"{sign} {change.consequence.label}".strip(), resource, "<br>".join(details)]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _property(change: PropertyChange) -> str:
    old, new = _code(as_text(change.old)), _code(as_text(change.new))
    both = new if is_same(change) else f"{old} → {new}"
    why = f"<br>{_inline(explanation(change))}" if explanation(change) else ""
    return f"{_code(change.path)}: {both}{why}"


def _name(change: ResourceChange) -> str:
    return short_path(change.name)


def _code(text: str) -> str:
    """Text as code within a cell of a table, whatever it holds."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;")):
        text = text.replace(character, entity)
    return f"<code>{_mentioning_nobody(text)}</code>"


def _inline(text: str) -> str:
    for character in "\\`*_[]<|":
        text = text.replace(character, f"\\{character}")
    return _mentioning_nobody(" ".join(text.split()))


def _mentioning_nobody(text: str) -> str:
    return text.replace("@", "&#64;")
