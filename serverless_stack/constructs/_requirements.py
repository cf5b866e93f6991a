"""Installing a handler's requirements for Lambda's platform, by uv or pip, without Docker."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

# Lambda's Python 3.12 and later run on Amazon Linux 2023 (glibc 2.34), earlier ones on Amazon
# Linux 2 (glibc 2.26); each list names the newest manylinux profile that runs there first.
_AL2023_PROFILES = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux2014")
_AL2_PROFILES = ("manylinux_2_24", "manylinux2014")
_FIRST_AL2023_MINOR = 12


@dataclass(frozen=True)
class LambdaPlatform:
    """What the wheels of a handler have to fit.

    Attributes:
        python: Python's version in Lambda, such as ``3.13``.
        machine: ``aarch64`` or ``x86_64``.
    """

    python: str
    machine: str

    @property
    def profiles(self) -> tuple[str, ...]:
        """The manylinux profiles that Lambda's operating system satisfies, newest first."""
        on_al2023 = int(self.python.split(".")[1]) >= _FIRST_AL2023_MINOR
        return _AL2023_PROFILES if on_al2023 else _AL2_PROFILES

    def __str__(self) -> str:
        return f"{self.machine}, Python {self.python}"


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
        lines = (line.strip() for line in self.text.splitlines())
        return not any(line and not line.startswith("#") for line in lines)

    @property
    def is_locked(self) -> bool:
        """Whether every requirement is pinned, so that each machine installs the same."""
        joined = self.text.replace("\\\n", " ")
        lines = (line.split(" #")[0].strip() for line in joined.splitlines())
        return all("==" in line for line in lines if line and not line.startswith(("#", "-")))


def find_requirements(folder: Path) -> Requirements | None:
    """Read the requirements of a handler's folder.

    ``requirements.txt`` wins; then ``uv.lock`` beside ``pyproject.toml``; then the
    ``project.dependencies`` of ``pyproject.toml``.

    Args:
        folder: The handler's source folder.

    Returns:
        The requirements, or None if the folder names none.

    Raises:
        ValueError: If the file cannot be read as what it is.
    """
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
        arguments = [uv, "pip", "install", "--quiet", "--no-config", "--link-mode", "copy"]
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


def find_uv() -> str | None:
    """Give the path of uv: of the one installed for this Python, else of the one on PATH."""
    if importlib.util.find_spec("uv") is not None:
        import uv

        return str(uv.find_uv_bin())
    return shutil.which("uv")


def _export_lock(folder: Path) -> str:
    uv = find_uv()
    if uv is None:
        raise ValueError(f"{folder / 'uv.lock'} needs uv to be read: `python -m pip install uv`")
    done = subprocess.run(
        [uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if done.returncode:
        raise ValueError(f"{folder / 'uv.lock'} must be a lock that uv reads:\n{done.stderr}")
    return done.stdout
