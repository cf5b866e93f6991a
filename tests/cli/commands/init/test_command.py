"""The command: what it refuses, keeps, asks and prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.commands.init import versions
from serverless_stack.cli.main import application


def init(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["init", *arguments])


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_is_created_and_gives_the_name(tmp_path: Path) -> None:
    result = init(str(tmp_path / "deep" / "my shop"))
    assert result.exit_code == 0, result.output
    assert "Created MyShop in" in result.output
    assert "The stack is called MyShop: see app.py." in result.output
    assert "cd '" in result.output
    files = files_of(tmp_path / "deep" / "my shop")
    assert '"MyShop"' in files["app.py"]
    assert "MyShop/Cdn" in files["tests/__snapshots__/test_stack/test_the_template.template.yaml"]
    assert "redis" not in files["handler/requirements.txt"]
    assert {"cdk.json", ".gitignore", ".github/workflows/ci.yml"} <= set(files)


def test_json_names_the_files(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--json", "--ci", "none", "--name", "Mine")
    document = json.loads(result.stdout)
    assert document["name"] == "Mine"
    assert document["kept"] == []
    assert sorted(document["created"]) == sorted(files_of(tmp_path / "shop"))
    assert ".github/workflows/ci.yml" not in document["created"]


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_a_folder_with_files_is_refused_with_its_clashes(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    result = init(str(tmp_path))
    assert result.exit_code == 2
    assert f"`FOLDER` must be empty, got: {tmp_path} with README.md, notes.txt;" in result.output
    assert "these are there and would stay: README.md" in result.output
    assert set(files_of(tmp_path)) == {"README.md", "notes.txt"}


def test_merge_keeps_what_exists(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "app.py").symlink_to("nowhere.py")  # a broken link is a file, too
    result = init(str(tmp_path), "--merge", "--name", "Shop")
    assert result.exit_code == 0, result.output
    assert "These existed and stay as they are: README.md, app.py" in result.output
    assert (tmp_path / "README.md").read_text() == "mine"
    assert not (tmp_path / "nowhere.py").exists()
    assert (tmp_path / "cdk.json").is_file()
    again = init(str(tmp_path), "--merge")
    assert "Created" not in again.output


@pytest.mark.parametrize("entry", [".git", ".venv"])
def test_a_repository_or_environment_alone_is_empty(tmp_path: Path, entry: str) -> None:
    (tmp_path / entry).mkdir()
    assert init(str(tmp_path)).exit_code == 0


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    result = init(str(tmp_path / "shop"))
    assert result.exit_code == 2
    assert "`FOLDER` must be a folder, got a file" in result.output


def test_a_wrong_name_gets_a_proposal(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--name", "my shop")
    assert result.exit_code == 2
    assert "got: 'my shop'; such as `MyShop`" in " ".join(result.output.split())
    assert not (tmp_path / "shop").exists()


def test_it_asks_on_a_terminal_alone(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    code = "from serverless_stack.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "init", str(tmp_path / "shop"), "--memcached"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ) as process:
        os.close(theirs)
        os.write(ours, b"1 shop\nMine\ny\nn\n")  # a wrong name is asked for again
        printed = b""
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # how a terminal ends
                break
            if not block:
                break
            printed += block
        os.close(ours)
    text = printed.decode()
    assert process.returncode == 0, text
    assert "Name of the stack [Shop]:" in text
    assert "such as `App1Shop`" in text
    assert "Redis cache, billed by the hour on AWS? [y/N]" in text
    assert "Memcached cache" not in text
    files = files_of(tmp_path / "shop")
    assert '"Mine"' in files["app.py"]
    assert "redis=True" in files["app.py"]
    assert "memcached=True" in files["app.py"]
    assert ".github/workflows/ci.yml" not in files


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, "serverless-stack[operations,testing]==0.1.0"),
        (
            {"url": "https://example.org/a.whl", "archive_info": {}},
            "serverless-stack[operations,testing] @ https://example.org/a.whl",
        ),
        (
            {
                "url": "https://example.org/a",
                "vcs_info": {"vcs": "git", "commit_id": "abc"},
                "subdirectory": "lib",
            },
            "serverless-stack[operations,testing] @ git+https://example.org/a@abc#subdirectory=lib",
        ),
    ],
)
def test_the_library_is_required_as_it_was_installed(
    monkeypatch: pytest.MonkeyPatch, origin: dict[str, object] | None, expected: str
) -> None:
    class Distribution:
        version = "0.1.0"

        def read_text(self, name: str) -> str | None:
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Distribution())
    assert versions.library_requirement() == expected
    assert not versions.is_local(expected)


def test_a_path_of_this_machine_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = "serverless-stack[operations,testing] @ file:///here"
    monkeypatch.setattr(versions, "library_requirement", lambda: local)
    result = init(str(tmp_path / "shop"))
    assert "from a path of this machine" in result.output
    assert f"\n{local}\n" in (tmp_path / "shop" / "requirements.txt").read_text()
