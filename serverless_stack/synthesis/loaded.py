"""What a process of an app has loaded: a part of ``worker.py``, which may lack this library."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator


def state_of(path: str) -> tuple[int, int, int] | None:
    """Return what changes when a file or folder does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def is_installed(path: str) -> bool:
    """Return whether a folder of `sys.path` is one of installed packages, not of a developer."""
    prefixes = (sys.prefix, sys.base_prefix)
    parts = os.path.abspath(path).split(os.sep)
    return (
        any(os.path.abspath(path).startswith(prefix + os.sep) for prefix in prefixes)
        or "site-packages" in parts
        or "dist-packages" in parts
    )


class Loaded:
    """What this process has loaded, so that a change of it is seen.

    Args:
        folder: The folder of the app's script.
        startup: The modules that an app has from the interpreter as well.
    """

    def __init__(self, folder: str, startup: set[str]) -> None:
        self.startup = startup
        # Files are saved in these; all that counts is what is imported from them.
        self.own = [folder, *(path for path in sys.path[1:] if path and not is_installed(path))]
        self.states: dict[str, tuple[int, int, int] | None] = {}
        self.tops: dict[str, str] = {}
        self.known: set[str] = set()  # files that were there when the other one was loaded
        self.note()

    def note(self) -> None:
        """Remember the modules that were loaded since the last call, and the folders of all."""
        paths = [path for path in sys.path if path and path not in self.own]
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if path:
                paths.append(path)
        for path in paths:
            self.states.setdefault(path, state_of(path))
        new = {name.partition(".")[0] for name in list(sys.modules)} - self.startup - {*self.tops}
        for name in new:
            path = getattr(sys.modules.get(name), "__file__", None)
            self.tops[name] = path or ""
        for folder in self.own[1:]:
            self.known.update(path for name, path in self.others(folder) if name in new)

    def change(self) -> str | None:
        """Return what has changed; None if nothing has."""
        for path, state in self.states.items():
            if state_of(path) != state:
                return path
        for folder in self.own:
            for _name, path in self.others(folder):
                if path not in self.known:
                    return path  # the app's own module, in place of the one that is loaded
        return None

    def others(self, folder: str) -> Iterator[tuple[str, str]]:
        """Yield the modules in a folder that have the name of a loaded one from elsewhere."""
        try:
            names = os.listdir(folder)
        except OSError:
            return
        for name in names:
            path = os.path.join(folder, name)
            module = name.removesuffix(".py")
            loaded = self.tops.get(module)
            if loaded is None or loaded.startswith(path):
                continue
            if name.endswith(".py") or os.path.isfile(os.path.join(path, "__init__.py")):
                yield module, path
