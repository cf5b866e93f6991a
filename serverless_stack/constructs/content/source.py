"""The source of content at synthesis: its files, and the assets that bring them to S3."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import AssetHashType, IgnoreMode, SymlinkFollowMode
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from serverless_stack._shared.content.index import Entry, index_of, to_json
from serverless_stack._shared.machine import cache_folder

_NEVER_DEPLOYED = ["**/__pycache__"]


def digest_of(path: Path) -> str:
    """Return a hash of the content of a file or folder."""
    if path.is_dir():
        return hashlib.sha256(to_json(index_of(path)).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_problems(sources: Sequence[Path], argument: str = "source") -> list[str]:
    """Check that folders and zip files exist and have files.

    Args:
        sources: The folders and zip files.
        argument: The caller's name for them, used in the messages.

    Returns:
        One message per problem.
    """
    if not sources:
        return [f"`{argument}` must have at least one folder or zip file, got: none"]
    return [message for source in sources for message in _source_problems(source, argument)]


def _source_problems(source: Path, argument: str) -> list[str]:
    if not source.exists():
        return [
            f"`{argument}` must be an existing folder or zip file, got: {str(source)!r} "
            f"(looked for {source.absolute()})"
        ]
    if source.is_dir():
        empty = not any(path.is_file() for path in source.rglob("*"))
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            empty = all(info.is_dir() for info in archive.infolist())
    else:
        return [f"`{argument}` must be a folder or a zip file, got: {str(source)!r}"]
    return [f"`{argument}` must have files in it, got: {str(source)!r}, empty"] if empty else []


def read_sources(sources: Sequence[Path]) -> list[dict[str, Entry]]:
    """Return the index of each source."""
    return [index_of(source) for source in sources]


def source_assets(
    scope: Construct, sources: Sequence[Path], indexes: Sequence[Mapping[str, Entry]]
) -> list[tuple[s3_assets.Asset, s3_assets.Asset]]:
    """Create the assets of content: for each source its files, and their index.

    The hash of a folder covers names and contents alone, so that dates and the machine do not
    change the template.

    Args:
        scope: The parent construct.
        sources: The folders and zip files.
        indexes: The index of each.

    Returns:
        The two assets of each source.
    """
    assets = []
    for number, (source, index) in enumerate(zip(sources, indexes, strict=True), start=1):
        text = to_json(index)
        files = s3_assets.Asset(
            scope,
            f"Source{number}",
            path=str(source.absolute()),
            asset_hash=hashlib.sha256(text.encode()).hexdigest() if source.is_dir() else None,
            asset_hash_type=AssetHashType.CUSTOM if source.is_dir() else None,
            exclude=_NEVER_DEPLOYED,
            ignore_mode=IgnoreMode.GLOB,
            follow_symlinks=SymlinkFollowMode.ALWAYS,
        )
        index_file = s3_assets.Asset(scope, f"Index{number}", path=str(_index_file(text)))
        assets.append((files, index_file))
    return assets


def _index_file(text: str) -> Path:
    """Return a file in the cache folder with the text of an index; its name is a hash."""
    path = cache_folder() / "content" / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(text)
        os.replace(file.name, path)
    return path
