"""The distributions of a deployment package, from its ``*.dist-info`` folders."""

from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Distribution:
    """An installed distribution.

    Attributes:
        name: The normalized name.
        pin: The name and version as a requirement: ``name==version``.
        compiled: Whether it contains code for one platform.
        requires: Its requirements on this machine's Python, without extras.
    """

    name: str
    pin: str
    compiled: bool
    requires: tuple[Requirement, ...]


def distributions(folders: list[Path]) -> list[Distribution]:
    """Return the distributions in folders, sorted by name."""
    found = [_read(info) for folder in folders for info in folder.glob("*.dist-info")]
    return sorted((each for each in found if each), key=lambda each: each.pin)


def missing_here(packaged: list[Distribution], provided: list[Distribution]) -> list[str]:
    """Return the requirements on this machine's Python that were not packaged for Lambda's.

    Requirements may depend on the Python version: an older one may need more than Lambda's.

    Args:
        packaged: The distributions of the deployment package.
        provided: The distributions of Lambda's runtime.

    Returns:
        The requirements without their markers, sorted.
    """
    there = {each.name for each in [*packaged, *provided]}
    wanted = {
        f"{requirement.name}{requirement.specifier}"
        for each in packaged
        for requirement in each.requires
        if canonicalize_name(requirement.name) not in there
    }
    return sorted(wanted)


def name_of(requirement: str) -> str:
    """Return the normalized name of a requirement."""
    return canonicalize_name(Requirement(requirement).name)


def _read(info: Path) -> Distribution | None:
    wheel, metadata = _fields(info / "WHEEL"), _fields(info / "METADATA")
    if wheel is None or metadata is None:
        return None
    tags = wheel.get_all("Tag", [])
    required = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    return Distribution(
        name=canonicalize_name(metadata["Name"]),
        pin=f"{metadata['Name']}=={metadata['Version']}",
        compiled=bool(tags) and not any(tag.strip().endswith("-any") for tag in tags),
        requires=tuple(
            each for each in required if not each.marker or each.marker.evaluate({"extra": ""})
        ),
    )


def _fields(file: Path) -> Message | None:
    if not file.is_file():
        return None
    return Parser().parsestr(file.read_text(encoding="utf-8"), headersonly=True)
