"""What README and docs show is what the files hold, and the files run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def code_of(path: str) -> str:
    """A file without its docstring."""
    return (ROOT / path).read_text("utf-8").split('"""\n\n', 1)[1]


@pytest.mark.parametrize("path", ["app.py", "examples/in_your_stack.py"])
def test_the_readme_shows_the_file(path: str) -> None:
    assert f"```python\n{code_of(path)}```" in README


def test_every_python_block_of_the_readme_is_a_file() -> None:
    shown = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    assert sorted(shown) == sorted(map(code_of, ["app.py", "examples/in_your_stack.py"]))


def test_every_make_command_in_the_readme_is_a_target() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert {"demo", "test"} <= named
    assert named <= targets


def test_the_example_of_one_construct_synthesises(tmp_path: Path) -> None:
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path)}
    subprocess.run(
        [sys.executable, "examples/in_your_stack.py"], cwd=ROOT, env=environment, check=True
    )

    template = (tmp_path / "Orders.template.json").read_text("utf-8")
    assert '"REDIS_PRIMARY_ENDPOINT"' in template


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_page_is_in_the_table_of_contents(page: Path) -> None:
    contents = (ROOT / "docs" / "index.md").read_text("utf-8")

    assert page.stem == "index" or f"\n{page.stem}\n" in contents
