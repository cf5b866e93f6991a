"""Installing a handler's requirements for Lambda's platform, by uv or pip, without Docker."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function.platform import LambdaPlatform

_PINNED = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[.*?\])?\s*(?:===?\s*[^\s*,]+|@\s*\S+)")
_OTHER_LISTS = ("-r", "--requirement", "-c", "--constraint", "-e", "--editable")


@dataclass(frozen=True)
class Requirements:
    """A handler's requirements.

    Attributes:
        source: The file they come from, as the user knows it.
        text: Their lines in the format of ``requirements.txt``.
    """

    source: Path
    text: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to install."""
        return not any(not line.startswith("-") for line in self._lines)

    @property
    def pinned(self) -> set[str]:
        """The names of the distributions that are given with one version, normalized."""
        found = (_PINNED.fullmatch(re.split(r"\s*;|\s+--", line)[0]) for line in self._lines)
        return {normalized(match.group(1)) for match in found if match}

    @property
    def problems(self) -> list[str]:
        """What is wrong with the list itself."""
        return [
            f"{self.source} must list every requirement itself, got: {line!r}; "
            "`uv pip compile` makes one list of several"
            for line in self._lines
            if re.split(r"[\s=]", line)[0] in _OTHER_LISTS
        ]

    @property
    def _lines(self) -> list[str]:
        joined = re.sub(r"\\\r?\n", " ", self.text).splitlines()
        lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined)
        return [line for line in lines if line]


def normalized(name: str) -> str:
    """Give the name of a distribution as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_requirements(folder: Path) -> Requirements | None:
    """Read the requirements of a handler's folder.

    ``requirements.txt`` wins; then ``uv.lock`` beside ``pyproject.toml``; then the
    ``project.dependencies`` of ``pyproject.toml``.

    Args:
        folder: The handler's source folder.

    Returns:
        The requirements, or None if the folder names none.

    Raises:
        ValueError: If the file cannot be read as what it is, or refers to other lists.
    """
    found = _read(folder)
    if found is not None and found.problems:
        raise ValueError("\n".join(found.problems))
    return found


def _read(folder: Path) -> Requirements | None:
    requirements, pyproject = folder / "requirements.txt", folder / "pyproject.toml"
    if requirements.is_file():
        return Requirements(requirements, requirements.read_text("utf-8"))
    if not pyproject.is_file():
        return None
    if (folder / "uv.lock").is_file():
        return Requirements(folder / "uv.lock", _export_lock(folder))
    try:
        project = tomllib.loads(pyproject.read_text("utf-8")).get("project", {})
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{pyproject} must be valid TOML: {error}") from error
    return Requirements(pyproject, "\n".join(project.get("dependencies", [])))


def install(requirements: Requirements, target: Path, platform: LambdaPlatform) -> None:
    """Install requirements into a folder, as wheels for Lambda's platform.

    uv judges environment markers (``; python_version < "3.12"``) by that platform; pip, which is
    used only without uv, by the machine and Python that it runs on.

    Args:
        requirements: What to install.
        target: The folder; it is made when missing.
        platform: The Python version and machine of the function.

    Raises:
        ValueError: If the requirements cannot be resolved for that platform.
        RuntimeError: If this machine has neither uv nor pip.
    """
    listing = target.with_name(f"{target.name}.requirements.txt")
    listing.write_text(requirements.text, "utf-8")
    done = subprocess.run(
        _command(listing, target, platform),
        capture_output=True,
        text=True,
        check=False,
        cwd=requirements.source.parent,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().replace(str(listing), str(requirements.source))
        raise ValueError(
            f"the requirements in {requirements.source} must be installable as wheels for Lambda "
            f"({platform}), but the installer says:\n{said}"
        )


def _command(listing: Path, target: Path, platform: LambdaPlatform) -> list[str]:
    uv = find_uv()
    if uv is not None:
        arguments = [str(uv), "pip", "install", "--quiet", "--link-mode", "copy"]
        arguments += ["--python-platform", f"{platform.machine}-{platform.profiles[0]}"]
        arguments += ["--python", sys.executable]
    elif importlib.util.find_spec("pip") is not None:
        arguments = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
        arguments += ["--disable-pip-version-check", "--implementation", "cp"]
        for profile in platform.profiles:
            arguments += ["--platform", f"{profile}_{platform.machine}"]
    else:
        raise RuntimeError(
            "packaging a Python handler needs uv or pip, and this Python has neither: "
            "`python -m pip install uv`"
        )
    arguments += ["--python-version", platform.python, "--only-binary", ":all:"]
    return [*arguments, "--target", str(target), "-r", str(listing)]


def _export_lock(folder: Path) -> str:
    uv = find_uv()
    if uv is None:
        raise ValueError(f"{folder / 'uv.lock'} needs uv to be read: `python -m pip install uv`")
    done = subprocess.run(
        [str(uv), "export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if done.returncode:
        raise ValueError(f"{folder / 'uv.lock'} must be a lock that uv reads:\n{done.stderr}")
    return done.stdout
