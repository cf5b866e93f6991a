"""Lists of dependencies that other tools keep: refused with the command that exports them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serverless_stack.constructs.function.requirement_lines import split_lines

_COMPILE = "uv pip compile --generate-hashes {} -o requirements.txt"
_CONDA = "python -m pip list --format freeze > requirements.txt"
_PDM = "pdm export --prod -o requirements.txt"
_PIPENV = "pipenv requirements > requirements.txt"
_POETRY = "poetry export -f requirements.txt -o requirements.txt"
# Files of other tools: what shows that one lists dependencies, and the command that writes these
# to requirements.txt.
_EXPORTS = {
    "Pipfile": (
        r"^[ \t]*\[[ \t]*packages[ \t]*\].*\n(?:[ \t]*(?:#.*)?\n)*[ \t]*[\"'\w]",
        _PIPENV,
    ),
    "Pipfile.lock": (r'"default":\s*\{\s*"', _PIPENV),
    "environment.yaml": (r"^dependencies:", _CONDA),
    "environment.yml": (r"^dependencies:", _CONDA),
    "pdm.lock": (r"^\[\[package\]\]", _PDM),
    "pixi.toml": (r"^\[(pypi-)?dependencies\]", _CONDA),
    "poetry.lock": (r"^\[\[package\]\]", _POETRY),
    "requirements.in": (r"^\s*[^\s#]", _COMPILE.format("requirements.in")),
    "requirements.lock": (r"^\s*[^\s#]", "cp requirements.lock requirements.txt"),
    "setup.cfg": (r"install_requires", _COMPILE.format("setup.cfg")),
    "setup.py": (r"install_requires", _COMPILE.format("setup.py")),
}
# What a `project.dependencies` takes the place of.
_WITHOUT_PROJECT = {"setup.cfg", "setup.py"}
_OTHERS = r"(?!.*(dev|test|lint|doc|ci|type))"
_SIMILAR = re.compile(rf"req(uirement)?s?\b{_OTHERS}.*\.txt", re.IGNORECASE)
_SIMILAR_LOCK = re.compile(rf"pylock\.{_OTHERS}.+\.toml")


def refuse_other_tools(folder: Path, project: Mapping[str, Any]) -> None:
    """Refuse a folder whose dependencies are listed where this library does not look.

    Args:
        folder: The folder of the handler.
        project: The content of its pyproject.toml.

    Raises:
        ValueError: If another tool lists dependencies; the message has the command for export.
    """
    of_project, tools = project.get("project", {}), project.get("tool", {})
    for name, (pattern, command) in _EXPORTS.items():
        path = folder / name
        if name in _WITHOUT_PROJECT and of_project.get("dependencies"):
            continue
        if path.is_file() and re.search(pattern, path.read_text("utf-8", "replace"), re.MULTILINE):
            raise ValueError(
                f"the requirements in {path} must be in a requirements.txt, which is "
                f"missing: run `{command}` in {folder}"
            )
    for path in () if of_project.get("dependencies") else _similar_lists(folder):
        raise ValueError(
            f"the requirements in {path} must be in a requirements.txt, which is missing or "
            f"empty: run `cp {path.relative_to(folder)} requirements.txt` in {folder}"
        )
    for path in sorted(folder.glob("pylock.*.toml")):
        if _SIMILAR_LOCK.fullmatch(path.name) and not of_project.get("dependencies"):
            raise ValueError(
                f"the requirements in {path} must be in a pylock.toml, which is missing: run "
                f"`cp {path.name} pylock.toml` in {folder}"
            )
    poetry, pdm, pixi = (tools.get(name, {}) for name in ("poetry", "pdm", "pixi"))
    if "dependencies" in of_project.get("dynamic", ()):
        place, command = "are dynamic", _COMPILE.format("pyproject.toml")
    elif poetry.get("source") or set(poetry.get("dependencies", {})) - {"python"}:
        place, command = "are those of Poetry", _POETRY
    elif pdm.get("source"):
        place, command = "come from a source of PDM", _PDM
    elif tools.get("flit", {}).get("metadata", {}).get("requires"):
        place, command = "are those of Flit", _COMPILE.format("pyproject.toml")
    elif pixi.get("pypi-dependencies") or set(pixi.get("dependencies", {})) - {"python"}:
        place, command = "are those of Pixi", _CONDA
    else:
        return
    raise ValueError(
        f"the requirements in {folder / 'pyproject.toml'} {place} and must be in a "
        f"requirements.txt: run `{command}` in {folder}"
    )


def _similar_lists(folder: Path) -> list[Path]:
    """Return the lists of requirements whose names are nearly right, but for those of tests."""
    return [
        path
        for path in sorted(folder.glob("[Rr][Ee][Qq]*")) + sorted(folder.glob("requirements/*"))
        if _SIMILAR.fullmatch(str(path.relative_to(folder)))
        if path.is_file() and split_lines(path.read_text("utf-8", "replace"))
    ]
