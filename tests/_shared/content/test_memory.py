import pytest

from serverless_stack._shared.content.memory import needed_mib


@pytest.mark.parametrize(
    ("files", "mib"), [(0, 512), (78_643, 512), (78_644, 513), (100_000, 565), (288_358, 1024)]
)
def test_what_is_needed(files: int, mib: int) -> None:
    assert needed_mib(files) == mib
