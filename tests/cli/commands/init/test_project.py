"""The project that `serverless-stack init` creates: its tests, types, style and snapshot."""

import json
import os
import re
import runpy
import subprocess
import sys
from itertools import chain, combinations
from pathlib import Path

import aws_cdk as cdk
import pytest
from typer.testing import CliRunner

from serverless_stack.cli.commands.init import template
from serverless_stack.cli.main import application
from serverless_stack.testing.snapshots.rendering import render_stacks
from serverless_stack.testing.snapshots.scrubbing import scrub_stacks
from serverless_stack.testing.templates import stacks_of

# One worker synthesises all of them.
pytestmark = pytest.mark.xdist_group("init")
CACHES = ("redis", "memcached")
COMBINATIONS = list(chain.from_iterable(combinations(CACHES, count) for count in range(3)))
NAME = "Shop"
REPOSITORY = Path(__file__).parents[4]


def create(folder: Path, *options: str) -> Path:
    result = CliRunner().invoke(application(), ["init", str(folder), "--name", NAME, *options])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Path]:
    """A project with each combination of caches."""
    folder = tmp_path_factory.mktemp("projects")
    return {
        caches: create(folder / "-".join(["project", *caches]), *(f"--{name}" for name in caches))
        for caches in COMBINATIONS
    }


def neutral(text: str, stack: cdk.Stack) -> str:
    """Return a snapshot with placeholders for the name of the stack, and for ids made of it."""
    paths = {
        cdk.Names.unique_id(construct): construct.node.path.removeprefix(f"{NAME}/")
        for construct in stack.node.find_all()[1:]
    }
    ids = re.compile("|".join(sorted(map(re.escape, paths), key=len, reverse=True)))
    for logical_id, path in re.findall(r"^  (\w+):  # (.+)$", text, re.MULTILINE):
        if ids.search(path):
            inner = ids.sub(lambda found: f"<{paths[found[0]]}>", path)
            text = re.sub(rf"\b{logical_id}\b", f"{{{{id {inner}}}}}", text)
    text = ids.sub(lambda found: f"{{{{id <{paths[found[0]]}>}}}}", text)
    text = text.replace(f'["{NAME}-", !Select', '["{{stack-letters}}-", !Select')
    return re.sub(rf"\b{NAME}\b", "{{stack}}", text)


@pytest.mark.parametrize("name", ["my-app", "Zebra"])
def test_the_snapshot_fits_any_name(tmp_path: Path, cdk_app: cdk.App, name: str) -> None:
    folder = create(tmp_path / "project", "--name", name, "--redis", "--memcached")
    stack = runpy.run_path(str(folder / "app.py"))["create_stack"](cdk_app)
    text = render_stacks(*scrub_stacks(stacks_of(stack), ()))
    assert (folder / template.SNAPSHOT).read_text("utf-8") == text


@pytest.mark.parametrize("caches", COMBINATIONS, ids=lambda caches: "+".join(caches) or "none")
def test_the_snapshot_is_that_of_the_stack(
    projects: dict[tuple[str, ...], Path],
    caches: tuple[str, ...],
    cdk_app: cdk.App,
    pytestconfig: pytest.Config,
) -> None:
    """`make snapshots` writes it again."""
    folder = projects[caches]
    stack = runpy.run_path(str(folder / "app.py"))["create_stack"](cdk_app)
    text = render_stacks(*scrub_stacks(stacks_of(stack), ()))
    if pytestconfig.getoption("update_snapshots"):
        template.snapshot_source(caches).write_text(neutral(text, stack), "utf-8")
    else:
        assert (folder / template.SNAPSHOT).read_text("utf-8") == text


def test_its_own_tests_pass_at_once(projects: dict[tuple[str, ...], Path]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=projects[CACHES],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_the_guide_shows_its_app(projects: dict[tuple[str, ...], Path]) -> None:
    shown = (REPOSITORY / "examples/new_project/app.py.txt").read_text("utf-8")
    assert (projects[()] / "app.py").read_text("utf-8") == shown


def test_its_style(projects: dict[tuple[str, ...], Path]) -> None:
    """`make types` checks its types."""
    folders = [str(folder) for folder in projects.values()]
    for argv in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *argv, "--no-cache", *folders]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_versions_are_those_that_are_tested(projects: dict[tuple[str, ...], Path]) -> None:
    """`make lock` raises those of the shop's handler."""
    lock = (REPOSITORY / "examples/shop/handler/requirements.txt").read_text("utf-8")
    locked = set(re.findall(r"^\S+==\S+", lock, re.MULTILINE))
    lines = (projects[CACHES] / "handler/requirements.txt").read_text("utf-8").splitlines()
    assert set(lines) <= locked
    assert {line.partition("==")[0] for line in lines} >= {"redis", "pymemcache"}
    plain = (projects[()] / "handler/requirements.txt").read_text("utf-8")
    assert set(lines) - set(plain.splitlines()) == {
        line for line in lines if line.startswith(("redis", "pymemcache"))
    }


def test_nothing_is_left_of_the_template(projects: dict[tuple[str, ...], Path]) -> None:
    for folder in projects.values():
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) == 14
        for path in files:
            text = path.read_text("utf-8")
            assert "%%" not in text, path
            assert re.findall(r"\{\{[a-z-]+\}\}", text) == [], path
            assert text.endswith("\n")
    json.loads((projects[()] / "cdk.json").read_text("utf-8"))
