"""Running the tools, and counting what they find: raw, acknowledged and left."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

REPOSITORY = Path(__file__).parents[2]
PACKS = ("AwsSolutions", "Serverless", "NIST.800.53.R5", "HIPAA.Security", "PCI.DSS.321")
VALIDATOR = "CloudFormation Validate"
CFN_LINT = "cfn-lint"
CHECKOV = "checkov"
CHECKOV_PROGRAM = REPOSITORY / ".tools" / "bin" / "checkov"
STRICT = {"@aws-cdk/core:validateAgainstDefaultRules": True}
_ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


@dataclass(frozen=True)
class Acknowledged:
    """An acknowledgement in code.

    Attributes:
        rule: The rule, as `Pack::Rule` or the check's name.
        where: The path of the construct, or the logical id of the resource, that has it.
        reason: Why the finding stays.
    """

    rule: str
    where: str
    reason: str


@dataclass
class Findings:
    """What one tool finds in one stack.

    Attributes:
        left: What nobody has acknowledged, as `RULE WHERE`.
        acknowledged: What somebody has; one acknowledgement may stand for several findings.
    """

    left: list[str] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def raw(self) -> int:
        return len(self.left) + len(self.acknowledged)


@dataclass(frozen=True)
class Assembly:
    """The synthesised stacks, and what cdk-nag and CDK's validator say of them.

    Attributes:
        folder: The cloud assembly.
        report: The plugins' report.
    """

    folder: Path
    report: Json

    def template(self, stack: str) -> Path:
        return self.folder / f"{stack}.template.json"

    def plugin(self, name: str, stack: str) -> Findings:
        """What a pack of cdk-nag, or CDK's validator, finds in a stack."""
        found = Findings()
        for report in self.report["pluginReports"]:
            if report["pluginName"] != name:
                continue
            for violation, path in _places(report["violations"], stack):
                found.left.append(f"{violation['ruleName']} {path}")
            for violation, _ in _places(report.get("suppressedViolations") or [], stack):
                found.acknowledged.append(
                    Acknowledged(
                        violation["acknowledgedId"],
                        violation["acknowledgedAt"],
                        violation["reason"],
                    )
                )
        return found

    def acknowledgements(self, stack: str) -> set[tuple[str, str]]:
        """The rule and place of each acknowledgement in a stack, whether it is needed or not."""
        metadata = json.loads((self.folder / f"{stack}.metadata.json").read_text())
        return {
            (rule, path.removeprefix("/"))
            for path, entries in metadata.items()
            for entry in entries
            if entry["type"] == _ACKNOWLEDGED
            for rule in entry["data"]
        }


def synthesise(folder: Path, flags: Mapping[str, object] = STRICT) -> Assembly:
    """Write all stacks in a process of its own, whose validation fails: that is what is counted."""
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.compliance.shapes", str(folder), json.dumps(dict(flags))],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    report = folder / "validation-report.json"
    if not report.exists():
        raise RuntimeError(f"the stacks were not synthesised:\n{done.stdout}{done.stderr}")
    return Assembly(folder, json.loads(report.read_text()))


def cfn_lint(template: Path) -> Findings:
    """What cfn-lint finds, informational rules included."""
    whole = json.loads(template.read_text())
    ignored = whole.get("Metadata", {}).pop("cfn-lint", {}).get("config", {})
    names = ignored.get("ignore_checks", [])
    found = Findings()
    for rule, where in _lint(json.dumps(whole)):
        if rule in names:
            found.acknowledged.append(Acknowledged(rule, where, "see ServerlessStack"))
        else:
            found.left.append(f"{rule} {where}")
    return found


def _lint(text: str) -> Iterator[tuple[str, str]]:
    code = "import sys; from cfnlint.runner import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--include-checks", "I", "--format", "json", "--"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    for match in json.loads(done.stdout or "[]"):
        yield match["Rule"]["Id"], "/".join(str(part) for part in match["Location"]["Path"] or ())


def checkov(templates: Sequence[Path]) -> dict[str, Findings]:
    """What checkov finds, by the name of the stack; it needs a virtual environment of its own."""
    done = subprocess.run(
        [
            str(CHECKOV_PROGRAM),
            "--framework",
            "cloudformation",
            "--skip-download",
            "--compact",
            "--output",
            "json",
            "--file",
            *map(str, templates),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = {_stack(template.name): Findings() for template in templates}
    reports = json.loads(done.stdout)
    for report in reports if isinstance(reports, list) else [reports]:
        for check in report["results"]["failed_checks"]:
            stack = found[_stack(Path(check["file_path"]).name)]
            stack.left.append(f"{check['check_id']} {check['resource']}")
        for check in report["results"]["skipped_checks"]:
            stack = found[_stack(Path(check["file_path"]).name)]
            reason = check["check_result"]["suppress_comment"]
            stack.acknowledged.append(
                Acknowledged(check["check_id"], check["resource"].split(".")[-1], reason)
            )
    return found


def skips(template: Path) -> set[tuple[str, str]]:
    """The check and the logical id of each skip of checkov in a template."""
    resources = json.loads(template.read_text())["Resources"]
    return {
        (skip["id"], logical_id)
        for logical_id, resource in resources.items()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    }


def _stack(file_name: str) -> str:
    return file_name.removesuffix(".template.json")


def _places(violations: Sequence[Json], stack: str) -> Iterator[tuple[Json, str]]:
    for violation in violations:
        for construct in violation["violatingConstructs"]:
            path = construct["constructPath"]
            if path.split("/")[0] == stack:
                yield violation, path
