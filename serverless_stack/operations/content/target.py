"""What a deployment makes of a bucket."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from serverless_stack._shared.content.headers import headers_of
from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.rules import (
    DOCUMENTS,
    CacheRule,
    TagRule,
    cache_control_of,
)
from serverless_stack.operations.content.builds import with_build
from serverless_stack.operations.content.plan import GENERATED, File


@dataclass(frozen=True)
class Source:
    """A zip file in S3, and the index of the content in it."""

    bucket: str
    key: str
    entries: Mapping[str, Entry]


@dataclass(frozen=True)
class Target:
    """The state that a deployment is to reach.

    Attributes:
        bucket: The bucket.
        prefix: The prefix of every key: empty, or with a slash at its end.
        manifest_key: The key of the manifest.
        owner: The value of the tag of obsolete objects.
        sources: The sources; a later one wins.
        generated: Files that are generated at deploy time.
        cache_control: The rules of ``Cache-Control``.
        documents: The patterns of documents.
        grace_period: The days for which obsolete objects are kept. None: for ever.
        tags: The rules of cache tags.
        keeps_builds: Whether the pages of each build have a folder of their own.
    """

    bucket: str
    prefix: str
    manifest_key: str
    owner: str
    sources: Sequence[Source] = ()
    generated: Mapping[str, bytes] = field(default_factory=dict)
    cache_control: Sequence[CacheRule] = ()
    documents: Sequence[str] = DOCUMENTS
    grace_period: int | None = 7
    tags: Sequence[TagRule] = ()
    keeps_builds: bool = False

    def files(self) -> dict[str, File]:
        """Return all files of the content by key."""
        numbers = {key: n for n, source in enumerate(self.sources) for key in source.entries}
        names = numbers.keys() | self.generated.keys()
        files = {
            key: File(
                key,
                self.sources[number].entries[key],
                headers_of(key, names, self.cache_control, self.tags),
                number,
            )
            for key, number in numbers.items()
        }
        for key, content in self.generated.items():
            entry = Entry(key, hashlib.sha256(content).hexdigest(), len(content))
            cache_control = cache_control_of(key, self.cache_control) or "no-cache"
            headers = replace(headers_of(key, (), (), self.tags), cache_control=cache_control)
            files[key] = File(key, entry, headers, GENERATED)
        return with_build(files) if self.keeps_builds else files
