"""Small CDK apps in git repositories. They are fast: they write their assembly by hand."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.sources import source as sources
from serverless_stack.testing.template_text import SourceError

APP = """\
import json, os, sys
from pathlib import Path
import names

out = Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
context = json.loads(Path(os.environ["CONTEXT_OVERFLOW_LOCATION_ENV"]).read_text())
bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": names.BUCKET}}
about = {"python": sys.executable, "validation": os.environ["CDK_VALIDATION"], "context": context}
template = {"Resources": {"Files": bucket}, "Metadata": about}
(out / "Shop.template.json").write_text(json.dumps(template))
stack = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://unknown-account/unknown-region",
    "properties": {"templateFile": "Shop.template.json"},
}
(out / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": {"Shop": stack}}))
"""
CDK_JSON: Mapping[str, object] = {"app": "python3 app.py", "context": {"stage": "test"}}


def git(folder: Path, *arguments: str) -> str:
    """Run git without settings of the user or system."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


def write_app(folder: Path, bucket: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.json").write_text(json.dumps(CDK_JSON))
    (folder / "app.py").write_text(APP)
    (folder / "names.py").write_text(f"BUCKET = {bucket!r}\n")


def repository(folder: Path) -> Path:
    """Create a repository with two commits of an app, whose bucket is `first`, then `second`."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for bucket in ("first", "second"):
        write_app(folder, bucket)
        commit(folder, bucket)
    return folder


def state_of(folder: Path) -> dict[str, object]:
    """Return everything that a review must not change: files, index, branches and worktrees."""
    index = (folder / ".git" / "index").read_bytes()
    return {
        "files": {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        },
        "index": index,
        "refs": git(folder, "for-each-ref"),
        "head": git(folder, "rev-parse", "HEAD"),
        "worktrees": git(folder, "worktree", "list"),
    }


def read(*texts: str, app_dir: Path = Path("."), **context: str) -> list[list[Stack]]:
    return sources.read([sources.find(text, app_dir=app_dir, context=context) for text in texts])


def bucket_of(side: list[Stack]) -> str:
    (stack,) = side
    template: Any = stack.template
    return str(template["Resources"]["Files"]["Properties"]["BucketName"])


def about(side: list[Stack]) -> Any:  # noqa: ANN401 - JSON
    return side[0].template["Metadata"]


def failure(*texts: str, app_dir: Path = Path(".")) -> str:
    with pytest.raises(SourceError) as caught:
        read(*texts, app_dir=app_dir)
    return str(caught.value)
