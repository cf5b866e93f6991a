import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.trees import TREES, Tree


def two_blocks(chance: random.Random) -> Iterator[bytes]:
    yield chance.randbytes(10)
    yield b"end"


def one_byte(chance: random.Random) -> Iterator[bytes]:
    yield b"x"


TREE = Tree("five", ((2, two_blocks), (3, one_byte)))


def contents(path: Path, seed: int) -> dict[str, bytes]:
    TREE.write(path, seed)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_tree_is_reproducible(tmp_path: Path) -> None:
    first, again, other = (contents(tmp_path / "a.zip", seed) for seed in (1, 1, 2))
    assert first == again
    assert len(first) == TREE.count == 5
    assert [len(content) for content in first.values()] == [13, 13, 1, 1, 1]
    assert first.keys() == other.keys()
    assert first["f00/file000000.js"] != other["f00/file000000.js"]


def test_small_files_have_the_announced_sizes(tmp_path: Path) -> None:
    small = TREES[0]
    small.write(tmp_path / "small.zip", 1)
    with zipfile.ZipFile(tmp_path / "small.zip") as archive:
        sizes = [info.file_size for info in archive.infolist()]
    assert len(sizes) == small.count == 500
    assert 1024 <= min(sizes) < max(sizes) <= 4096
