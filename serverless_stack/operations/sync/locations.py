"""Locations: a local folder, or a part of a bucket."""

from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.content.keys import S3_SCHEME, bucket_and_key
from serverless_stack.operations.content.manifest import RESERVED


@dataclass(frozen=True)
class Folder:
    """A local folder."""

    path: Path

    def file(self, key: str) -> Path:
        """Return the path of the file for a key, always below the folder.

        Raises:
            ValueError: If there is none, or it leads through a link.
        """
        name, parts = self.name(key), key.split("/")
        if not parts[0] or not parts[-1] or ".." in parts or "\0" in key or not name:
            raise ValueError(f"a key must be the path of a file in {self.path}, got: {key!r}")
        path = self.path
        for part in name.split("/")[:-1]:
            path = path / part
            if path.is_symlink():
                raise ValueError(f"a key must not lead through a link, got: {key!r}")
        return self.path / name

    @staticmethod
    def name(key: str) -> str:
        """Return the relative path that a key has on disk: ``a/b`` for ``a//b`` and ``./a/b``."""
        return "/".join(part for part in key.split("/") if part not in ("", "."))

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Bucket:
    """A bucket, or the objects below a prefix that ends with a slash."""

    name: str
    prefix: str = ""

    @property
    def state_key(self) -> str:
        """The key of the manifest that `sync` keeps of this prefix."""
        return f"{RESERVED}sync/{self.prefix}state.gz"

    def is_reserved(self, key: str) -> bool:
        """Return whether a key below the prefix belongs to this library, and is no content."""
        return key.startswith(RESERVED) or f"{self.prefix}{key}".startswith(RESERVED)

    def __str__(self) -> str:
        return f"{S3_SCHEME}{self.name}/{self.prefix}"


def location(text: str) -> Folder | Bucket:
    """Read a location: ``s3://bucket``, ``s3://bucket/prefix``, or the path of a folder.

    Raises:
        ValueError: If it is empty, names no bucket, or the folder of a bucket that this library
            keeps.
    """
    if not text.startswith(S3_SCHEME):
        # An empty variable of a shell is not the current folder, nor a slip a folder called "s3:".
        if not text or text.lower().startswith("s3:"):
            raise ValueError(f"a location must be s3://bucket/prefix or a folder, got: {text!r}")
        return Folder(Path(text))
    name, prefix = bucket_and_key(text)
    prefix = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if not name:
        raise ValueError(f"a location must be s3://bucket/prefix or a folder, got: {text!r}")
    if prefix.startswith(RESERVED):
        raise ValueError(f"a location must lie outside of {RESERVED}, got: {text!r}")
    return Bucket(name, prefix)
