"""Trees of files whose deployment ``benchmarks.memory`` measures."""

import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

MEBIBYTE = 1 << 20
Kind: TypeAlias = Callable[[random.Random], Iterator[bytes]]


@dataclass(frozen=True)
class Tree:
    """A tree of files.

    Attributes:
        name: A description.
        kinds: How many files there are of each kind. A kind yields the blocks of one file.
    """

    name: str
    kinds: tuple[tuple[int, Kind], ...]

    @property
    def count(self) -> int:
        """The number of files."""
        return sum(count for count, _kind in self.kinds)

    def write(self, path: Path, seed: int) -> None:
        """Write a zip file. Another seed changes the content, not the names."""
        chance = random.Random(seed)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            kinds = [kind for count, kind in self.kinds for _ in range(count)]
            for number, kind in enumerate(kinds):
                suffix = "html" if number % 2 else "js"
                with archive.open(f"f{number % 50:02}/file{number:06}.{suffix}", "w") as file:
                    for block in kind(chance):
                        file.write(block)


def _small(chance: random.Random) -> Iterator[bytes]:
    yield chance.randbytes(chance.randint(1024, 4096))


def _medium(chance: random.Random) -> Iterator[bytes]:
    yield chance.randbytes(8 * MEBIBYTE)


def _blank(chance: random.Random) -> Iterator[bytes]:
    block = chance.randbytes(1024) + bytes(MEBIBYTE - 1024)
    for _ in range(1024):
        yield block


def _film(chance: random.Random) -> Iterator[bytes]:
    for _ in range(512):
        yield chance.randbytes(MEBIBYTE)


TREES = (
    Tree("500 files of 1-4 KB", ((500, _small),)),
    Tree("2,000 files of 1-4 KB", ((2_000, _small),)),
    Tree("20,000 files of 1-4 KB", ((20_000, _small),)),
    Tree("40 files of 8 MiB", ((40, _medium),)),
    Tree("1 file of 1 GiB, compressible", ((1, _blank),)),
    Tree("1 file of 512 MiB, incompressible", ((1, _film),)),
    Tree("2,000 small, 40 medium, 1 large", ((2_000, _small), (40, _medium), (1, _film))),
)
