import subprocess
from pathlib import Path

import pytest

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function import requirements as _requirements
from serverless_stack.constructs.function.requirements import Requirements, find_requirements

LOCKED = """\
# made by uv
annotated-types==0.7.0 \\
    --hash=sha256:1f02e8b43a8fbbc3f3e0d4f0f4bfc8131bcb4eebe8849b8e5c773f3a1c582a53
Typing_Extensions == 4.15.0 ; python_version < "3.14"  # for annotations
redis[hiredis]==6.4.0
shop @ https://example.com/shop-1.0-py3-none-any.whl
"""


def requirements(text: str) -> Requirements:
    return Requirements(Path("requirements.txt"), text)


def test_pinned_names_are_found() -> None:
    assert requirements(LOCKED).pinned == {"annotated-types", "typing-extensions", "redis", "shop"}


@pytest.mark.parametrize(
    "line",
    [
        "pydantic",
        "pydantic>=2",
        "pydantic==2.*",
        "pydantic>=2,<3",
        'pydantic>=2; python_version == "3.13"',
        "# pydantic==2.0",
        "pydantic  # ==2.0",
    ],
)
def test_other_lines_pin_nothing(line: str) -> None:
    assert requirements(line).pinned == set()


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "--index-url https://example.com\n"])
def test_a_list_without_requirements_is_empty(text: str) -> None:
    assert requirements(text).is_empty


def test_a_list_with_a_requirement_is_not_empty() -> None:
    assert not requirements("# one\nredis\n").is_empty


@pytest.mark.parametrize(
    "line", ["-r base.txt", "--requirement=base.txt", "-c limits.txt", "-e .", "--editable ../lib"]
)
def test_lists_that_name_others_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"redis==6.4.0\n{line}\n")
    with pytest.raises(ValueError, match="must list every requirement itself") as caught:
        find_requirements(tmp_path)
    assert f"got: {line!r}; `uv pip compile` makes one list of several" in str(caught.value)


def test_a_folder_without_any_file_names_none(tmp_path: Path) -> None:
    assert find_requirements(tmp_path) is None


def test_requirements_txt_wins(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("redis==6.4.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = ['boto3']\n")
    assert find_requirements(tmp_path) == Requirements(
        tmp_path / "requirements.txt", "redis==6.4.0\n"
    )


def test_pyproject_names_dependencies(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["redis>=6", "pydantic"]\n'
    )
    found = find_requirements(tmp_path)
    assert found == Requirements(tmp_path / "pyproject.toml", "redis>=6\npydantic")


def test_a_pyproject_without_a_project_names_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    found = find_requirements(tmp_path)
    assert found is not None
    assert found.is_empty


def test_a_broken_pyproject_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ValueError, match=r"pyproject\.toml must be valid TOML"):
        find_requirements(tmp_path)


def lock(folder: Path, dependencies: str) -> None:
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f"dependencies = {dependencies}\n"
    )
    uv = find_uv()
    assert uv is not None
    subprocess.run([uv, "lock", "--quiet"], cwd=folder, check=True)


def test_a_uv_lock_is_exported_with_hashes(tmp_path: Path) -> None:
    lock(tmp_path, "['redis==6.4.0']")
    found = find_requirements(tmp_path)
    assert found is not None
    assert found.source == tmp_path / "uv.lock"
    assert found.pinned >= {"redis"}
    assert "--hash=sha256:" in found.text
    assert "shop" not in found.pinned


def test_a_broken_uv_lock_is_refused(tmp_path: Path) -> None:
    lock(tmp_path, "[]")
    (tmp_path / "uv.lock").write_text("version = [")
    with pytest.raises(ValueError, match=r"uv\.lock must be a lock that uv reads"):
        find_requirements(tmp_path)


def test_a_uv_lock_without_uv_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(tmp_path, "[]")
    monkeypatch.setattr(_requirements, "find_uv", lambda: None)
    with pytest.raises(ValueError, match=r"uv\.lock needs uv to be read: `python -m pip install"):
        find_requirements(tmp_path)
