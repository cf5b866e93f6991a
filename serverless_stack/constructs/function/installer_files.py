"""The configuration files of uv and pip, as far as they say where to look for distributions."""

import configparser
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMES_OF_INDEXES = {"extra-index-url", "find-links", "index-url", "no-index"}


@dataclass(frozen=True)
class UvFile:
    """A configuration file that uv reads.

    Attributes:
        path: The file.
        text: Its text.
        table: The settings in it.
        is_project: Whether it belongs to a project, and not to the user or the machine.
    """

    path: Path
    text: str
    table: dict[str, Any]
    is_project: bool

    @property
    def names_indexes(self) -> bool:
        """Whether it says where to look for what no source is named for."""
        pip = self.table.get("pip", {})
        indexes = [index for index in self.table.get("index", ()) if not index.get("explicit")]
        return bool(indexes) or bool(_NAMES_OF_INDEXES & {*self.table, *pip})

    @property
    def default(self) -> str | None:
        """The index that takes the place of PyPI, if it names one."""
        for index in self.table.get("index", ()):
            if index.get("default"):
                return str(index["url"])
        return self.table.get("index-url")


def uv_files(folder: Path) -> list[UvFile]:
    """Return the configuration files that uv reads in a folder, the nearest first.

    Args:
        folder: The folder in which uv runs.

    Raises:
        ValueError: If one is no TOML.
    """
    if os.environ.get("UV_NO_CONFIG"):
        return []
    if own := os.environ.get("UV_CONFIG_FILE"):
        return [_uv_file(Path(own).absolute(), is_project=False)] if Path(own).is_file() else []
    here = folder.absolute()
    found = [file for parent in (here, *here.parents) for file in _project_files(parent)][:1]
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [config / "uv/uv.toml", Path("/etc/uv/uv.toml")]
    return found + [_uv_file(path, is_project=False) for path in places if path.is_file()]


def _project_files(folder: Path) -> Iterator[UvFile]:
    for name in ("uv.toml", "pyproject.toml"):
        if (folder / name).is_file():
            file = _uv_file(folder / name, is_project=True)
            if name == "uv.toml" or file.table:
                yield file


def _uv_file(path: Path, *, is_project: bool) -> UvFile:
    try:
        text = path.read_text("utf-8-sig")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must be valid TOML: {error}") from error
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("uv", {})
    return UvFile(path, text, table, is_project)


def pip_configuration() -> dict[str, str]:
    """Return the settings in pip's configuration files, by the names of pip's variables."""
    own = os.environ.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return {}
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    library = "Library/Application Support/pip/pip.conf"
    places = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), Path("/", library)]
    places += [home / ".pip/pip.conf", home / library, config / "pip/pip.conf"]
    places += [Path(sys.prefix, "pip.conf"), *([Path(own)] if own else [])]
    settings: dict[str, str] = {}
    for path in places:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, "utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path} must be a configuration file of pip: {error}") from error
        for section in ("global", "install"):
            for name, value in parser.items(section) if parser.has_section(section) else ():
                settings[f"PIP_{name.upper().replace('-', '_')}"] = " ".join(value.split())
    return settings
