"""Sources are found and read without touching the user's files or git index."""

import json
from pathlib import Path

import pytest

from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.sources import source as sources
from serverless_stack.testing.template_text import SourceError
from tests.testing.review.apps import bucket_of, commit, failure, git, read, state_of, write_app

TEMPLATE = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}}


def test_a_revision_and_the_working_tree(repo: Path, own_temporary_folder: Path) -> None:
    (repo / "names.py").write_text("BUCKET = 'not committed'\n")
    (repo / "untracked").write_text("mine")
    before = state_of(repo)
    old, new = read("HEAD~1", "-")
    assert (bucket_of(old), bucket_of(new)) == ("first", "not committed")
    assert state_of(repo) == before
    assert list(own_temporary_folder.iterdir()) == []


def test_two_revisions_and_a_branch_with_the_name_of_a_folder(repo: Path) -> None:
    git(repo, "branch", "docs", "HEAD~1")
    git(repo, "tag", "v1", "HEAD~1")
    (repo / "docs").mkdir()
    (repo / "docs" / "a.json").write_text(json.dumps(TEMPLATE))
    one, two, folder, tag = read("refs/heads/docs", "main", "docs", "v1")
    assert [bucket_of(one), bucket_of(two), bucket_of(tag)] == ["first", "second", "first"]
    assert folder == [Stack("a", TEMPLATE)]


def test_labels(repo: Path) -> None:
    commit_id = git(repo, "rev-parse", "HEAD~1")[:7]
    (repo / "t.json").write_text(json.dumps(TEMPLATE))
    labels = [
        sources.find(text, app_dir=repo, context={}).label
        for text in ("HEAD~1", "-", "t.json", "HEAD~1:cdk.json", str(repo))
    ]
    assert labels == [
        f"HEAD~1 ({commit_id})",
        "the working tree",
        "t.json",
        f"cdk.json at HEAD~1 ({commit_id})",
        str(repo),
    ]


def test_an_app_in_a_folder_of_the_repository(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = repo / "infra" / "shop"
    write_app(app, "third")
    commit(repo, "moved")
    write_app(app, "fourth")
    monkeypatch.chdir(tmp_path)
    old, new = read("HEAD", "-", app_dir=app)
    assert (bucket_of(old), bucket_of(new)) == ("third", "fourth")
    old, new = read(str(repo), str(app))
    assert (bucket_of(old), bucket_of(new)) == ("second", "fourth")


def test_an_app_that_is_an_assembly(repo: Path) -> None:
    out = repo / "out"
    out.mkdir()
    (out / "a.json").write_text(json.dumps(TEMPLATE))
    (repo / "cdk.json").write_text('{"app": "out"}')
    commit(repo, "synthesised")
    assert read("HEAD", "-") == [[Stack("a", TEMPLATE)]] * 2


def test_a_file_at_a_revision(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repo / "stacks"
    folder.mkdir()
    (folder / "a.yaml").write_text("Resources: {Jobs: {Type: AWS::SQS::Queue}}")
    commit(repo, "a template")
    (folder / "a.yaml").unlink()
    assert read("HEAD:stacks/a.yaml") == [[Stack("", TEMPLATE)]]
    assert read("HEAD:a.yaml", app_dir=folder) == [[Stack("", TEMPLATE)]]
    with pytest.raises(SourceError, match=r"^there is no file b\.yaml at HEAD \("):
        read("HEAD:b.yaml")


def test_unknown_sources(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_temporary_folder: Path
) -> None:
    before = state_of(repo)
    assert failure("nonsense") == (
        f"`nonsense` is not a file or folder, and not a git revision of {repo}"
    )
    assert failure("--help") == (
        f"`--help` is not a file or folder, and not a git revision of {repo}"
    )
    assert failure("./cdk.out") == "there is no file or folder ./cdk.out"
    assert failure("template.yaml") == "there is no file or folder template.yaml"
    missing = tmp_path / "missing"
    assert failure("HEAD", app_dir=missing) == (f"`--app-dir` must be a folder, got: {missing}")
    monkeypatch.chdir(tmp_path)
    assert failure("HEAD") == (
        f"`HEAD` is not a file or folder, and not a git revision: {tmp_path} "
        "is not in a git repository"
    )
    assert state_of(repo) == before
    assert list(own_temporary_folder.iterdir()) == []
