"""The index: which content and headers the objects of a bucket have, as far as we wrote them.

S3 lists neither headers nor, for large objects, a hash of the content. An entry counts as long as
the object has the same tag and is older than the index: then nobody else has written it.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from serverless_stack.operations.sync.locations import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_FORMAT = 1
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """What is known of an object: its tag, its content and the digest of its headers."""

    etag: str
    content: str
    headers: str


@dataclass(frozen=True)
class Index:
    """The entries by key, and when they were written."""

    entries: Mapping[str, Known] = field(default_factory=dict)
    written: datetime = _NEVER

    def get(self, key: str, etag: str, modified: datetime) -> Known | None:
        """What is known of an object that S3 lists with this tag and date."""
        known = self.entries.get(key)
        # Strictly older: S3 counts whole seconds, in which somebody may have written it again.
        valid = known is not None and known.etag == etag and modified < self.written
        return known if valid else None


def read(client: "S3Client", bucket: Bucket) -> Index:
    """Read the index of a bucket; an empty one if there is none."""
    # Dates of lists are finer than those of objects.
    listed = client.list_objects_v2(Bucket=bucket.name, Prefix=bucket.index_key, MaxKeys=1)
    written = [each["LastModified"] for each in listed.get("Contents", [])]
    if not written:
        return Index()
    answer = client.get_object(Bucket=bucket.name, Key=bucket.index_key)
    content = json.loads(gzip.decompress(answer["Body"].read()))
    if content.get("format") != _FORMAT:
        return Index()
    return Index({key: Known(*fields) for key, fields in content["entries"].items()}, written[0])


def write(client: "S3Client", bucket: Bucket, entries: Mapping[str, Known]) -> None:
    """Write the index of a bucket."""
    listed = {key: [e.etag, e.content, e.headers] for key, e in sorted(entries.items())}
    text = json.dumps({"format": _FORMAT, "entries": listed}, separators=(",", ":"))
    client.put_object(
        Bucket=bucket.name,
        Key=bucket.index_key,
        Body=gzip.compress(text.encode(), compresslevel=5, mtime=0),
        ContentType="application/gzip",
        CacheControl="no-store",
    )
