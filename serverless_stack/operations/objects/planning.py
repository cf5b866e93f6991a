"""What a copy or move is to do: which files and objects, and where each goes."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from serverless_stack._shared.content.tree import walk
from serverless_stack.operations.content.filters import Filter, chooser
from serverless_stack.operations.content.stores import PARALLEL
from serverless_stack.operations.objects.listing import (
    LEFT_OUT,
    NO_OBJECT,
    folder_key,
    head,
    is_ours,
    last_part,
    objects,
    size_of_file,
)
from serverless_stack.operations.objects.places import Local, Place, Remote, Stream
from serverless_stack.operations.sync.locations import Folder

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Kind: TypeAlias = Literal["upload", "download", "copy", "make folder", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """One file or object, and where it goes.

    Attributes:
        kind: What is done; a ``make folder`` is the download of a folder's marker.
        source: The file or object.
        target: The file or object that is written; None for a deletion.
        size: The bytes.
        etag: The ETag of an object that is read.
        replaces: Whether there is a file at the target.
    """

    kind: Kind
    source: Local | Remote
    target: Local | Remote | None = None
    size: int = 0
    etag: str = ""
    replaces: bool = False


@dataclass
class StepPlan:
    """The steps of a command.

    Attributes:
        steps: The steps.
        skipped: What takes no part, with the reason, by place.
        failures: What cannot be done, with the reason, by place.
    """

    steps: list[Step] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def plan(
    source: Place,
    destination: Place,
    *,
    recursive: bool = False,
    move: bool = False,
    filters: Sequence[Filter] = (),
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
) -> StepPlan:
    """Find what a copy or move has to do. Nothing is changed.

    Args:
        source: A file, a folder, an object or a prefix.
        destination: Where it goes. A name that ends with a slash, or a folder, keeps the names.
        recursive: Whether the source is a folder or prefix.
        move: Whether the source is deleted afterwards.
        filters: Which keys below the source take part; the last filter that matches decides.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of requests at a time.

    Raises:
        ValueError: The two places do not go together, or `recursive` is missing or wrong.
        OSError: A local source cannot be read.
        botocore.exceptions.ClientError: The bucket cannot be read.
    """
    if isinstance(source, Stream) or isinstance(destination, Stream):
        raise ValueError("a stream must be one object that is copied: without --recursive, not mv")
    if isinstance(source, Local) and isinstance(destination, Local):
        raise ValueError(
            f"one place must be in a bucket, got: {source} and {destination}; for a bucket write "
            "s3://bucket/key"
        )
    if recursive:
        found = _several(source, destination, filters, move, client, parallel)
    else:
        found = _single(source, destination, filters, client, parallel)
    if move:
        for step in found.steps:
            if isinstance(step.source, Remote) and isinstance(step.target, Remote):
                refuse_onto_itself(step.source, step.target)
    return found


def refuse_onto_itself(source: Remote, target: Remote) -> None:
    """Refuse to move an object onto itself, which would delete it.

    Raises:
        ValueError: It would be.
    """
    if source.may_be(target):
        hint = "; an access point may be the same bucket" if source.bucket != target.bucket else ""
        raise ValueError(f"a move must have another destination than {source}{hint}")


def _single(
    source: Local | Remote,
    destination: Local | Remote,
    filters: Sequence[Filter],
    client: "S3Client | None",
    parallel: int,
) -> StepPlan:
    name = os.path.basename(source.path) if isinstance(source, Local) else last_part(source.key)
    if isinstance(source, Local):
        size = size_of_file(source.path)
    elif not name:
        raise ValueError(f"an object must have a name, got: {source}; `--recursive` takes a prefix")
    if not chooser(filters)(name):
        return StepPlan(skipped={str(source): LEFT_OUT})
    target = destination
    if destination.takes_names():
        if isinstance(destination, Remote):
            target = Remote(destination.bucket, f"{destination.key}{name}")
        else:
            target = Local(str(Folder(Path(destination.path)).file(name)))
    if isinstance(source, Local):
        return StepPlan([Step("upload", source, target, size)])
    found = head(source, client, parallel)
    if found is None:
        return StepPlan(failures={str(source): f"{NO_OBJECT}; `--recursive` takes a prefix"})
    size, etag = found
    if isinstance(target, Local):
        there = os.path.lexists(target.path)
        return StepPlan([Step("download", source, target, size, etag, there)])
    return StepPlan([Step("copy", source, target, size, etag)])


def _several(
    source: Local | Remote,
    destination: Local | Remote,
    filters: Sequence[Filter],
    move: bool,
    client: "S3Client | None",
    parallel: int,
) -> StepPlan:
    chosen = chooser(filters)
    if isinstance(destination, Remote):
        destination = Remote(destination.bucket, folder_key(destination.key))
    if isinstance(source, Local):
        assert isinstance(destination, Remote)
        return _uploads(source, destination, chosen, follow=not move)
    base = Remote(source.bucket, folder_key(source.key))
    if isinstance(destination, Remote):
        if move:
            refuse_onto_itself(base, destination)
        return _copies(base, destination, chosen, client, parallel)
    return _downloads(base, destination, chosen, client, parallel)


def _uploads(
    source: Local, destination: Remote, chosen: Callable[[str], bool], *, follow: bool
) -> StepPlan:
    found = StepPlan()
    if not stat.S_ISDIR(os.stat(source.path).st_mode):
        raise ValueError(f"`--recursive` must be used with a folder, got: {source}")

    def failed(key: str, error: OSError) -> None:
        found.failures[key] = f"{type(error).__name__}: {error}"

    for key, path, reason in walk(Path(source.path), follow=follow, enter=chosen, failed=failed):
        target = Remote(destination.bucket, f"{destination.key}{key}")
        if is_ours(target.key, destination.key):
            reason = "a file of this library"
        if reason == "a link":
            reason = "a link, which is not moved; `cp` copies what it leads to"
        if reason:
            found.skipped[path] = reason
            continue
        try:
            key.encode()
            size = os.stat(path).st_size
        except UnicodeEncodeError:
            found.failures[path] = "the name of a file must be in UTF-8"
        except OSError as error:
            failed(path, error)
        else:
            found.steps.append(Step("upload", Local(path), target, size))
    return found


def _downloads(
    base: Remote,
    destination: Local,
    chosen: Callable[[str], bool],
    client: "S3Client | None",
    parallel: int,
) -> StepPlan:
    found, folder = StepPlan(), Folder(Path(destination.path))
    first: dict[str, Step] = {}
    for item in objects(base, chosen, found.skipped, client, parallel):
        is_marker = item.source.key.endswith("/") and not item.size
        try:
            name = item.key.rstrip("/") if is_marker else item.key
            path = str(folder.file(name)) if item.key else destination.path
        except ValueError as error:
            found.failures[str(item.source)] = str(error)
            continue
        if (other := first.get(path)) is not None:
            reason = "is the same path in the folder"
            found.failures[str(item.source)] = f"{other.source} {reason}"
            found.failures[str(other.source)] = f"{item.source} {reason}"
            continue
        first[path] = Step(
            "make folder" if is_marker else "download",
            item.source,
            Local(path),
            item.size,
            item.etag,
            os.path.lexists(path),
        )
    found.steps = [step for step in first.values() if str(step.source) not in found.failures]
    return found


def _copies(
    base: Remote,
    destination: Remote,
    chosen: Callable[[str], bool],
    client: "S3Client | None",
    parallel: int,
) -> StepPlan:
    found = StepPlan()
    within = destination.bucket == base.bucket and destination.key.startswith(base.key)
    for item in objects(base, chosen, found.skipped, client, parallel):
        if within and base.key != destination.key and item.source.key.startswith(destination.key):
            found.skipped[str(item.source)] = "it lies in the destination"
            continue
        target = Remote(destination.bucket, f"{destination.key}{item.key}")
        if not target.key:
            found.skipped[str(item.source)] = "the marker of a folder"
            continue
        found.steps.append(Step("copy", item.source, target, item.size, item.etag))
    # Copies run at the same time: what one writes, another may not have read yet.
    sources = {str(step.source) for step in found.steps}
    for step in found.steps:
        if str(step.target) in sources and step.target != step.source:
            found.failures[str(step.source)] = f"it would overwrite {step.target}, another source"
    found.steps = [step for step in found.steps if str(step.source) not in found.failures]
    return found
