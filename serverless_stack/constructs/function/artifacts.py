"""What is in the code of a function that is deployed as it is: a folder, or a zip or jar file."""

import os
import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a package is made without loading CDK
    from constructs import IConstruct

NEVER_DEPLOYED = (".git", ".env", ".env.*", ".npmrc", ".netrc", ".aws", ".ssh")
"""Of a folder everything is deployed but these, which hold secrets or history."""


class Readable(Protocol):
    """A file of a folder or of an archive."""

    def read_bytes(self) -> bytes:
        """Return its content."""
        ...


@dataclass(frozen=True)
class Artifact:
    """The files of a folder or an archive.

    Attributes:
        files: Each file, by its path.
        size: The size of all files in bytes, unzipped.
        problems: One message per file that cannot be deployed, without the argument's name.
    """

    files: Mapping[str, Readable] = field(default_factory=dict)
    size: int = 0
    problems: tuple[str, ...] = ()


def read_artifact(path: Path, exclude: Sequence[str] = ()) -> Artifact:
    """Return what is in a folder or an archive.

    Args:
        path: The folder, or the file in the format of zip.
        exclude: Paths in the folder that are not deployed, such as the output of the app.
    """
    if path.is_dir():
        return _folder(path, exclude)
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        return Artifact(problems=(f"a file that is not in the format of zip: {str(path)!r}",))
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    files: dict[str, Readable] = {
        entry.filename: zipfile.Path(archive, entry.filename) for entry in entries
    }
    return Artifact(files, sum(entry.file_size for entry in entries))


def staged_artifact(construct: "IConstruct") -> Artifact | None:
    """Return what is in the asset of a function or a layer; None if it has no asset of this app.

    Args:
        construct: The function, or the version of a layer.
    """
    from aws_cdk import aws_s3_assets as assets

    from serverless_stack.constructs._internal.tree import stage_of

    asset = construct.node.try_find_child("Code")
    stage = stage_of(construct)
    if not isinstance(asset, assets.Asset) or stage is None:
        return None
    path = Path(stage.asset_outdir, asset.asset_path)
    return read_artifact(path) if path.exists() else None


def _folder(folder: Path, exclude: Sequence[str]) -> Artifact:
    files: dict[str, Readable] = {}
    problems: list[str] = []
    size = 0
    excluded = {str(folder / path) for path in exclude}
    for root, folders, names in os.walk(folder):
        kept = [name for name in folders if os.path.join(root, name) not in excluded]
        folders[:] = [name for name in kept if not _is_never_deployed(name)]
        for path in (os.path.join(root, name) for name in names):
            status = os.lstat(path)
            size += status.st_size
            name = os.path.relpath(path, folder)
            files[name.replace(os.sep, "/")] = Path(path)
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
                problems.append(f"a file that is not a regular one: {name!r}")
    return Artifact(files, size, tuple(problems))


def _is_never_deployed(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in NEVER_DEPLOYED)
