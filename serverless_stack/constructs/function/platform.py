"""What the wheels of a handler have to fit: Python, machine and C library of Lambda."""

from dataclasses import dataclass

# Lambda's Python 3.12 and later run on Amazon Linux 2023 (glibc 2.34), earlier ones on Amazon
# Linux 2 (glibc 2.26, of which uv knows the profile 2.17 only).
_AL2023_GLIBC_MINOR = 34
_AL2_GLIBC_MINOR = 17
_FIRST_AL2023_PYTHON_MINOR = 12
# The oldest profile of a machine, and the names that some profiles had before PEP 600.
_OLDEST_GLIBC_MINOR = {"aarch64": 17, "x86_64": 5}
_LEGACY_PROFILES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


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
