"""Install the requirements of a Python handler as wheels for Lambda, by uv or pip."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function.indexes import inherited_variables
from serverless_stack.constructs.function.requirements import Requirements

# Python 3.12 and later run on Amazon Linux 2023 (glibc 2.34), earlier versions on Amazon Linux 2
# (glibc 2.26, for which uv has only the profile 2.17).
_AL2023_GLIBC_MINOR = 34
_AL2_GLIBC_MINOR = 17
_FIRST_AL2023_PYTHON_MINOR = 12
# The oldest profile of each machine, and the names of profiles before PEP 600.
_OLDEST_GLIBC_MINOR = {"aarch64": 17, "x86_64": 5}
_LEGACY_PROFILES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
# Whatever a developer has set: a variable also replaces what pip's configuration files say, which
# are read by us.
_PIP_SETTINGS = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_CONFIG_FILE": os.devnull}


@dataclass(frozen=True)
class LambdaPlatform:
    """The platform that wheels have to fit.

    Attributes:
        python: The Python version of the function, such as ``3.13``.
        machine: ``aarch64`` or ``x86_64``.
    """

    python: str
    machine: str

    @property
    def profiles(self) -> tuple[str, ...]:
        """The manylinux profiles that Lambda's operating system satisfies, newest first."""
        on_al2023 = int(self.python.split(".")[1]) >= _FIRST_AL2023_PYTHON_MINOR
        newest = _AL2023_GLIBC_MINOR if on_al2023 else _AL2_GLIBC_MINOR
        profiles = []
        for minor in range(newest, _OLDEST_GLIBC_MINOR[self.machine] - 1, -1):
            profiles.append(f"manylinux_2_{minor}")
            if minor in _LEGACY_PROFILES:
                profiles.append(_LEGACY_PROFILES[minor])
        return tuple(profiles)

    def __str__(self) -> str:
        return f"{self.machine}, Python {self.python}"


# What installers write about an installation: it differs from run to run, and nothing reads it.
_NOTES = {
    "INSTALLER",
    "RECORD",
    "REQUESTED",
    "direct_url.json",
    "uv_build.json",
    "uv_cache.json",
}


def install(requirements: Requirements, target: Path, platform: LambdaPlatform) -> None:
    """Install requirements into a folder, without the notes of the installer.

    uv evaluates environment markers (``; python_version < "3.12"``) for Lambda's platform. pip,
    which is used only without uv, evaluates them for the machine and Python that it runs on.

    Args:
        requirements: The requirements.
        target: The folder, which is created if it is missing.
        platform: The platform of the function.

    Raises:
        ValueError: If the requirements cannot be installed for the platform.
        RuntimeError: If this machine has neither uv nor pip.
    """
    listing = target.with_name(requirements.file_name)
    listing.write_text(requirements.text, "utf-8")
    completed = subprocess.run(
        _command(requirements, target, platform),
        capture_output=True,
        text=True,
        check=False,
        cwd=requirements.source.parent,
        env={**inherited_variables(), **requirements.variables, **_PIP_SETTINGS},
    )
    if completed.returncode:
        output = (completed.stderr or completed.stdout).strip()
        raise ValueError(
            f"the requirements in {requirements.source} must be installable as wheels for Lambda "
            f"({platform}), but the installer says:\n"
            f"{output.replace(str(listing), str(requirements.source))}"
        )
    _remove_notes(target)


def _remove_notes(target: Path) -> None:
    shutil.rmtree(target / "bin", ignore_errors=True)  # scripts that name this machine's Python
    (target / ".lock").unlink(missing_ok=True)
    for folder in target.glob("*.dist-info"):
        for note in _NOTES:
            (folder / note).unlink(missing_ok=True)
    for byte_code in list(target.rglob("__pycache__")):
        shutil.rmtree(byte_code)


def _command(requirements: Requirements, target: Path, platform: LambdaPlatform) -> list[str]:
    uv = find_uv()
    if uv is not None:
        arguments = [str(uv), "pip", "install", "--quiet", "--link-mode", "copy"]
        arguments += ["--color", "never"]  # the CDK CLI asks for colors, whoever reads
        arguments += ["--python-platform", f"{platform.machine}-{platform.profiles[0]}"]
        arguments += ["--python", sys.executable]
    elif importlib.util.find_spec("pip") is not None:
        arguments = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "--no-compile"]
        arguments += ["--no-color", "--disable-pip-version-check", "--implementation", "cp"]
        for profile in platform.profiles:
            arguments += ["--platform", f"{profile}_{platform.machine}"]
    else:
        raise RuntimeError(
            "packaging a Python handler needs uv or pip, and this Python has neither: "
            "`python -m pip install uv`"
        )
    arguments += ["--python-version", platform.python, "--only-binary", ":all:"]
    if requirements.has_hashes:
        arguments.append("--require-hashes")
    listing = target.with_name(requirements.file_name)
    return [*arguments, "--target", str(target), "-r", str(listing)]
