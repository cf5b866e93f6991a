"""The samples of docs/guides/checks.md, run as a reader would, and their output."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from serverless_stack.testing.template_text import parse_any

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "checks"
PAGE = (ROOT / "docs" / "guides" / "checks.md").read_text("utf-8")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "checks"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST_", "CDK_"))}
    environment = {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "80",
        "CDK_OUTDIR": "cdk.out",
        "CDK_VALIDATION": "false",
        **variables,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def as_shown(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compare with the file that the page shows; `--snapshot-update` updates it."""

    def check(name: str, output: str) -> None:
        file = EXAMPLE / "output" / name
        text = "\n".join(line.rstrip() for line in output.splitlines()) + "\n"
        if pytestconfig.option.update_snapshots:
            file.write_text(text, "utf-8")
        assert text == file.read_text("utf-8")

    return check


def test_the_app(example: Path, as_shown: Callable[[str, str], None]) -> None:
    done = run(example, "app.py")
    assert (done.returncode, done.stderr) == (0, "")
    done = run(example, "app.py", UPLOADS_NAME="xn--uploads")
    assert done.returncode == 1
    # Another process prints it: before, after or within a line of the traceback.
    report = re.search(r"ERROR .*?Acknowledge with .*?\n", done.stderr, re.DOTALL)
    assert report, done.stderr
    as_shown("synthesis.txt", report[0])


def test_what_the_app_acknowledges_is_read_from_its_assembly(example: Path) -> None:
    run(example, "app.py")
    done = run(example, "-m", "serverless_stack.cli", "check")
    assert done.returncode == 0
    output = " ".join(done.stdout.split())
    assert "acknowledged: created before S3 reserved the prefix, and imported" in output


def test_the_python_sample(example: Path) -> None:
    run(example, "app.py", UPLOADS_NAME="xn--uploads")
    done = run(example, "find.py")
    assert done.stderr == ""
    found = [line.split(": ")[:2] for line in done.stdout.splitlines()]
    # CDK does not write the acknowledgement of the second one into the template.
    assert [each[1] for each in found] == ["S3-001", "S3-001"]
    assert all(each[0].endswith(".BucketName") for each in found)


def test_the_test_passes(example: Path) -> None:
    done = run(example, "-m", "pytest", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_table(example: Path, as_shown: Callable[[str, str], None]) -> None:
    done = run(example, "-m", "serverless_stack.cli", "check", "files.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    as_shown("table.txt", done.stdout)


def test_the_workflow_is_valid_and_runs_the_command(example: Path) -> None:
    workflow = parse_any((EXAMPLE / "check.yml").read_text("utf-8"), "check.yml")
    assert isinstance(workflow, dict)
    steps = workflow["jobs"]["check"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    (command,) = [each for each in commands if each.startswith("serverless-stack ")]
    called, _, file = command.partition(" > ")
    assert steps[-1]["with"] == {"sarif_file": file}
    run(example, "app.py")
    done = run(example, "-m", "serverless_stack.cli", *called.split()[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["version"] == "2.1.0"


def test_the_page_shows_files_alone() -> None:
    shown = re.findall(r"```{literalinclude} \.\./\.\./(\S+)", PAGE)
    files = {str(path.relative_to(ROOT)) for path in EXAMPLE.rglob("*") if path.is_file()}
    assert set(shown) == {name for name in files if "__pycache__" not in name}
    assert "```python" not in PAGE
