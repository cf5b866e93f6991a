"""Accessibility of a page, checked by axe-core."""

import json
from functools import cache
from pathlib import Path

from tests.browser.tab import Tab

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_SERIOUS = ("serious", "critical")


@cache
def _source() -> str:
    return _AXE.read_text("utf-8")


def is_installed() -> bool:
    """Return whether axe-core is there."""
    return _AXE.is_file()


def violations(tab: Tab, *, impacts: tuple[str, ...] = _SERIOUS, root: str = "html") -> list[str]:
    """Return the serious violations of a page, a line for each element.

    The source runs through the protocol, which a Content-Security-Policy does not forbid.

    Args:
        tab: The tab with the page.
        impacts: The impacts that count, such as ``serious``.
        root: A selector of what is checked.
    """
    if not tab.evaluate("typeof window.axe === 'object'"):
        tab.evaluate(f"(() => {{ {_source()} ; }})(), 0")
    found = tab.evaluate(
        f"axe.run(document.querySelector({json.dumps(root)}), {{resultTypes: ['violations']}})"
        ".then((result) => result.violations.map((each) => [each.id, each.impact, each.help,"
        " each.nodes.map((node) => node.html.slice(0, 200) + ' ' + node.any.map("
        "(check) => check.message).join('; '))]))"
    )
    return [
        f"{rule} ({impact}): {text}: {node}"
        for rule, impact, text, nodes in found
        if impact in impacts
        for node in nodes
    ]
