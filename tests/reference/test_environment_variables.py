"""The page of environment variables lists those that the code reads."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from serverless_stack._shared import contract

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "serverless_stack"
PAGE = (ROOT / "docs" / "reference" / "environment-variables.md").read_text("utf-8")
# Processes of our own, whose variables we set ourselves: nobody else sets them.
OWN_PROCESSES = ("functions", "local/emulator")
# pytest sets it, and the plugin reads it to name a test.
OF_OTHERS = {"PYTEST_CURRENT_TEST"}


def listed() -> set[str]:
    """The variables in the first column of the tables."""
    cells = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([A-Z_0-9]+)`", cell)}


def names_read(source: str) -> Iterator[str]:
    """The names by which a module reads ``os.environ``: texts, and constants that it defines."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    for node in ast.walk(tree):
        key = _key(node)
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
        elif isinstance(key, ast.Name) and key.id in constants:
            yield constants[key.id]


def _key(node: ast.AST) -> ast.expr | None:
    """The key of ``environ[key]``, ``environ.get(key)`` and ``key in environ``."""
    if isinstance(node, ast.Subscript) and _is_environment(node.value):
        return node.slice
    if isinstance(node, ast.Compare) and _is_environment(node.comparators[0]):
        return node.left
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if is_call and _is_environment(node.func.value) and node.args:  # type: ignore[attr-defined]
        return node.args[0]  # type: ignore[attr-defined, no-any-return]
    return None


def _is_environment(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def test_the_page_lists_what_the_code_reads() -> None:
    read = {
        name
        for path in PACKAGE.rglob("*.py")
        if not path.relative_to(PACKAGE).as_posix().startswith(OWN_PROCESSES)
        for name in names_read(path.read_text("utf-8"))
    }
    assert {"SERVERLESS_STACK_CACHE", "NO_COLOR", "AWS_PROFILE", "CDK_VALIDATION"} <= read
    assert read - OF_OTHERS - listed() == set()


def test_the_page_lists_what_connect_sets() -> None:
    named = {
        function()
        for name, function in inspect.getmembers(contract, inspect.isfunction)
        if name != "signing_secret"  # the beginning of the next one's
    }
    constants = {contract.CORS, contract.USER_HANDLER, contract.PING_TOKEN}
    field_encryption = contract.secret_arn(f"{contract.FIELD_ENCRYPTION_PREFIX}_SECRET")
    assert named | constants | {field_encryption} <= listed()


def test_the_page_lists_nothing_else() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    prefixes = [value for name, value in vars(contract).items() if name.endswith("_PREFIX")]
    built = {name for name in listed() if name.startswith(tuple(prefixes))}
    assert {name for name in listed() - built if name not in sources} == set()
    assert {name for name in built if f"_{name.rpartition('_')[2]}" not in sources} == set()


def test_reading_is_found_in_every_spelling() -> None:
    source = """
    import os
    A: str = "ONE"
    os.environ["TWO"]
    os.environ.get("THREE", "")
    "FOUR" in os.environ
    os.environ.get(A)
    """
    assert sorted(names_read(inspect.cleandoc(source))) == ["FOUR", "ONE", "THREE", "TWO"]
