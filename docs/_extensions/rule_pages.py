"""The pages of the rules: a paragraph for each, from the rule and from the twins of its tests."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path

from sphinx.application import Sphinx

from serverless_stack.checks import rules
from serverless_stack.checks.engine.rules import Rule

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.checks.cases import Case, cases

_FOLDER = "reference/rules/"
_MAX_LENGTH = 130


def services() -> dict[str, list[Rule]]:
    """Return the rules by service; a service is the first part of their ids."""
    grouped = groupby(rules(), key=lambda rule: rule.id.rpartition("-")[0])
    return {service: list(group) for service, group in grouped}


def paragraphs(rule: Rule) -> str:
    """Return the paragraphs of a rule."""
    kinds = ", ".join(f"`{kind}`" for kind in rule.types) or "the template"
    said = "refuses it" if rule.severity == "error" else "accepts it, and it does not work"
    lines = [
        f"({rule.id.lower()})=",
        f"## {rule.id}",
        "",
        f"**{rule.title}** {rule.description}",
        "",
        f"*{rule.severity.capitalize()}* (AWS {said}), on {kinds}. AWS: “{rule.page}”.",
    ]
    twin = next((pair for case in _cases(rule.id) for pair in [_twin(case)] if pair), None)
    if twin:
        lines += ["", "```yaml", f"# reported: {twin[0]}", f"# accepted: {twin[1]}", "```"]
    return "\n".join(lines)


@cache
def _by_rule() -> Mapping[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases():
        found.setdefault(case.rule, []).append(case)
    return found


def _cases(rule: str) -> list[Case]:
    return _by_rule().get(rule, [])


def _twin(case: Case) -> tuple[str, str] | None:
    """Return the only line in which a bad template and its twin differ, if there is one."""
    if case.bad_sections or case.good_sections or case.bad_others or case.good_others:
        return None
    bad, good = dict(_leaves(case.bad)), dict(_leaves(case.good))
    differing = sorted({*bad.items()} ^ {*good.items()})
    if len({key for key, _ in differing}) != 1:
        return None
    ((key, _), *_) = differing
    pair = tuple(f"{_short(key)}: {each[key]}" if key in each else "absent" for each in (bad, good))
    return (pair[0], pair[1]) if max(map(len, pair)) <= _MAX_LENGTH else None


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from _leaves(each, f"{path}.{number}")
    else:
        yield path, json.dumps(value)


def _short(path: str) -> str:
    return path.partition(".Properties.")[2] or path.rpartition(".")[2]


def _insert(app: Sphinx, name: str, source: list[str]) -> None:
    if not name.startswith(_FOLDER):
        return
    if name.endswith("/index"):
        rows = [
            f"| [{service}]({service.lower()}.md) | {len(group)} |"
            for service, group in services().items()
        ]
        table = ["| service | rules |", "| --- | --- |", *rows]
        source[0] = source[0].replace("% the services", "\n".join(table))
        source[0] = source[0].replace("% the number of rules", str(len(rules())))
    else:
        service = name.removeprefix(_FOLDER).upper()
        text = "\n\n".join(map(paragraphs, services()[service]))
        source[0] = source[0].replace("% the rules", text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _insert)
    return {"parallel_read_safe": True}
