from pathlib import Path

import pytest

from serverless_stack.local import folders
from serverless_stack.local.errors import LocalCloudError


def test_each_app_and_name_has_its_own_folder(own_cache: Path, tmp_path: Path) -> None:
    first = folders.cloud(tmp_path / "a" / "My Shop!", "default")
    second = folders.cloud(tmp_path / "b" / "My Shop!", "default")
    assert first.parent == second.parent == own_cache / "clouds"
    assert first.name.startswith("my-shop-")
    assert first.name.endswith("-default")
    assert len({first, second, folders.cloud(tmp_path / "a" / "My Shop!", "other")}) == 3


def test_a_symbolic_link_is_the_same_cloud(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "app")
    assert folders.cloud(tmp_path / "link", "x") == folders.cloud(tmp_path / "app", "x")


@pytest.mark.parametrize("name", ["", "-a", "A", "a/b", "..", "a" * 32])
def test_invalid_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocalCloudError, match="`name` must be 1 to 31 lower-case letters"):
        folders.cloud(tmp_path, name)
