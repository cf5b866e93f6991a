"""The samples of docs/guides/testing.md, run as a reader would run them, and their output."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from serverless_stack.testing.template_text import parse_any
from tests.testing.review.apps import commit, git

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "testing"
PAGE = (ROOT / "docs" / "guides" / "testing.md").read_text("utf-8")
# The edit of the page. It looks harmless, but the key of a table cannot be changed.
EDIT = ('name="id"', 'name="order"')


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example."""
    folder = tmp_path / "testing"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST_", "CDK_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )


def pytest_in(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run(folder, "pytest", "-p", "no:cacheprovider", *arguments)


def edit(folder: Path, old: str = EDIT[0], new: str = EDIT[1], file: str = "orders.py") -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def message_of(stdout: str) -> str:
    """The message of a failed assertion in the output of pytest, without its margin."""
    lines = re.findall(r"^E ?(.*)$", stdout, re.MULTILINE)
    return "\n".join(line.removeprefix("      ").rstrip() for line in lines) + "\n"


@pytest.fixture
def as_shown(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compare with the file that the page shows; `--snapshot-update` writes it."""

    def check(name: str, output: str) -> None:
        file = EXAMPLE / "output" / name
        if pytestconfig.option.update_snapshots:
            file.write_text(output, "utf-8")
        assert output == file.read_text("utf-8")

    return check


def test_the_examples_pass_with_another_handler_and_build(example: Path) -> None:
    edit(example, 'event["id"]', 'event["id"].lower()', "handler/index.py")
    edit(example, "2026-11-23", "2027-01-01")
    done = pytest_in(example)
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_a_failing_snapshot_shows_the_data_loss(
    example: Path, as_shown: Callable[[str, str], None]
) -> None:
    edit(example)
    done = pytest_in(example, "test_orders.py")
    assert done.returncode == 1
    as_shown("failing.txt", message_of(done.stdout))


def test_an_update_refuses_to_lose_data_unless_it_is_allowed(
    example: Path, as_shown: Callable[[str, str], None]
) -> None:
    edit(example)
    snapshot = example / "__snapshots__" / "test_orders" / "test_orders.template.yaml"
    before = snapshot.read_text("utf-8")
    done = pytest_in(example, "test_orders.py", "--snapshot-update")
    assert done.returncode == 1
    refused = message_of(done.stdout)
    as_shown("refused.txt", refused)
    assert snapshot.read_text("utf-8") == before
    command = refused.splitlines()[-1].partition("pytest ")[2]
    assert command in PAGE
    done = pytest_in(example, "test_orders.py", *command.split())
    assert done.returncode == 0, done.stdout
    assert "AttributeName: order" in snapshot.read_text("utf-8")


def test_the_review_of_a_working_tree(example: Path, as_shown: Callable[[str, str], None]) -> None:
    git(example, "init", "--quiet", "--initial-branch", "main")
    commit(example, "orders")
    edit(example)
    done = run(example, "serverless_stack.cli", "review", "HEAD")
    assert (done.returncode, done.stderr) == (3, "")
    shown = re.sub(r"\([0-9a-f]{7}\)", "(1a2b3c4)", done.stdout)
    as_shown("review.txt", "\n".join(line.rstrip() for line in shown.splitlines()) + "\n")


def test_the_workflow_is_valid_and_calls_the_review() -> None:
    workflow = parse_any((EXAMPLE / "review.yml").read_text("utf-8"), "review.yml")
    assert isinstance(workflow, dict)
    assert isinstance(workflow["jobs"], dict)
    commands = [step["run"] for step in workflow["jobs"]["review"]["steps"] if "run" in step]
    (review,) = [command for command in commands if "serverless-stack review" in command]
    assert "--format markdown > review.md" in review


def test_the_page_shows_all_files_and_nothing_else() -> None:
    shown = re.findall(r"```{literalinclude} \.\./\.\./(\S+)", PAGE)
    files = {str(path.relative_to(ROOT)) for path in EXAMPLE.rglob("*") if path.is_file()}
    assert set(shown) <= files
    assert "```python" not in PAGE
    others = {name for name in files - set(shown) if "__pycache__" not in name}
    left = {name for name in others if name.endswith((".py", ".yml", ".txt"))}
    assert left == {"examples/testing/app.py", "examples/testing/handler/index.py"}
