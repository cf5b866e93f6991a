"""Revisions of a git repository, looked at without touching the user's tree or index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.testing.review.errors import SourceError


@dataclass(frozen=True)
class Revision:
    """A commit of a repository.

    Attributes:
        name: As the user wrote it.
        commit: Its full id.
        repository: The top folder of the user's working tree.
    """

    name: str
    commit: str
    repository: Path

    @property
    def label(self) -> str:
        """For messages: `HEAD~1 (1a2b3c4)`."""
        return f"{self.name} ({self.commit[:7]})"


def find_revision(name: str, folder: Path) -> Revision:
    """Look a revision up.

    Args:
        name: As git understands it: `main`, `HEAD~1`, `v1.2`, a commit id.
        folder: A folder of the repository.

    Raises:
        SourceError: It is none, there is no repository, or no git.
    """
    repository = _top_of(folder)
    if repository is None:
        raise SourceError(
            f"`{name}` is no file or folder, and no git revision either: "
            f"{folder} is in no git repository"
        )
    found = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
    )
    if found is None:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository") == "true"
        hint = "; the clone is shallow: fetch its history (`fetch-depth: 0`)" if shallow else ""
        raise SourceError(
            f"`{name}` is no file or folder, and no git revision of {repository} either{hint}"
        )
    return Revision(name, found, repository)


def read_file(revision: Revision, path: str, folder: Path) -> str:
    """The text of a file at a revision.

    Args:
        revision: When.
        path: Which, from `folder`.
        folder: A folder of the repository.

    Raises:
        SourceError: There was none.
    """
    inside = os.path.relpath((folder / path).resolve(), revision.repository)
    text = _git(folder, "cat-file", "blob", f"{revision.commit}:{inside}", strip=False)
    if text is None:
        raise SourceError(f"there is no file {path} at {revision.label}")
    return text


def check_out(revision: Revision, cleanup: ExitStack) -> Path:
    """Check a revision out into a temporary git worktree.

    Args:
        revision: Which.
        cleanup: Gets what removes the worktree again.

    Returns:
        The top folder of the worktree.

    Raises:
        SourceError: git cannot.
    """
    # Resolved, as Python resolves what it puts on its path: /tmp is a link on macOS.
    home = Path(
        cleanup.enter_context(tempfile.TemporaryDirectory(prefix="serverless-stack-review-"))
    ).resolve()
    # The name is what git lists the worktree by, and parallel reviews need different ones.
    tree = home / home.name
    arguments = ["worktree", "add", "--quiet", "--detach", str(tree), revision.commit]
    # A hook of the user's is meant for the user's own checkouts.
    done = _run(revision.repository, "-c", f"core.hooksPath={os.devnull}", *arguments)
    if done.returncode != 0:
        raise SourceError(f"git cannot check out {revision.label}: {done.stderr.strip()}")
    cleanup.callback(_run, revision.repository, "worktree", "remove", "--force", str(tree))
    return tree


def counterparts(tree: Path, repository: Path) -> list[Path]:
    """The folders of a worktree whose likes in the user's tree Python looks for modules in.

    An editable installation and PYTHONPATH name folders of the user's tree, and would bring its
    modules into the synthesis of an older revision.
    """
    inside = [
        tree / Path(entry).resolve().relative_to(repository)
        for entry in sys.path
        if entry and Path(entry).resolve().is_relative_to(repository)
    ]
    return [folder for folder in dict.fromkeys([*inside, tree / "src"]) if folder.is_dir()]


def _top_of(folder: Path) -> Path | None:
    top = _git(folder, "rev-parse", "--show-toplevel")
    return None if top is None else Path(top).resolve()


def _git(folder: Path, *arguments: str, strip: bool = True) -> str | None:
    """What git says, or None when it fails."""
    done = _run(folder, *arguments)
    if done.returncode != 0:
        return None
    return done.stdout.strip() if strip else done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # In a git hook, variables lead git to the user's index wherever it runs.
    kept = {name: value for name, value in os.environ.items() if not _leads_elsewhere(name)}
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError as error:
        raise SourceError("a git revision needs git, which is not on PATH") from error


def _leads_elsewhere(name: str) -> bool:
    return name in {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_NAMESPACE",
    }
