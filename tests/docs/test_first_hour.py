"""Your first hour, as its page tells it, in an empty folder; and commands of the guides there."""

import os
import socket
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import blocks_of
from tests.docs.guides import follow_guides
from tests.docs.site import ROOT
from tests.docs.walk import Shell, Walk

PAGE = ROOT / "docs" / "start" / "first-hour.md"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(tmp_path: Path) -> dict[str, str]:
    """What a newcomer has after the installation, with a local cloud of its own."""
    programs = [Path(sys.executable).parent, ROOT / "node_modules" / ".bin"]
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }


@pytest.mark.server
def test_the_page_works_as_written(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    shell = Shell(folder, environment(tmp_path))
    port = str(free_port())
    walk = Walk(shell, {"8080": port})
    try:
        for block in blocks_of(PAGE):
            if block.text.startswith("$ serverless-stack local down"):
                follow_guides(shell, walk.screens["serverless-stack local deploy"], port)
            walk.follow(block)
    finally:
        walk.end()
        shell.run("serverless-stack local down")

    assert "redis=True" in (folder / "shop" / "app.py").read_text("utf-8")
    assert "stateful" not in walk.screens["serverless-stack check"]
    assert (folder / "shop" / "shop.html").stat().st_size > 10_000
