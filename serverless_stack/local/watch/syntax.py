"""Syntax errors in the code of functions, before it replaces what runs."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack
from serverless_stack.local.toolchain.node import find_node
from serverless_stack.local.watch.comparison import (
    Change,
    changed_files,
    changed_members,
    function_assets,
)
from serverless_stack.local.watch.python_syntax import python_errors

_JAVASCRIPT = (".js", ".cjs", ".mjs")
_MAX_SCRIPTS = 20  # each starts Node.js; more at a time are another checkout, and run as they are
_SECONDS = 30
_PYTHON = re.compile(r"python(\d+)\.(\d+)")


def syntax_errors(changes: Iterable[Change], saved: Sequence[Path], app_dir: Path) -> list[str]:
    """Return the syntax errors of the Python and JavaScript files that change in functions.

    Args:
        changes: The stacks that change.
        saved: The files that were saved since the last deployment, which the messages name.
        app_dir: The folder to which the messages name them.
    """
    errors = [error for change in changes for error in _errors_of(change, saved, app_dir)]
    return list(dict.fromkeys(errors))  # stacks may have functions with the same code


def _errors_of(change: Change, saved: Sequence[Path], app_dir: Path) -> list[str]:
    names = {path.name for path in saved}
    files: dict[Path, Path] = {}
    versions: dict[Path, tuple[int, int]] = {}
    errors = []
    for asset, before in _changed_assets(change.before, change.stack):
        version = _python_of(change.stack, asset)
        if asset.is_dir():
            changed = changed_files(before, asset, names)
            files |= {path: path.relative_to(asset) for path in changed}
            versions |= dict.fromkeys(changed, version)
            continue
        for text, content in changed_members(before, asset, names):  # of a Python function
            if text.endswith(".py"):
                errors += python_errors(content, _shown(Path(text), saved, app_dir), version)
    for path, name in files.items():
        if path.suffix == ".py":
            shown = _shown(name, saved, app_dir)
            errors += python_errors(path.read_bytes(), shown, versions[path])
    scripts = [
        path
        for path, name in files.items()
        if path.suffix in _JAVASCRIPT and "node_modules" not in name.parts
    ]
    if scripts and len(scripts) <= _MAX_SCRIPTS:
        node = find_node()
        for path in scripts:
            errors += _javascript_errors(node.program, path, _shown(files[path], saved, app_dir))
    return errors


def _changed_assets(before: Stack, after: Stack) -> list[tuple[Path, Path | None]]:
    """Return the new assets of function code, each with the one that it replaces if it is one."""
    new = sorted(function_assets(after) - set(before.assets))
    old = sorted(function_assets(before) - set(after.assets))
    predecessors = [before.assets[name] for name in old]
    return [
        (after.assets[name], _most_alike(after.assets[name], predecessors))
        for name in new
        if after.assets[name].is_dir() or zipfile.is_zipfile(after.assets[name])
    ]


def _python_of(stack: Stack, asset: Path) -> tuple[int, int]:
    """Return the newest Python of the functions that have an asset as code; else this one."""
    ids = [name for name, path in stack.assets.items() if path == asset]
    found = [
        (int(version[1]), int(version[2]))
        for template in stack.templates
        for _path, kind, properties in template.resources()
        if kind == "AWS::Lambda::Function" and any(i in str(properties.get("Code")) for i in ids)
        if (version := _PYTHON.fullmatch(str(properties.get("Runtime"))))
    ]
    return max(found, default=sys.version_info[:2])


def _most_alike(asset: Path, candidates: Sequence[Path]) -> Path | None:
    names = _names(asset)
    same = [path for path in candidates if path.exists() and path.is_dir() == asset.is_dir()]
    return max(same, key=lambda path: len(names & _names(path)), default=None)


def _names(asset: Path) -> set[str]:
    if asset.is_dir():
        return set(os.listdir(asset))
    with zipfile.ZipFile(asset) as archive:
        return set(archive.namelist())


def _shown(name: Path, saved: Sequence[Path], app_dir: Path) -> str:
    """Return the saved file that became a file of a package; else its name in the package."""
    parts = name.parts
    for path in saved:
        if path.parts[-len(parts) :] == parts:
            return os.path.relpath(path, app_dir)
    return str(name)


def _javascript_errors(node: Path, path: Path, shown: str) -> list[str]:
    try:
        done = subprocess.run(
            [node, "--check", str(path)],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []  # the function says it
    if done.returncode == 0:
        return []
    lines = done.stderr.splitlines()
    where = re.search(r":(\d+)$", lines[0]) if lines else None
    reason = next((line for line in lines if line.startswith("SyntaxError")), "a syntax error")
    place = f"{shown}:{where[1]}" if where else shown
    return ["\n".join([f"{place}: {reason}", *lines[1:2]])]
