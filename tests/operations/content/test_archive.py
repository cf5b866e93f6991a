"""Files out of a zip file in S3, and what is held of them in memory."""

import random
import zipfile
from dataclasses import replace

import pytest

from serverless_stack._shared.content.index import Entry
from serverless_stack.operations.content.archive import Archive
from serverless_stack.operations.content.errors import ContentError
from tests.operations.content.world import World

NOISE = random.Random(1).randbytes(3 << 20)
FILES = {"noise.bin": NOISE, "zeros.bin": bytes(3 << 20), "a.txt": b"a", "empty.txt": b""}
WAYS = pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


def opened(world: World, compression: int) -> tuple[Archive, dict[str, Entry]]:
    source = world.source(FILES, compression)
    return Archive(world.s3, source.bucket, source.key), dict(source.entries)


@WAYS
def test_all_files_of_a_span(world: World, compression: int) -> None:
    archive, entries = opened(world, compression)
    found = {
        entry.key: bytes(content)
        for span in archive.spans([*entries.values()])
        for entry, content in archive.read(span)
    }
    assert found == FILES


@WAYS
@pytest.mark.parametrize("size", [1, 1000, 1 << 20, (1 << 20) + 1, 4 << 20])
def test_a_read_is_short_at_the_end_only(world: World, compression: int, size: int) -> None:
    """Else boto3 takes the file for a small one, and holds it whole."""
    archive, entries = opened(world, compression)
    for key in ("a.txt", "empty.txt") if size == 1 else FILES:
        stream = archive.stream(entries[key])
        parts = []
        while part := stream.read(size):
            parts.append(part)
        assert b"".join(parts) == FILES[key]
        assert {len(part) for part in parts[:-1]} <= {size}


@WAYS
@pytest.mark.parametrize("change", [{"size": 2}, {"size": 0}, {"sha256": "0" * 64}])
def test_what_the_index_does_not_say(
    world: World, compression: int, change: dict[str, int | str]
) -> None:
    archive, entries = opened(world, compression)
    wrong = replace(entries["a.txt"], **change)  # type: ignore[arg-type]
    with pytest.raises(ContentError, match=r"a\.txt is not the file that was there"):
        list(archive.read([wrong]))
    with pytest.raises(ContentError, match=r"a\.txt is not the file that was there"):
        archive.stream(wrong).readall()


def test_what_a_span_weighs(world: World) -> None:
    archive, entries = opened(world, zipfile.ZIP_STORED)
    noise, zeros, a, _empty = entries.values()
    assert archive.weight([a]) < 100
    assert 6 << 20 <= archive.weight([noise]) < (6 << 20) + 100  # packed, and unpacked
    assert 9 << 20 <= archive.weight([noise, zeros]) < (9 << 20) + 200
