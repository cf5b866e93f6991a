"""Revisions of a git repository, read without touching the user's files or index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.testing.template_text import SourceError

_VARIABLES = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
}


@dataclass(frozen=True)
class Revision:
    """A commit of a repository.

    Attributes:
        name: The name that the user wrote.
        commit: The full id.
        repository: The top folder of the user's working tree.
    """

    name: str
    commit: str
    repository: Path

    @property
    def label(self) -> str:
        """The name for messages: `HEAD~1 (1a2b3c4)`."""
        return f"{self.name} ({self.commit[:7]})"


def find_revision(name: str, folder: Path) -> Revision:
    """Return a revision.

    Args:
        name: A name that git knows: `main`, `HEAD~1`, `v1.2`, a commit id.
        folder: A folder of the repository.

    Raises:
        SourceError: There is no such revision, no repository, or no git.
    """
    repository = _top_of(folder)
    if repository is None:
        raise SourceError(
            f"`{name}` is not a file or folder, and not a git revision: "
            f"{folder} is not in a git repository"
        )
    commit = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
    )
    if commit is None:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository") == "true"
        hint = "; the clone is shallow: fetch its history (`fetch-depth: 0`)" if shallow else ""
        raise SourceError(
            f"`{name}` is not a file or folder, and not a git revision of {repository}{hint}"
        )
    return Revision(name, commit, repository)


def read_file(revision: Revision, path: str, folder: Path) -> str:
    """Return the text of a file at a revision.

    Args:
        revision: The revision.
        path: The path of the file from `folder`.
        folder: A folder of the repository.

    Raises:
        SourceError: The revision does not have the file.
    """
    inside = os.path.relpath((folder / path).resolve(), revision.repository)
    text = _git(folder, "cat-file", "blob", f"{revision.commit}:{inside}", strip=False)
    if text is None:
        raise SourceError(f"there is no file {path} at {revision.label}")
    return text


def check_out(revision: Revision, cleanup: ExitStack) -> Path:
    """Check a revision out into a temporary git worktree.

    Args:
        revision: The revision.
        cleanup: Receives the removal of the worktree.

    Returns:
        The top folder of the worktree.

    Raises:
        SourceError: git failed.
    """
    # Python resolves the paths of modules, and /tmp is a link on macOS.
    home = Path(
        cleanup.enter_context(tempfile.TemporaryDirectory(prefix="serverless-stack-review-"))
    ).resolve()
    # git lists worktrees by name, and parallel reviews need different ones.
    tree = home / home.name
    arguments = ["worktree", "add", "--quiet", "--detach", str(tree), revision.commit]
    # The user's hooks are for the user's own checkouts.
    done = _run(revision.repository, "-c", f"core.hooksPath={os.devnull}", *arguments)
    if done.returncode != 0:
        raise SourceError(f"git cannot check out {revision.label}: {done.stderr.strip()}")
    cleanup.callback(_run, revision.repository, "worktree", "remove", "--force", str(tree))
    return tree


def counterparts(tree: Path, repository: Path) -> list[Path]:
    """Return the folders of a worktree whose counterparts in the user's tree hold modules.

    Editable installations and PYTHONPATH name folders of the user's tree, whose modules would
    otherwise be part of the synthesis of an older revision.
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
    """Return the output of git, or None if it fails."""
    done = _run(folder, *arguments)
    if done.returncode != 0:
        return None
    return done.stdout.strip() if strip else done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # In a git hook, these variables lead git to the user's index wherever it runs.
    kept = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
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
        raise SourceError("a git revision requires git, which is not on PATH") from error
