"""The sides of a synchronisation: a folder or a part of a bucket."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from serverless_stack._shared import contract

_SCHEME = "s3://"
RESERVED = contract.RESERVED_PREFIX
"""What this library keeps in buckets; it is no content."""


@dataclass(frozen=True)
class Folder:
    """A local folder."""

    path: Path

    def file(self, key: str) -> Path:
        """The file of a key.

        Raises:
            ValueError: If it lies outside of the folder.
        """
        parts = PurePosixPath(key).parts
        if not key or key.startswith("/") or ".." in parts or "\0" in key or key.endswith("/"):
            raise ValueError(f"a key must be the path of a file in {self.path}, got: {key!r}")
        return self.path.joinpath(*parts)

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Bucket:
    """A bucket, or the objects below a prefix that ends with a slash."""

    name: str
    prefix: str = ""

    @property
    def index_key(self) -> str:
        """Where it is kept which content and headers the objects have."""
        return f"{RESERVED}sync/{self.prefix}index.json.gz"

    @property
    def owed_key(self) -> str:
        """Where it is kept what distributions have not been told yet."""
        return f"{RESERVED}sync/{self.prefix}owed.json.gz"

    def __str__(self) -> str:
        return f"{_SCHEME}{self.name}/{self.prefix}"


def location(text: str) -> Folder | Bucket:
    """Read a location: ``s3://bucket``, ``s3://bucket/prefix``, or the path of a folder.

    Raises:
        ValueError: If it names no bucket, or what this library keeps in one.
    """
    if not text.startswith(_SCHEME):
        return Folder(Path(text))
    name, _slash, prefix = text.removeprefix(_SCHEME).partition("/")
    if not name:
        raise ValueError(f"a location must be s3://bucket/prefix or a folder, got: {text!r}")
    if prefix.startswith(RESERVED):
        raise ValueError(f"a location must lie outside of {RESERVED}, got: {text!r}")
    return Bucket(name, prefix if prefix.endswith("/") or not prefix else f"{prefix}/")
