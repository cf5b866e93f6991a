"""Apps are synthesised like the CDK CLI does it, and leave nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serverless_stack.local.processes import process_table as processes
from serverless_stack.testing.review.sources import source as sources
from tests.testing.review.apps import about, bucket_of, commit, failure, git, read, state_of

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[4]


def test_the_synthesis_has_the_settings_of_the_cdk_cli(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "true")
    (repo / "cdk.context.json").write_text('{"availability-zones": ["a", "b"], "stage": "stored"}')
    for side in read("HEAD~1", "-", colour="blue"):
        found = about(side)
        assert found["python"] == sys.executable
        assert found["validation"] == "false"
        assert found["context"]["aws:cdk:enable-path-metadata"] is True
        assert found["context"]["aws:cdk:bundling-stacks"] == []
        # Look-ups come from the working tree if the revision has none.
        assert found["context"]["availability-zones"] == ["a", "b"]
        # cdk.json takes precedence over cdk.context.json.
        assert (found["context"]["stage"], found["context"]["colour"]) == ("test", "blue")


def test_the_context_of_the_revision_takes_precedence(repo: Path) -> None:
    (repo / "cdk.context.json").write_text('{"zone": "old"}')
    commit(repo, "looked up")
    (repo / "cdk.context.json").write_text('{"zone": "new"}')
    old, new = read("HEAD", "-")
    assert (about(old)["context"]["zone"], about(new)["context"]["zone"]) == ("old", "new")


@pytest.mark.parametrize(
    "command", [".venv/bin/python app.py", "python app.py", "python3.11 app.py"]
)
def test_every_python_command_runs_this_interpreter(repo: Path, command: str) -> None:
    (repo / "cdk.json").write_text(json.dumps({"app": command}))
    (side,) = read("-")
    assert about(side)["python"] == sys.executable


def test_modules_installed_from_the_working_tree_come_from_the_revision(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "names.py").unlink()
    source = repo / "src"
    source.mkdir()
    (source / "names.py").write_text("BUCKET = 'old package'\n")
    commit(repo, "a package in src")
    (source / "names.py").write_text("BUCKET = 'new package'\n")
    # An editable installation does the same.
    monkeypatch.setattr(sys, "path", [*sys.path, str(source)])
    monkeypatch.setenv("PYTHONPATH", str(source))
    old, new = read("HEAD", "-")
    assert (bucket_of(old), bucket_of(new)) == ("old package", "new package")


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda repo: (repo / "cdk.json").unlink(), "there is no cdk.json in {}: name the folder"),
        (lambda repo: (repo / "cdk.json").write_text("{"), "the cdk.json of {} is not JSON: "),
        (
            lambda repo: (repo / "cdk.json").write_text("[]"),
            "the cdk.json of {} must be a JSON object",
        ),
        (
            lambda repo: (repo / "cdk.json").write_text('{"context": {}}'),
            "the cdk.json of {} must have an `app`, got: None",
        ),
        (
            lambda repo: (repo / "app.py").write_text("raise SystemExit('a mistake')"),
            "synthesising {} failed: `python3 app.py` ended with status 1\na mistake",
        ),
        (
            lambda repo: (repo / "app.py").write_text(""),
            "synthesising {} failed: `python3 app.py` wrote no cloud assembly",
        ),
    ],
)
def test_an_app_that_cannot_be_synthesised(
    repo: Path,
    own_temporary_folder: Path,
    break_it: Callable[[Path], object],
    message: str,
) -> None:
    break_it(repo)
    before = state_of(repo)
    assert failure("HEAD", "-").startswith(message.format("the working tree"))
    assert state_of(repo) == before
    commit(repo, "broken")
    label = sources.find("HEAD", app_dir=repo, context={}).label
    assert failure("HEAD~1", "HEAD").startswith(message.format(label))
    assert len(git(repo, "worktree", "list").splitlines()) == 1
    assert list(own_temporary_folder.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(repo: Path, own_temporary_folder: Path) -> None:
    """A real process: the app hangs in the worktree until Ctrl-C."""
    (repo / "app.py").write_text(
        f"import pathlib, time\npathlib.Path({str(repo)!r}, 'pid').write_text(str("
        "__import__('os').getpid()))\ntime.sleep(60)\n"
    )
    commit(repo, "slow")
    with subprocess.Popen(
        [sys.executable, "-m", "serverless_stack.cli", "review", "HEAD", "cdk.json"],
        cwd=repo,
        env={**os.environ, "TMPDIR": str(own_temporary_folder), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as review:
        pid = repo / "pid"
        deadline = time.monotonic() + 60
        while not (pid.exists() and pid.read_text()):
            assert time.monotonic() < deadline
            assert review.poll() is None
            time.sleep(0.02)
        review.send_signal(signal.SIGINT)
        _, said = review.communicate()
    assert review.returncode == 130
    assert "Traceback" not in said
    assert list(own_temporary_folder.iterdir()) == []
    assert len(git(repo, "worktree", "list").splitlines()) == 1
    while processes.find(int(pid.read_text())) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
