"""`make demo` without a terminal: the README's application, deployed and talked to."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import serverless_stack
from serverless_stack.local.processes import emulator as emulator_process
from serverless_stack.local.processes import process_table as processes
from serverless_stack.local.toolchain import install as toolchain
from tests.e2e.run import HERE

REPOSITORY = HERE.parents[1]


@pytest.mark.xdist_group("demo")
def test_demo(tmp_path: Path) -> None:
    cache = (tmp_path / "cache").resolve()
    reuse(cache)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "DEMO_DOWN": "1",
        "PYTHONPATH": str(Path(serverless_stack.__file__).parents[1]),
        "SERVERLESS_STACK_CACHE": str(cache),
    }
    done = subprocess.run(
        [sys.executable, "examples/shop/demo.py"],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.strip().splitlines()[-1]
    match = re.fullmatch(r"demo: (\d+) checks passed, 0 failed", last)
    assert match, done.stdout
    assert int(match[1]) > 10
    assert list((cache / "clouds").iterdir()) == []
    # The mark of every process of a cloud begins with the folder of the clouds.
    mark = emulator_process.environment_mark(cache / "clouds").removesuffix("/emulator")
    assert processes.with_mark(mark) == []


def reuse(cache: Path) -> None:
    """A cache folder without clouds, that need not install the emulator again."""
    cache.mkdir()
    made = [toolchain.emulator_python().parents[1]]
    made += made[0].parent.glob("node-*")
    made += [made[0].parent / name for name in ("handlers", "overlays")]
    for folder in made:
        if folder.is_dir():
            (cache / folder.name).symlink_to(folder)
