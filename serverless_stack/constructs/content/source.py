"""The source of content at synthesis: its files, and the assets that bring them to S3."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import AssetHashType, IgnoreMode, SymlinkFollowMode
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from serverless_stack._shared.content.index import Entry, index_of, to_json, zip_left_out
from serverless_stack._shared.content.tree import content_of
from serverless_stack._shared.machine import cache_folder
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.assets import ignore_pattern, synth_outputs
from serverless_stack.constructs._internal.once import once_per_object

_EXPECTED = (
    "a hidden file",
    "byte code",
    "a file of an editor or the system",
)  # to be left out, without a word


@dataclass(frozen=True)
class Source:
    """A folder or zip file of content.

    Attributes:
        path: The folder or zip file.
        index: Its files, with their hashes and sizes.
        left_out: Why files are not published, by key; those that nobody expects to be published
            are not listed.
    """

    path: Path
    index: Mapping[str, Entry]
    left_out: Mapping[str, str]


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


def _source_problems(source: Path, argument: str) -> Iterator[str]:
    if not source.exists():
        yield (
            f"`{argument}` must be an existing folder or zip file, got: {str(source)!r} "
            f"(looked for {source.absolute()})"
        )
        return
    if source.is_dir():
        empty = not any(path.is_file() for path in source.rglob("*"))
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            empty = all(info.is_dir() for info in archive.infolist())
    else:
        yield f"`{argument}` must be a folder or a zip file, got: {str(source)!r}"
        return
    if empty:
        yield f"`{argument}` must have files in it, got: {str(source)!r}, empty"


def read_sources(scope: Construct, paths: Sequence[Path], include: Sequence[str]) -> list[Source]:
    """Read the files of each source.

    Args:
        scope: The construct of the app; the output of ``cdk synth`` is not content.
        paths: The folders and zip files.
        include: Globs of files to publish although they are hidden or look like private keys.

    Raises:
        ValueError: If a zip file has files that cannot be deployed.
    """
    sources = []
    for path in paths:
        output = synth_outputs(scope, path) if path.is_dir() else []
        index = index_of(path, include, output)
        if path.is_dir():
            left_out = content_of(path, include, output).left_out
        else:
            left_out = zip_left_out(path, include)
        unexpected = {key: why for key, why in left_out.items() if why not in _EXPECTED}
        sources.append(Source(path, index, unexpected))
    return sources


def published_sources(
    scope: Construct, sources: Sequence[Path], include: Sequence[str], problems: Problems
) -> list[Source]:
    """Read the files of each source, and report a source without files to publish.

    Args:
        scope: The construct of the app.
        sources: The folders and zip files, which exist.
        include: Globs of files to publish although they would be left out.
        problems: Where problems are reported.

    Returns:
        The sources; none if one cannot be read.
    """
    try:
        contents = read_sources(scope, sources, include)
    except (OSError, ValueError) as error:
        problems.fail(f"`source` must be readable: {error}")
        return []
    for content in contents:
        if not content.index:
            problems.fail(
                f"`source` must have files to publish, got: {str(content.path)!r}, of which every "
                "file is left out; the argument `include` publishes such files"
            )
    return contents


def source_assets(
    scope: Construct, sources: Sequence[Source]
) -> list[tuple[s3_assets.Asset, s3_assets.Asset]]:
    """Create the assets of content: for each source its files, and their index.

    The hash of a folder covers names and contents alone, so that dates and the machine do not
    change the template.

    Args:
        scope: The parent construct.
        sources: The sources.

    Returns:
        The two assets of each source.
    """
    assets = []
    for number, source in enumerate(sources, start=1):
        text = to_json(source.index)
        is_folder = source.path.is_dir()
        files = s3_assets.Asset(
            scope,
            f"Source{number}",
            path=str(source.path.absolute()),
            asset_hash=hashlib.sha256(text.encode()).hexdigest() if is_folder else None,
            asset_hash_type=AssetHashType.CUSTOM if is_folder else None,
            exclude=list(_excluded(source)) if is_folder else None,
            ignore_mode=IgnoreMode.DOCKER,  # the one mode whose patterns match one path only
            follow_symlinks=SymlinkFollowMode.ALWAYS,
        )
        index_file = s3_assets.Asset(scope, f"Index{number}", path=str(_index_file(text)))
        assets.append((files, index_file))
    return assets


@once_per_object
def asset_key(asset: s3_assets.Asset) -> str:
    """Return the key of an asset in the bucket of the bootstrap stack."""
    return asset.s3_object_key


def _excluded(source: Source) -> Iterator[str]:
    """Yield a pattern for each file and folder that has no part in the index."""
    folders = {key[:end] for key in source.index for end in _slashes(key)}

    def below(folder: Path, prefix: str) -> Iterator[str]:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            key = f"{prefix}{name}"
            if key in folders:
                yield from below(folder / name, f"{key}/")
            elif key not in source.index:
                yield ignore_pattern(key)

    return below(source.path, "")


def _slashes(key: str) -> Collection[int]:
    return [place for place, character in enumerate(key) if character == "/"]


def _index_file(text: str) -> Path:
    """Return a file in the cache folder with the text of an index; its name is a hash."""
    path = cache_folder() / "content" / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(text)
        os.replace(file.name, path)
    return path
