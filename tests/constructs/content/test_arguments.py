import pytest

from serverless_stack.constructs.content.arguments import memory_problems


@pytest.mark.parametrize(
    ("memory_size", "files"),
    [(512, 1), (512, 78_643), (1024, 288_358), (10_240, 4_000_000), (128, 78_644)],
)
def test_enough_memory_is_accepted(memory_size: int, files: int) -> None:
    assert list(memory_problems(memory_size, files)) == []


@pytest.mark.parametrize(
    ("memory_size", "files", "expected"),
    [
        (512, 78_644, "`memory_size` must be 513 MiB or more for 78,644 files, got: 512"),
        (1024, 288_359, "`memory_size` must be 1025 MiB or more for 288,359 files, got: 1024"),
    ],
)
def test_too_little_memory_is_refused(memory_size: int, files: int, expected: str) -> None:
    assert list(memory_problems(memory_size, files)) == [expected]
