"""What is different between content and a bucket. Pure: the same input gives the same plan."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from serverless_stack._shared import contract
from serverless_stack._shared.content.headers import Headers, original_of
from serverless_stack._shared.content.rules import is_document
from serverless_stack.operations.content.manifest import Journal, Manifest, Record, version_of
from serverless_stack.operations.content.stores import Listed

if TYPE_CHECKING:
    from serverless_stack._shared.content.index import Entry

GENERATED = -1
"""The source of a file that is generated at deploy time."""
LARGEST_COPY = 5 << 30  # "CopyObject": larger objects are uploaded again


class Item(NamedTuple):
    """A file or an object.

    Attributes:
        key: Its path below the location.
        size: Its size in bytes.
        content: What identifies its bytes: a hash, or an ETag if nothing else is known; None
            differs from everything.
        headers: The digest of its headers; None if unknown.
        etag: The ETag of an object.
    """

    key: str
    size: int
    content: str | None
    headers: str | None = None
    etag: str = ""


@dataclass
class Differences:
    """The keys by what is different, in order."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    other_headers: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0


def compare(expected: Mapping[str, Item], present: Mapping[str, Item]) -> Differences:
    """Compare two inventories by content and headers. Dates do not count."""
    differences = Differences()
    for key in sorted(expected):
        item, other = expected[key], present.get(key)
        if other is None:
            differences.new.append(key)
        elif item.content is None or item.content != other.content:
            differences.changed.append(key)
        elif item.headers is not None and item.headers != other.headers:
            differences.other_headers.append(key)
        else:
            differences.unchanged += 1
    differences.gone = sorted(present.keys() - expected.keys())
    return differences


def items_of(
    listed: Iterable[Listed],
    prefix: str,
    records: Mapping[str, Record],
    before: datetime | None = None,
) -> dict[str, Item]:
    """Return the objects of a bucket by key, with what their owner has recorded of them.

    Args:
        listed: The list of the bucket.
        prefix: The prefix of the keys.
        records: What is known. It counts if the ETag is still the same.
        before: Records count for objects that are older than this. Default: for all.
    """
    items: dict[str, Item] = {}
    for entry in listed:
        key = entry.key.removeprefix(prefix)
        record = records.get(key) if before is None or entry.modified < before else None
        content: str | None = entry.etag
        headers = None
        if record is not None and record.etag in ("", entry.etag):
            content, headers = record.content or None, record.headers
        items.setdefault(key, Item(key, entry.size, content, headers, entry.etag))
    return items


@dataclass(frozen=True, slots=True)
class File:
    """A file of the content.

    Attributes:
        key: Its key below the prefix.
        entry: Its path in the source, hash and size.
        headers: Its headers.
        source: The number of the source that it is in; `GENERATED` for a generated one.
    """

    key: str
    entry: "Entry"
    headers: Headers
    source: int

    @property
    def item(self) -> Item:
        """The file as an item of an inventory."""
        entry = self.entry
        return Item(self.key, entry.size, entry.sha256, self.headers.digest())


@dataclass(frozen=True)
class Steps:
    """The steps of a deployment, by keys.

    Attributes:
        journal: The journal, with what an earlier run has done.
        upload: Files to upload, in phases: assets, new documents, other documents.
        rewrite: Files of which the headers alone change, in the same phases.
        remove: Files that are obsolete.
    """

    journal: Journal
    upload: tuple[tuple[str, ...], ...]
    rewrite: tuple[tuple[str, ...], ...]
    remove: tuple[str, ...]


def steps_of(
    files: Mapping[str, File],
    manifest: Manifest,
    present: Mapping[str, Item],
    documents: Sequence[str],
) -> Steps:
    """Compare the content with what is deployed.

    Args:
        files: The content.
        manifest: What is deployed.
        present: The objects below the prefix.
        documents: The patterns of documents.

    Returns:
        The steps. An interrupted deployment continues where it stopped; any other one finds the
        keys that were touched in an unknown state.
    """
    digest, before, known = content_digest(files), manifest.pending, manifest.files
    dirty = set(before.touched) if before else set()
    deployed = {
        key: item._replace(content=None) if key in dirty else item
        for key, item in present.items()
        if key in files
    }
    differences = compare({key: file.item for key, file in files.items()}, deployed)
    foreign = deployed.keys() - known.keys() - manifest.obsolete.keys() - dirty
    too_large = {key for key in differences.other_headers if files[key].entry.size > LARGEST_COPY}
    upload = {*differences.new, *differences.changed, *(dirty & files.keys()), *too_large}
    rewrite = set(differences.other_headers) - too_large
    existed = set(before.existed) if before else set()
    remove = (known.keys() | (dirty - existed)) - files.keys()
    names = files.keys() | known.keys()
    if before is not None and before.version == version_of(digest, before.replaces):
        journal = before
        done = {key for key, etag in before.done.items() if _is_done(key, etag, files, present)}
    else:
        done = set()
        added = upload - known.keys() - dirty - foreign
        returned = {
            key
            for key in added & manifest.obsolete.keys()
            if not _same(manifest.obsolete[key].record, files[key])
        }
        changed = (upload | rewrite) - added | returned
        if manifest.version or dirty or foreign:
            # Somebody may have asked for a new page already, and the error may be cached.
            changed |= {key for key in added | remove if _is_page(key, names, documents)}
        replaces = before.version if before else manifest.version
        journal = Journal(
            version=version_of(digest, replaces),
            replaces=replaces,
            touched=sorted(upload | rewrite | remove),
            invalidated=sorted(
                # Nobody asks for the folder of a build before it is complete, and it never changes.
                key
                for key in changed | (dirty & files.keys())
                if not key.startswith(contract.BUILDS_PREFIX)
            ),
            existed=sorted((foreign & upload) | existed),
        )
    return Steps(
        journal,
        _phases(upload - done, known, names, documents),
        _phases(rewrite - done, known, names, documents),
        tuple(sorted(remove - done)),
    )


def content_digest(files: Mapping[str, File]) -> str:
    """Hash all files and headers of the content."""
    lines = (
        f"{key}\0{file.entry.sha256}\0{file.headers.digest()}\n"
        for key, file in sorted(files.items())
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _is_done(key: str, etag: str, files: Mapping[str, File], present: Mapping[str, Item]) -> bool:
    """Whether an object is still the one that an earlier run has written."""
    return key not in files or (key in present and present[key].etag == etag)


def _same(record: Record, file: File) -> bool:
    item = file.item
    return (record.content, record.size, record.headers) == (item.content, item.size, item.headers)


def _phases(
    keys: Collection[str],
    known: Collection[str],
    names: Collection[str],
    documents: Sequence[str],
) -> tuple[tuple[str, ...], ...]:
    """Return assets, then documents that nothing names yet, then those that may name them."""
    pages = {key for key in keys if _is_page(key, names, documents)}
    new = {key for key in pages if key not in known}
    return tuple(tuple(sorted(phase)) for phase in (set(keys) - pages, new, pages - new))


def _is_page(key: str, names: Collection[str], documents: Sequence[str]) -> bool:
    """Whether a file is a document, or a compressed copy of one, which names the same files."""
    original = original_of(key, names)
    return is_document(key, documents) or (
        original is not None and is_document(original, documents)
    )
