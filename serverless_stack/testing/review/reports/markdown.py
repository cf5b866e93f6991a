"""A comparison in GitHub's Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from serverless_stack._shared.text import visible
from serverless_stack.testing.review.compare.stacks import Comparison
from serverless_stack.testing.review.model import (
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
)
from serverless_stack.testing.review.reports.report import (
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

# Characters with a meaning in GitHub's Markdown or HTML, and mentions.
_MARKDOWN = "\\`*_[]<>|~&@"
_SIGNS = {
    Consequence.DATA_LOSS: "🛑",
    Consequence.REPLACEMENT: "⚠️",
    Consequence.SOME_INTERRUPTION: "🟡",
}


def to_markdown(comparison: Comparison) -> str:
    """Return the comparison in GitHub's Markdown. No value of a template takes effect in it."""
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
                fence = _fence(change.advice)
                lines += [f"{_code(_name(change))}:", "", fence, change.advice, fence, ""]
    return visible("\n".join(lines)).rstrip() + "\n"


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
    """Return text as code, for a cell of a table."""
    escaped = "".join(f"&#{ord(c)};" if c in _MARKDOWN else c for c in " ".join(text.split()))
    return f"<code>{escaped}</code>"


def _inline(text: str) -> str:
    """Return text without Markdown and mentions."""
    escaped = "".join(f"\\{c}" if c in _MARKDOWN else c for c in " ".join(text.split()))
    return escaped.replace("\\@", "&#64;")


def _fence(text: str) -> str:
    """Return a fence for a block of code that is longer than any in the text."""
    return "`" * max([3, *(len(ticks) + 1 for ticks in re.findall("`+", text))])
