"""What a command names: a local path, an object or prefix of a bucket, or a stream."""

import os
from dataclasses import dataclass
from typing import Final, TypeAlias

from serverless_stack._shared.content.keys import S3_SCHEME, bucket_and_key


@dataclass(frozen=True)
class Local:
    """A local file or folder."""

    path: str

    def takes_names(self) -> bool:
        """Return whether a file that is copied here keeps its name: the place is a folder."""
        return os.path.basename(self.path) in ("", ".", "..") or os.path.isdir(self.path)

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Remote:
    """An object, or the objects whose keys begin with a prefix."""

    bucket: str
    key: str = ""

    @property
    def is_alias(self) -> bool:
        """Whether the bucket is named by an access point, and may have another name as well."""
        return ":" in self.bucket or self.bucket.endswith("-s3alias")

    def takes_names(self) -> bool:
        """Return whether an object that is copied here keeps its name."""
        return not self.key or self.key.endswith("/")

    def may_be(self, other: "Remote") -> bool:
        """Return whether two places may be one object or one prefix."""
        aliases = self.is_alias or other.is_alias
        return self.key == other.key and (aliases or self.bucket == other.bucket)

    def __str__(self) -> str:
        return f"{S3_SCHEME}{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Stream:
    """Standard input as a source, standard output as a destination."""

    def __str__(self) -> str:
        return "-"


STREAM: Final = Stream()
Place: TypeAlias = Local | Remote | Stream


def place(text: str) -> Place:
    """Read a place: ``s3://bucket/key``, a local path, or ``-``.

    Raises:
        ValueError: If it is empty, or names no bucket.
    """
    if text == "-":
        return STREAM
    if text.startswith(S3_SCHEME):
        return remote(text)
    # An empty variable of a shell is not the current folder, nor a slip a file called "s3:".
    if not text or text.lower().startswith("s3:"):
        raise ValueError(f"a place must be s3://bucket/key, a local path or -, got: {text!r}")
    return Local(text)


def remote(text: str) -> Remote:
    """Read a place in a bucket.

    Raises:
        ValueError: If it is another one, or names no bucket.
    """
    bucket, key = bucket_and_key(text)
    if not text.startswith(S3_SCHEME) or not bucket:
        raise ValueError(f"a place in a bucket must be s3://bucket/key, got: {text!r}")
    return Remote(bucket, key)
