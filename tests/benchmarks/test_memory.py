"""The measure itself, on a tree that is deployed in a moment."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import memory
from benchmarks.trees import Tree
from tests.operations.content.world import World
from tests.operations.invalidation.cloudfront_double import CloudFront, served


def two_blocks(chance: random.Random) -> Iterator[bytes]:
    yield chance.randbytes(10)
    yield b"end"


def one_byte(chance: random.Random) -> Iterator[bytes]:
    yield b"x"


TREE = Tree("five", ((2, two_blocks), (3, one_byte)))


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch, use_aws: dict[str, str]) -> Iterator[CloudFront]:
    double = CloudFront({"E1": []})
    with served(double) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", url)
        yield double


def test_a_deployment_in_a_process_of_its_own(cloudfront: CloudFront, tmp_path: Path) -> None:
    world = World("memory")
    run = memory.deploy(world, TREE, 1, tmp_path)
    assert run.uploaded == 5
    assert 20 < run.peak < 300  # MiB: a Python with boto3
    assert len(world.stored()) == 5
    with pytest.raises(RuntimeError, match=r"five: .*'Uploaded': 0"):
        memory.deploy(world, TREE, 1, tmp_path)  # nothing changed
    other = Tree("other", ((5, two_blocks),))
    assert memory.deploy(world, other, 2, tmp_path).uploaded == 5
    assert cloudfront.dropped("E1") != []


def test_what_is_printed(
    cloudfront: CloudFront, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trees = (Tree("one", ((2, two_blocks),)), Tree("two", ((3, two_blocks),)))
    memory.measure(Console(width=100), trees, tmp_path)
    printed = capsys.readouterr().out
    assert "1.00" in printed
    assert "of the 512 MiB that ContentDeployment lets the function have at least" in printed
