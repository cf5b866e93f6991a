"""Audit the locked dependencies, and write bills of materials.

`python -m tests.compliance.supply_chain audit` asks PyPI and npm for advisories, fails if there is
one, and says when it cannot ask. `... sbom FOLDER` writes bills of materials in CycloneDX.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
TOOLS = REPOSITORY / ".tools" / "bin"
LOCKED = REPOSITORY / "requirements-dev.txt"


@dataclass(frozen=True)
class Answer:
    """The answer of an advisory database.

    Attributes:
        tool: The tool that asked.
        audited: The number of packages in the answer; 0 if there was no answer.
        unknown: The number of packages that the tool could not ask about.
        advisories: The packages with an advisory, as `NAME VERSION: ADVISORY`.
    """

    tool: str
    audited: int
    unknown: int
    advisories: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.audited:
            return f"{self.tool}: the advisories cannot be fetched here, nothing was audited"
        rest = f", {self.unknown} could not be" if self.unknown else ""
        listed = "; ".join(self.advisories) or "no advisory"
        return f"{self.tool}: {self.audited} packages audited{rest}: {listed}"


def of_pip_audit(report: Mapping[str, Any]) -> Answer:
    """Read the report of pip-audit, which counts packages that it skipped as fine."""
    packages = report.get("dependencies", [])
    known = [package for package in packages if "skip_reason" not in package]
    advisories = tuple(
        f"{package['name']} {package['version']}: {advisory['id']}"
        for package in known
        for advisory in package["vulns"]
    )
    return Answer("pip-audit", len(known), len(packages) - len(known), advisories)


def of_npm_audit(report: Mapping[str, Any]) -> Answer:
    """Read the report of npm, which has no metadata if the registry did not answer."""
    counted = report.get("metadata", {}).get("dependencies", {}).get("total", 0)
    advisories = tuple(
        f"{name} {entry.get('range', '')}: {entry.get('severity', 'unknown')}".replace("  ", " ")
        for name, entry in report.get("vulnerabilities", {}).items()
    )
    return Answer("npm audit", counted, 0, advisories)


def audit() -> int:
    """Ask for advisories and print them.

    Returns:
        The exit status: 1 if there is an advisory.
    """
    pip = [str(TOOLS / "pip-audit"), "--disable-pip", "--require-hashes", "-r", str(LOCKED)]
    npm = ["npm", "audit", "--json", "--package-lock-only"]
    answers = [of_pip_audit(_json([*pip, "-f", "json"])), of_npm_audit(_json(npm))]
    for answer in answers:
        print(answer)
    return 1 if any(answer.advisories for answer in answers) else 0


def sbom(folder: Path) -> None:
    """Write both bills of materials.

    Args:
        folder: The folder to write to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    python = [str(TOOLS / "cyclonedx-py"), "requirements", str(LOCKED), "--output-reproducible"]
    _write(folder / "sbom-python.json", _json(python))
    with tempfile.TemporaryDirectory() as copied:
        for name in ("package.json", "package-lock.json"):
            text = json.loads((REPOSITORY / name).read_text())
            root = text["packages"][""] if "packages" in text else text
            root["version"] = text["version"] = "0.0.0"  # npm skips packages without a version
            (Path(copied) / name).write_text(json.dumps(text))
        npm = ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
        _write(folder / "sbom-npm.json", _json(npm, Path(copied)))


def _json(command: list[str], folder: Path = REPOSITORY) -> dict[str, Any]:
    environment = {**os.environ, "npm_config_audit": "true"}
    completed = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    try:
        return dict(json.loads(completed.stdout))
    except ValueError:
        raise RuntimeError(f"{command[0]} said:\n{completed.stdout}{completed.stderr}") from None


def _write(path: Path, bill: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")
    print(f"{path}: {len(bill['components'])} components")


if __name__ == "__main__":
    if sys.argv[1] == "audit":
        sys.exit(audit())
    sbom(Path(sys.argv[2]))
