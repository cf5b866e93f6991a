"""Compile the Python files of a package, so that a cold start does not."""

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from serverless_stack._shared.machine import find_uv

# Files are compiled one after the other, in a fixed order, by a process of its own: what a code
# object shares with others is part of its bytes.
_SCRIPT = """
import importlib._bootstrap_external as external
import marshal, os, sys
from importlib.util import cache_from_source, source_hash

root = sys.argv[1]
for folder, folders, names in os.walk(root):
    folders.sort()
    for name in sorted(names):
        path = os.path.join(folder, name)
        if not name.endswith(".py") or os.path.exists(cache_from_source(path)):
            continue
        with open(path, "rb") as file:
            source = file.read()
        shown = "/var/task/" + os.path.relpath(path, root).replace(os.sep, "/")
        try:
            code = compile(source, shown, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # a template, or a file for another version: the import says so, if any
        code = marshal.loads(marshal.dumps(code))
        data = external._code_to_hash_pyc(code, source_hash(source), checked=False)
        target = cache_from_source(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.chmod(os.path.dirname(target), 0o755)  # whatever the umask, as Lambda's user must read
        with open(target, "wb") as file:
            file.write(data)
        os.chmod(target, 0o644)
"""

_VERSION = "import sys; print(*sys.version_info[:2], sep='.')"


@lru_cache
def find_interpreter(version: str) -> str | None:
    """Return the path of an interpreter of a Python version; None if this machine has none.

    It is this interpreter, the one on ``PATH``, or one that uv has installed. Nothing is
    downloaded.

    Args:
        version: The version, such as ``3.14``.
    """
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is not None and _output([found, "-I", "-S", "-c", _VERSION]) == version:
        return found  # and no command of pyenv for a version that is not switched on
    uv = find_uv()
    if uv is None or not _has_uv_installed(version):
        return None
    options = ["--managed-python", "--no-python-downloads", "--no-project"]
    return _output([str(uv), "python", "find", *options, version]) or None


def _has_uv_installed(version: str) -> bool:
    """Return whether uv may have installed a version: asking uv takes longer than packaging."""
    if os.name == "nt":
        return True
    # Not `Path.home`, which fails where there is no home, as for a user of a container.
    data = Path(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"))
    folder = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    return any(folder.glob(f"cpython-{version}[.-]*"))


def _output(command: list[str]) -> str:
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    return completed.stdout.strip() if completed.returncode == 0 else ""


def compile_folder(folder: Path, interpreter: str) -> None:
    """Write byte code beside the Python files of a folder, valid whatever the dates of the files.

    The same files and the same interpreter give the same bytes. Tracebacks show the paths that
    the files have in Lambda.

    Args:
        folder: The folder.
        interpreter: An interpreter of the version that runs the function.
    """
    subprocess.run(
        [interpreter, "-I", "-S", "-c", _SCRIPT, str(folder)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
