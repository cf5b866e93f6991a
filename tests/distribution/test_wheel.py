"""The wheel in an environment of its own, used from an empty folder as a newcomer does."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from serverless_stack._shared.machine import find_uv

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.server]


@dataclass(frozen=True)
class Machine:
    """An empty folder, and an environment with nothing but the wheel and what it requires."""

    folder: Path
    environment: dict[str, str]

    def run(self, *argv: str, folder: str = ".") -> str:
        done = subprocess.run(
            argv,
            cwd=self.folder / folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(argv)}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Install the wheel with the locked versions of everything that it requires."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    locked = re.findall(
        r"^[\w.\[\]-]+==[^\s\\]+(?: ; [^\\\n]+)?",
        (ROOT / "requirements-dev.txt").read_text("utf-8"),
        re.MULTILINE,
    )
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(locked))
    uv, venv = str(find_uv()), folder / "venv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python")),
            *("--constraint", str(constraints)),
            f"serverless-stack[operations,testing] @ {wheel.as_uri()}",
        ],
        check=True,
    )
    empty = folder / "empty folder"
    empty.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "VIRTUAL_ENV", "CDK_OUTDIR")
    }
    # No CDK CLI: the local cloud installs its own.
    tools = {Path(shutil.which(name) or name).parent for name in ("redis-server", "memcached")}
    path = [venv / "bin", *sorted(tools), Path("/usr/bin"), Path("/bin")]
    return Machine(empty, {**kept, "PATH": os.pathsep.join(map(str, path))})


def test_the_package_is_that_of_the_wheel(machine: Machine) -> None:
    code = "import serverless_stack; print(serverless_stack.__file__)"
    assert str(ROOT) not in machine.run("python", "-c", code)
    assert machine.run("serverless-stack", "--version").strip() == "0.1.0"


def test_the_application_of_the_readme(machine: Machine) -> None:
    shutil.copy(ROOT / "app.py", machine.folder)
    shutil.copytree(ROOT / "examples" / "shop", machine.folder / "examples" / "shop")
    machine.environment["CDK_OUTDIR"] = "cdk.out"
    try:
        machine.run("python", "app.py")
    finally:
        del machine.environment["CDK_OUTDIR"]
    assert (machine.folder / "cdk.out" / "Shop.template.json").is_file()
    machine.run("serverless-stack", "check")
    machine.run("serverless-stack", "diagram", "-o", "shop.svg")
    assert "</svg>" in (machine.folder / "shop.svg").read_text("utf-8")


def test_a_new_project(machine: Machine) -> None:
    machine.run("serverless-stack", "init", "shop")
    requirements = (machine.folder / "shop" / "requirements.txt").read_text("utf-8")
    assert "serverless-stack[operations,testing] @ file:///" in requirements
    assert "2 passed" in machine.run("pytest", "-q", folder="shop")
    printed = machine.run("serverless-stack", "local", "deploy", "--ephemeral", folder="shop")
    assert "Open in a browser" in printed
    status = subprocess.run(
        ["serverless-stack", "local", "status", "--json"],
        cwd=machine.folder / "shop",
        env=machine.environment,
        capture_output=True,
        text=True,
    )
    assert json.loads(status.stdout)["running"] is False
