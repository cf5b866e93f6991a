"""Revisions are checked out beside the user's tree, whatever the settings of git."""

from pathlib import Path

import pytest

from serverless_stack.testing.review.sources import revisions
from serverless_stack.testing.review.sources import source as sources
from serverless_stack.testing.template_text import SourceError
from tests.testing.review.apps import bucket_of, failure, git, read, state_of


def test_the_index_stays_unchanged_in_a_git_hook(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(repo)
    monkeypatch.setenv("GIT_DIR", str(repo / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo))
    (old,) = read("HEAD~1")
    assert bucket_of(old) == "first"
    monkeypatch.delenv("GIT_DIR")
    assert state_of(repo) == before


def test_hooks_of_the_user_do_not_run(repo: Path) -> None:
    hook = repo / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {repo}/ran\n")
    hook.chmod(0o755)
    read("HEAD~1")
    assert not (repo / "ran").exists()


def test_a_shallow_clone_has_a_hint(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", repo.as_uri(), "shallow")
    assert failure("HEAD~1", app_dir=tmp_path / "shallow").endswith(
        "; the clone is shallow: fetch its history (`fetch-depth: 0`)"
    )


def test_without_git(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert failure("HEAD") == "a git revision requires git, which is not on PATH"


def test_a_worktree_that_git_refuses(repo: Path) -> None:
    revision = revisions.Revision("HEAD", "0" * 40, repo)
    app = sources._app_at(revision, repo, {})
    with pytest.raises(SourceError, match=r"^git cannot check out HEAD \(0000000\): fatal: "):
        sources.read([app])
