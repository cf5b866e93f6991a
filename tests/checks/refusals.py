"""Compares who refuses the mistakes of the cases: `python -m tests.checks.refusals`.

Each bad template goes through CDK as it would in an app that includes it (`CfnInclude`, so level 1
constructs), once alone and once past CDK's own template validator; and through our rules. CDK has
reported a mistake only if it does not report the same for the good twin.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import cloudformation_include as include

from serverless_stack.checks import Severity, check_templates
from tests.checks.cases import Case, cases

CONTEXT = {
    "@aws-cdk/core:validateAgainstDefaultRules": True,  # errors stay errors
    "@aws-cdk/core:failSynthOnValidationErrors": False,  # and are in the report alone
}
BATCH = 100
"""How many templates CDK validates at once: starting its validator takes seconds."""

Told = set[tuple[str, str, str]]
"""What a validator said: the rule, the resource and the properties."""


@dataclass(frozen=True)
class Row:
    """What is said of one mistake.

    Attributes:
        case: The mistake.
        cdk: Whether CDK fails with its settings as they are.
        warned: Whether CDK warns of it, and fails with its strict flag.
        ours: The severity of what our rule says; None if it is silent.
    """

    case: Case
    cdk: bool
    warned: bool
    ours: Severity | None

    @property
    def only_ours(self) -> bool:
        """Whether nobody but us says anything."""
        return self.ours is not None and not self.cdk and not self.warned


@dataclass(frozen=True)
class Included:
    """A template, and the region that it is deployed to."""

    path: Path
    region: str | None


def rows(listed: Sequence[Case]) -> list[Row]:
    """Ask CDK and our rules about each case."""
    with tempfile.TemporaryDirectory() as folder:
        bad = [_write(Path(folder, f"bad{n}.json"), case, True) for n, case in enumerate(listed)]
        good = [_write(Path(folder, f"good{n}.json"), case, False) for n, case in enumerate(listed)]
        raised = [_raises(each) for each in bad]
        fine = [not _raises(each) for each in good]
        told_of_bad = validated({n: each for n, each in enumerate(bad) if not raised[n]})
        told_of_good = validated({n: good[n] for n in told_of_bad if fine[n]})
    return [
        Row(
            case=case,
            cdk=raised[n] and fine[n],
            warned=bool(told_of_bad.get(n, set()) - told_of_good.get(n, set())),
            ours=_ours(case),
        )
        for n, case in enumerate(listed)
    ]


def validated(templates: Mapping[int, Included]) -> dict[int, Told]:
    """What CDK's validator refuses of each template, if it is strict."""
    found: dict[int, Told] = {}
    for start in range(0, len(templates), BATCH):
        found |= _validated(dict(list(templates.items())[start : start + BATCH]))
    return found


def _validated(templates: Mapping[int, Included]) -> dict[int, Told]:
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(outdir=folder, context=CONTEXT, analytics_reporting=False)
        for number, each in templates.items():
            _include(app, f"Case{number}", each)
        app.synth()
        report = json.loads(Path(folder, "validation-report.json").read_text("utf-8"))
    found: dict[int, Told] = {number: set() for number in templates}
    for stack, rule, resource, properties in _refused(report):
        found[int(stack.removeprefix("Case"))].add((rule, resource, properties))
    return found


def _refused(report: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for plugin in report["pluginReports"]:
        if plugin["conclusion"] == "failure" and not plugin["violations"]:
            raise RuntimeError(f"CDK's validator failed: {plugin['metadata']}")
        for violation in plugin["violations"]:
            if violation["severity"] in ("error", "fatal"):
                for each in violation["violatingConstructs"]:
                    # What is no resource, an output for example, has the path of its stack alone.
                    about = each.get("cloudFormationResource") or {}
                    place = str(each["constructPath"] or about.get("templatePath"))
                    stack = re.split(r"[/.]", place)[0]
                    properties = " ".join(about.get("propertyPaths") or ())
                    resource = str(about.get("logicalId") or violation["description"])
                    yield stack, violation["ruleName"], resource, properties


def _raises(template: Included) -> bool:
    """Return whether an app that includes the template fails, without the validator."""
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(
            outdir=folder, builtin_cloud_formation_validation=False, analytics_reporting=False
        )
        try:
            _include(app, "Case", template)
            app.synth()
        except RuntimeError:
            return True
    return False


def _include(app: cdk.App, name: str, template: Included) -> None:
    stack = cdk.Stack(
        app,
        name,
        env=cdk.Environment(region=template.region),
        synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    include.CfnInclude(stack, "Template", template_file=str(template.path))


def _ours(case: Case) -> Severity | None:
    app = {"Shop": {"Resources": case.bad, **case.bad_sections}, **case.bad_others}
    found = check_templates(app, dict.fromkeys(app, case.region))
    reported = [each.severity for each in found if each.rule == case.rule]
    return Severity.ERROR if Severity.ERROR in reported else reported[0] if reported else None


def _write(path: Path, case: Case, bad: bool) -> Included:
    resources, sections = (case.bad, case.bad_sections) if bad else (case.good, case.good_sections)
    path.write_text(json.dumps({"Resources": resources, **sections}), "utf-8")
    return Included(path, case.region)


def table(found: Sequence[Row]) -> str:
    """Return the counts, and the mistakes of which nobody but us says a word."""
    strict = sum(row.cdk or row.warned for row in found)
    plain = sum(row.cdk for row in found)
    ours = sum(row.ours is Severity.ERROR for row in found)
    reported = sum(row.ours is not None for row in found)
    only = [row for row in found if row.only_ours]
    lines = [
        f"{len(found)} mistakes           refused  reported",
        f"plain CDK             {plain:7}  {strict:7}",
        f"CDK, strict flag      {strict:7}  {strict:7}",
        f"serverless_stack      {ours:7}  {reported:7}",
        "",
        f"nobody but serverless_stack, {len(only)}:",
        *(f"  {row.case.rule:8}  {row.case.name}" for row in only),
    ]
    unsaid = [row for row in found if row.ours is None]
    if unsaid:
        lines += ["", "not by serverless_stack:", *(f"  {row.case}" for row in unsaid)]
    return "\n".join(lines)


def main() -> None:
    """Print the table, of all cases or those of some rules."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.checks.refusals")
    parser.add_argument(
        "prefix", nargs="*", help="only rules that begin so, such as S3 or ELASTICACHE-0"
    )
    wanted = tuple(parser.parse_args().prefix)
    # CDK's kernel reads it when it starts, and is not started yet.
    os.environ.pop("CDK_VALIDATION", None)
    listed = [case for case in cases() if not wanted or case.rule.startswith(wanted)]
    if not listed:
        sys.exit("there is no such case")
    print(table(rows(listed)))


if __name__ == "__main__":
    main()
