"""`AGENTS.md`, which coding assistants read: its code is that of the examples, its names exist."""

import importlib
import re
from pathlib import Path

import pytest

from serverless_stack.cli.main import _COMMANDS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "serverless_stack" / "AGENTS.md").read_text("utf-8")
BLOCKS = re.findall(r"<!-- (\S+) -->\n```python\n(.*?)\n```", TEXT, re.DOTALL)


@pytest.mark.parametrize(("path", "code"), BLOCKS, ids=[path for path, _code in BLOCKS])
def test_its_code_is_that_of_an_example(path: str, code: str) -> None:
    assert f"{code}\n" in (ROOT / path).read_text("utf-8")


def test_every_block_names_its_example() -> None:
    assert len(BLOCKS) == TEXT.count("```python") >= 10


def test_every_construct_that_it_names_exists() -> None:
    tables = "\n".join(line for line in TEXT.splitlines() if line.startswith("| "))
    constructs = importlib.import_module("serverless_stack.constructs").__all__
    named = set(re.findall(r"`([A-Z]\w+)\b", tables))
    assert named
    assert named <= set(constructs)


def test_every_module_and_assertion_that_it_names_exists() -> None:
    for module in set(re.findall(r"`(serverless_stack\.[a-z_.]+)`", TEXT)):
        importlib.import_module(module)
    testing = importlib.import_module("serverless_stack.testing").__all__
    assert set(re.findall(r"`(assert_\w+)`", TEXT)) <= set(testing)


def test_every_command_that_it_names_exists() -> None:
    assert set(re.findall(r"`serverless-stack ([a-z]+)", TEXT)) <= {*_COMMANDS}
