"""Packages contain every module of this library that their modules import."""

import ast
from pathlib import Path

import pytest

from serverless_stack.constructs.api import log_role, releases
from serverless_stack.constructs.cdn import edge_credentials, signing
from serverless_stack.constructs.function.custom_resource import CONTENT_PARTS
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.library import package_library
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.triggers.notifications import NOTIFICATION_PARTS
from tests.constructs.function.unpacked import unpack


def imported(source: Path) -> set[str]:
    """Return the modules of this library that a file imports, at any place."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(str(node.module))
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("serverless_stack.")}


def missing(folder: Path) -> set[str]:
    """Return the modules that are imported in a package and not in it."""
    needed = {name for source in folder.rglob("*.py") for name in imported(source)}
    paths = {name: folder.joinpath(*name.split(".")) for name in needed}
    return {
        name
        for name, path in paths.items()
        if not path.with_suffix(".py").is_file() and not path.is_dir()
    }


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))


def test_the_package_of_a_handler_is_complete(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "index.py").write_text("def handler(event, context): ...\n")
    built = package(tmp_path / "app", None, LambdaPlatform("3.13", "aarch64"))
    assert missing(unpack(built.archive, tmp_path / "unpacked")) == set()


@pytest.mark.parametrize(
    "parts",
    [
        CONTENT_PARTS,
        NOTIFICATION_PARTS,
        edge_credentials.PARTS,
        log_role.PARTS,
        releases.PARTS,
        signing.PARTS,
    ],
)
def test_the_packages_of_our_own_functions_are_complete(
    tmp_path: Path, parts: tuple[str, ...]
) -> None:
    assert missing(unpack(package_library(*parts).archive, tmp_path / "unpacked")) == set()
