"""Writing the files of a new project, none of which may exist."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_IGNORED = frozenset({".git", ".venv", ".DS_Store"})
"""What a folder may have and still count as empty."""

_SHOWN = 8


class FolderError(Exception):
    """The folder cannot take a new project."""


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        created: The paths of the new files.
        kept: The paths of files that existed, and were left as they are.
    """

    created: tuple[str, ...]
    kept: tuple[str, ...]


def check_folder(folder: Path, paths: Sequence[str], *, merge: bool) -> None:
    """Check that a project can be written into a folder.

    Args:
        folder: The folder, which need not exist.
        paths: The paths of the files to write.
        merge: Whether the folder may have other files.

    Raises:
        FolderError: It cannot.
    """
    if not folder.exists():
        if folder.is_symlink():
            raise FolderError(f"{folder} is a link that leads nowhere: remove it")
        return
    if not folder.is_dir():
        raise FolderError(f"`FOLDER` must be a folder, got a file: {folder}")
    entries = sorted(entry for entry in os.listdir(folder) if entry not in _IGNORED)
    if not entries or merge:
        return
    clashes = [path for path in paths if os.path.lexists(folder / path)]
    text = f"`FOLDER` must be empty, got: {folder} with {_listed(entries)}; pass --merge to add "
    if clashes:
        text += f"the files that it lacks; these are there and would stay: {_listed(clashes)}"
    else:
        text += "the project to what is there"
    raise FolderError(text)


def write(folder: Path, files: Mapping[str, str]) -> Written:
    """Write files, and leave those that exist as they are.

    Args:
        folder: The folder, created if it is missing.
        files: The text of each file, by its path.
    """
    created, kept = [], []
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            # "x" fails for a file that another program created meanwhile, and for a link.
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            kept.append(path)
        else:
            created.append(path)
    return Written(tuple(created), tuple(kept))


def _listed(names: Sequence[str]) -> str:
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])
