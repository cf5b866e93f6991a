"""Run the tools and count their findings: raw, acknowledged and left."""

import json
import os
import subprocess
import sys
import tempfile
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
        reason: Why the finding is accepted.
    """

    rule: str
    where: str
    reason: str


@dataclass
class Findings:
    """The findings of one tool in one stack.

    Attributes:
        left: Findings that are not acknowledged, as `RULE WHERE`.
        acknowledged: Acknowledgements; one may cover several findings.
    """

    left: list[str] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def raw(self) -> int:
        """The number of all findings."""
        return len(self.left) + len(self.acknowledged)


@dataclass(frozen=True)
class Assembly:
    """The synthesized stacks, and the findings of cdk-nag and CDK's validator.

    Attributes:
        folder: The cloud assembly.
        report: The validation report.
    """

    folder: Path
    report: Json

    def template(self, stack: str) -> Path:
        """Return the path of the template of a stack."""
        return self.folder / f"{stack}.template.json"

    def plugin(self, name: str, stack: str) -> Findings:
        """Return the findings of a pack of cdk-nag, or of CDK's validator, in a stack."""
        findings = Findings()
        for report in self.report["pluginReports"]:
            if report["pluginName"] != name:
                continue
            for violation, path in _places(report["violations"], stack):
                findings.left.append(f"{violation['ruleName']} {path}")
            for violation, _ in _places(report.get("suppressedViolations") or [], stack):
                findings.acknowledged.append(
                    Acknowledged(
                        violation["acknowledgedId"],
                        violation["acknowledgedAt"],
                        violation["reason"],
                    )
                )
        return findings

    def acknowledgements(self, stack: str) -> set[tuple[str, str]]:
        """Return the rule and place of each acknowledgement in a stack, needed or not."""
        metadata = json.loads((self.folder / f"{stack}.metadata.json").read_text())
        return {
            (rule, path.removeprefix("/"))
            for path, entries in metadata.items()
            for entry in entries
            if entry["type"] == _ACKNOWLEDGED
            for rule in entry["data"]
        }


def synthesize(
    folder: Path,
    flags: Mapping[str, object] = STRICT,
    module: str = "tests.compliance.shapes",
    only: Sequence[str] = (),
    validator: bool = True,
) -> Assembly:
    """Synthesize stacks in another process, whose validation fails and writes a report.

    Args:
        folder: The folder of the cloud assembly.
        flags: The context of the app.
        module: The program that creates the stacks.
        only: The ids of the stacks. Default: all.
        validator: Whether CDK's validator runs, which takes most of the time, or only cdk-nag.
    """
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    if not validator:
        environment["CDK_VALIDATION"] = "false"
    completed = subprocess.run(
        [sys.executable, "-m", module, str(folder), json.dumps(dict(flags)), *only],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    report = folder / "validation-report.json"
    if not report.exists():
        raise RuntimeError(
            f"the stacks were not synthesized:\n{completed.stdout}{completed.stderr}"
        )
    return Assembly(folder, json.loads(report.read_text()))


def cfn_lint(templates: Sequence[Path]) -> dict[str, Findings]:
    """Return the findings of cfn-lint by stack, with informational rules."""
    findings = {_stack(template.name): Findings() for template in templates}
    ignored = {}
    with tempfile.TemporaryDirectory() as folder:
        for template in templates:
            whole = json.loads(template.read_text())
            settings = whole.get("Metadata", {}).pop("cfn-lint", {}).get("config", {})
            ignored[_stack(template.name)] = settings.get("ignore_checks", [])
            Path(folder, template.name).write_text(json.dumps(whole))
        for stack, rule, where in _lint([str(Path(folder, each.name)) for each in templates]):
            if rule in ignored[stack]:
                findings[stack].acknowledged.append(
                    Acknowledged(rule, where, "see ServerlessStack")
                )
            else:
                findings[stack].left.append(f"{rule} {where}")
    return findings


def _lint(files: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    code = "import sys; from cfnlint.runner import main; sys.exit(main())"
    completed = subprocess.run(
        [sys.executable, "-c", code, "--include-checks", "I", "--format", "json", "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    for match in json.loads(completed.stdout or "[]"):
        where = "/".join(str(part) for part in match["Location"]["Path"] or ())
        yield _stack(Path(match["Filename"]).name), match["Rule"]["Id"], where


def checkov(templates: Sequence[Path]) -> dict[str, Findings]:
    """Return the findings of checkov by stack; it has a virtual environment of its own."""
    completed = subprocess.run(
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
    findings = {_stack(template.name): Findings() for template in templates}
    reports = json.loads(completed.stdout)
    for report in reports if isinstance(reports, list) else [reports]:
        for check in report["results"]["failed_checks"]:
            stack = findings[_stack(Path(check["file_path"]).name)]
            stack.left.append(f"{check['check_id']} {check['resource']}")
        for check in report["results"]["skipped_checks"]:
            stack = findings[_stack(Path(check["file_path"]).name)]
            reason = check["check_result"]["suppress_comment"]
            stack.acknowledged.append(
                Acknowledged(check["check_id"], check["resource"].split(".")[-1], reason)
            )
    return findings


def skips(template: Path) -> set[tuple[str, str]]:
    """Return the check and logical id of each skip of checkov in a template."""
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
