"""Output of `serverless-stack check` for programs: JSON, and SARIF 2.1.0 for code scanning."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from serverless_stack.checks import Severity
from serverless_stack.checks.engine.rules import Rule
from serverless_stack.cli.commands.check.targets import Checked, Located

Json = dict[str, object]
# "SARIF support for code scanning": GitHub shows ten tags of a rule, and refuses more than twenty.
_MAX_TYPES = 9


def to_json(checked: Sequence[Checked], status: int) -> str:
    """Return all findings as JSON, with counts and the exit status."""
    findings = [
        {
            "rule": each.finding.rule,
            "severity": each.finding.severity,
            "file": _file(template.path),
            "line": template.lines.of(each.finding.resource, each.finding.property),
            "stack": template.name,
            "region": template.region,
            "resource": each.finding.resource,
            "construct": each.construct,
            "property": each.finding.property,
            "value": each.finding.value,
            "message": each.finding.message,
            "title": each.finding.title,
            "description": each.finding.description,
            "page": each.finding.page,
            "acknowledged": each.finding.acknowledged,
        }
        for template, each in _all(checked)
    ]
    report = {
        "status": status,
        "templates": len(checked),
        "errors": sum(each.count(Severity.ERROR) for each in checked),
        "warnings": sum(each.count(Severity.WARNING) for each in checked),
        "acknowledged": sum(each.acknowledged for each in checked),
        "findings": findings,
    }
    return _dumped(report)


def rules_to_json(rules: Sequence[Rule]) -> str:
    """Return all rules as JSON."""
    listed = [
        {
            "id": rule.id,
            "severity": rule.severity,
            "types": list(rule.types),
            "title": rule.title,
            "description": rule.description,
            "page": rule.page,
        }
        for rule in rules
    ]
    return _dumped(listed)


def to_sarif(checked: Sequence[Checked], rules: Sequence[Rule]) -> str:
    """Return all findings and rules as SARIF; acknowledged findings are suppressed."""
    from importlib import metadata  # with what reads e-mail: no other format waits for it

    driver = {
        "name": "serverless-stack",
        "semanticVersion": metadata.version("serverless-stack"),
        "rules": [_rule(rule) for rule in rules],
    }
    index = {rule.id: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for template, each in _all(checked):
        finding = each.finding
        parts = (finding.rule, _file(template.path), each.construct, finding.property)
        key = "\n".join(parts)
        seen[key] += 1
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        fingerprint = f"{digest[:32]}:{seen[key]}"
        results.append(_result(template, each, index[finding.rule], fingerprint))
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dumped({"version": "2.1.0", "runs": [run]})


def _dumped(report: object) -> str:
    """Return JSON, in which characters that are not safe to print are escaped."""
    text = json.dumps(report, indent=2, ensure_ascii=False, default=str)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _rule(rule: Rule) -> Json:
    page = f'See "{rule.page}" in the documentation of AWS.'
    return {
        "id": rule.id,
        "name": "".join(part.title() for part in rule.name.split("_")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.description},
        "help": {
            "text": f"{rule.description}\n{page}",
            "markdown": f"{rule.description}\n\n{page}",
        },
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "problem.severity": rule.severity.value,
            "tags": ["deployability", *rule.types[:_MAX_TYPES]],
        },
    }


def _result(template: Checked, each: Located, index: int, fingerprint: str) -> Json:
    finding = each.finding
    line = template.lines.of(finding.resource, finding.property)
    owner = f"{each.construct}: " if each.construct else ""
    location: Json = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(template.path)},
            "region": {"startLine": line},
        }
    }
    if each.construct:
        location["logicalLocations"] = [{"fullyQualifiedName": each.construct, "kind": "resource"}]
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": f"{owner}{finding.message}"},
        "locations": [location],
        # Identifies an alert. It has no value and no line, so that it stays the same when they
        # change.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if finding.acknowledged:
        result["suppressions"] = [
            {"kind": "inSource", "status": "accepted", "justification": finding.acknowledged}
        ]
    return result


def _all(checked: Sequence[Checked]) -> Iterator[tuple[Checked, Located]]:
    for template in checked:
        for each in template.found:
            yield template, each


def _file(path: Path) -> str:
    """Return a path relative to the working folder, if the file is in it."""
    absolute = path.resolve()
    here = Path.cwd().resolve()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _uri(path: Path) -> str:
    file = Path(_file(path))
    if file.is_absolute():
        return file.as_uri()
    return file.absolute().as_uri().removeprefix(f"{Path.cwd().as_uri()}/")
