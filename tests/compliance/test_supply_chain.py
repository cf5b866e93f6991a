from pathlib import Path
from typing import Any

import pytest

from tests.compliance import supply_chain
from tests.compliance.supply_chain import Answer, of_npm_audit, of_pip_audit


def test_the_report_of_pip_audit() -> None:
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "c", "skip_reason": "Dependency not found on PyPI"},
        ]
    }
    answer = of_pip_audit(report)
    assert answer == Answer("pip-audit", 2, 1, ("b 2: PYSEC-1",))
    assert str(answer) == "pip-audit: 2 packages audited, 1 could not be: b 2: PYSEC-1"


def test_an_audit_without_answer_is_not_clean() -> None:
    skipped = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    refused = {"message": "405 Method Not Allowed", "statusCode": 405}
    for answer in (of_pip_audit(skipped), of_npm_audit(refused)):
        assert "nothing was audited" in str(answer)
        assert answer.advisories == ()


def test_the_report_of_npm() -> None:
    report = {
        "vulnerabilities": {"left-pad": {"severity": "high", "range": "<1.3.0"}},
        "metadata": {"dependencies": {"total": 3}},
    }
    answer = of_npm_audit(report)
    assert answer == Answer("npm audit", 3, 0, ("left-pad <1.3.0: high",))
    clean = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 3}}}
    assert str(of_npm_audit(clean)) == "npm audit: 3 packages audited: no advisory"


def test_an_advisory_fails_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    bad: dict[str, Any] = {
        "dependencies": [{"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}]
    }

    def answer(command: list[str], folder: Path = Path()) -> dict[str, Any]:
        return {} if command[0] == "npm" else bad

    monkeypatch.setattr(supply_chain, "_json", answer)
    assert supply_chain.audit() == 1
    bad["dependencies"][0]["vulns"] = []
    assert supply_chain.audit() == 0


def test_every_requirement_is_locked_with_hashes() -> None:
    for name in (
        "requirements-dev.txt",
        "tests/compliance/requirements.txt",
        "serverless_stack/local/emulator/requirements.txt",
        "examples/shop/handler/requirements.txt",
    ):
        lines = (supply_chain.REPOSITORY / name).read_text().splitlines()
        pinned = [line for line in lines if line and line[0] not in "# "]
        assert pinned
        assert [line for line in pinned if not line.startswith("--") and "==" not in line] == []
        hashed = [line for line in lines if line.strip().startswith("--hash=sha256:")]
        assert len(hashed) >= len(pinned)


@pytest.mark.skipif(not supply_chain.TOOLS.exists(), reason="`make sbom` installs its tools")
def test_the_bills_of_materials_list_the_locked_packages(tmp_path: Path) -> None:
    supply_chain.sbom(tmp_path)
    python = (tmp_path / "sbom-python.json").read_text()
    assert '"CycloneDX"' in python
    assert "pkg:pypi/aws-cdk-lib@" in python
    assert "pkg:npm/aws-cdk@" in (tmp_path / "sbom-npm.json").read_text()
