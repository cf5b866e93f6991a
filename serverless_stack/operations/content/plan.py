"""What a deployment has to do: the difference of the content and the manifest. Pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from serverless_stack._shared.content.headers import Headers, original_of
from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.rules import is_document
from serverless_stack.operations.content.manifest import Manifest, Pending, Record, version_of

GENERATED = -1
"""Instead of a source: the file is made of what is known at deploy time only."""
LARGEST_COPY = 5 << 30  # "CopyObject": larger objects are uploaded again


@dataclass(frozen=True, slots=True)
class File:
    """A file of the content.

    Attributes:
        entry: Its key, hash and size.
        headers: What it is served with.
        source: The number of the source that it is in; `GENERATED` for a generated one.
    """

    entry: Entry
    headers: Headers
    source: int

    @property
    def record(self) -> Record:
        """What the manifest keeps of it."""
        return Record(self.entry.sha256, self.entry.size, self.headers.digest())


@dataclass(frozen=True)
class Steps:
    """What is to be done, by keys.

    Attributes:
        pending: The journal, with what was done already by an earlier run.
        upload: Whose bytes are uploaded, in phases: assets, new documents, other documents.
        rewrite: Whose headers alone are written again, in the same phases.
        remove: Which are obsolete.
    """

    pending: Pending
    upload: tuple[tuple[str, ...], ...]
    rewrite: tuple[tuple[str, ...], ...]
    remove: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.pending.touched


def content_digest(files: Mapping[str, File]) -> str:
    """Hash all files and headers of the content."""
    lines = (f"{key}\0{file.record}\n" for key, file in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def steps_of(
    files: Mapping[str, File],
    manifest: Manifest,
    found: Collection[str],
    documents: Sequence[str],
) -> Steps:
    """Compare the content with what is deployed.

    Args:
        files: The content.
        manifest: What is deployed.
        found: Keys that lay in the bucket before the first deployment.
        documents: The patterns of documents.

    Returns:
        What is to be done. A deployment that was interrupted goes on where it stopped; anything
        else finds the keys that it touched in an unknown state.
    """
    digest, before = content_digest(files), manifest.pending
    resumed = before is not None and before.version == version_of(digest, before.replaces)
    dirty = set(before.touched) if before else set()
    known, obsolete = manifest.files, manifest.obsolete
    upload: set[str] = set()
    rewrite: set[str] = set()
    for key, file in files.items():
        old = known.get(key)
        if key in dirty or old is None or old.sha256 != file.entry.sha256:
            upload.add(key)
        elif old.headers != file.headers.digest():
            (rewrite if file.entry.size <= LARGEST_COPY else upload).add(key)
    remove = (known.keys() | dirty) - files.keys()
    everything = files.keys() | known.keys()
    if before is not None and resumed:
        pending = before
    else:
        added = {key for key in upload if key not in known and key not in dirty} - set(found)
        returned = {
            key for key in added if key in obsolete and obsolete[key].record != files[key].record
        }
        changed = (upload | rewrite) - added | returned
        if manifest.version or dirty or found:
            # Somebody may have asked for a new page already, and the error may be cached.
            new = added | remove
            changed |= {key for key in new if _is_page(key, everything, documents)}
        replaces = before.version if before else manifest.version
        pending = Pending(
            version=version_of(digest, replaces),
            replaces=replaces,
            touched=sorted(upload | rewrite | remove),
            invalidated=sorted(changed | (dirty & files.keys())),
        )
    done = set(pending.done)
    return Steps(
        pending,
        _phases(upload - done, known, everything, documents),
        _phases(rewrite - done, known, everything, documents),
        tuple(sorted(remove - done)),
    )


def _phases(
    keys: Collection[str],
    known: Collection[str],
    everything: Collection[str],
    documents: Sequence[str],
) -> tuple[tuple[str, ...], ...]:
    """Assets first, then documents that nothing names yet, then those that may name them."""
    pages = {key for key in keys if _is_page(key, everything, documents)}
    new = {key for key in pages if key not in known}
    return tuple(tuple(sorted(phase)) for phase in (set(keys) - pages, new, pages - new))


def _is_page(key: str, everything: Collection[str], documents: Sequence[str]) -> bool:
    """Whether a file is a document, or a compressed copy of one, which names the same files."""
    original = original_of(key, everything)
    return is_document(key, documents) or (
        original is not None and is_document(original, documents)
    )
