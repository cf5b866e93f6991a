"""What `make dist` builds: the same bytes each time, with nothing missing and nothing extra."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "serverless_stack"
# All kinds of files in the package. A new kind is added here when something needs it.
SUFFIXES = {
    ".css", ".html", ".in", ".java", ".js", ".json", ".md", ".py", ".svg", ".txt", ".typed",
}  # fmt: skip
NEEDED = {
    "AGENTS.md",
    "py.typed",
    "cli/commands/init/template/gitignore.txt",
    "cli/commands/init/template/snapshots/stack.yaml.txt",
    "constructs/cdn/functions/js/spa.js",
    "functions/signing/requirements.txt",
    "local/emulator/requirements.txt",
    "local/emulator/lambda_/java/Bootstrap.java",
    "local/toolchain/cdk_cli/package-lock.json",
    "local/toolchain/npm/package-lock.json",
}
# One worker builds once for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("contents")]
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


def build(folder: Path) -> tuple[Path, Path]:
    """Build as `make dist` does, and return the wheel and the source distribution."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    return wheel, source


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("dist"))


def files_of_the_package() -> set[str]:
    found = {path for path in (ROOT / PACKAGE).rglob("*") if path.is_file()}
    return {
        path.relative_to(ROOT / PACKAGE).as_posix()
        for path in found
        if "__pycache__" not in path.parts
    }


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_the_whole_package_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = names_in(built[0])
    package = {name.removeprefix(f"{PACKAGE}/") for name in names if name.startswith(f"{PACKAGE}/")}
    rest = {name.partition(".dist-info/")[2] for name in names if ".dist-info/" in name}
    assert package == files_of_the_package()
    assert package >= NEEDED
    assert {Path(name).suffix for name in package} == SUFFIXES
    assert rest == METADATA
    assert len(names) == len(package) + len(rest)


def test_the_metadata_is_what_an_index_shows(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        metadata = archive.read(name).decode()
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        entry_points = archive.read(name).decode()
    for line in ("Name: serverless-stack", "Description-Content-Type: text/markdown"):
        assert f"\n{line}\n" in metadata
    assert (ROOT / "README.md").read_text("utf-8") in metadata
    assert "serverless-stack = serverless_stack.cli.main:main" in entry_points
    assert "serverless_stack = serverless_stack.testing.plugin" in entry_points


def test_the_source_distribution_can_be_tested_and_built(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    package = {name.removeprefix(f"{PACKAGE}/") for name in names if name.startswith(f"{PACKAGE}/")}
    assert package == files_of_the_package()
    assert {name.partition("/")[0] for name in names if "/" in name} == {
        "benchmarks",
        "changelog.d",
        "docs",
        "examples",
        PACKAGE,
        "tests",
    }
    for needed in ("pyproject.toml", "requirements-dev.txt", "package-lock.json", "Makefile"):
        assert needed in names
    assert not [name for name in names if "_build/" in name or "__pycache__" in name]


def test_a_second_build_has_the_same_bytes(built: tuple[Path, Path], tmp_path: Path) -> None:
    again = build(tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built]
