"""The files of an app that are watched, and the changes that count."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

from serverless_stack._shared.machine import cache_folder
from serverless_stack.local.errors import LocalCloudError

_STEP_MILLISECONDS = 40  # without a further change, a batch is complete
_LONGEST_MILLISECONDS = 2000
_POLL_MILLISECONDS = 200
_MAX_GENERATED = 3
_IGNORED_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".idea",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        ".vscode",
        "__pycache__",
        "cdk.out",
        "node_modules",
        "venv",
    }
)
# Editors write these beside the file that they save; its own event follows.
_TEMPORARY = re.compile(
    r".*~|\.#.*|#.*#|4913|\.DS_Store|.*\.(?:swp|swo|swx|pyc|pyo|tmp|crswap)|.*___jb_(?:tmp|old)___"
    r"|\.goutputstream-.*|\.~lock\..*"
)


@dataclass(frozen=True)
class Roots:
    """What is watched.

    Attributes:
        folders: The folders, with everything in them.
        files: Single files outside of these.
    """

    folders: tuple[Path, ...]
    files: frozenset[Path] = frozenset()

    def paths(self) -> tuple[Path, ...]:
        """Return what the system has to watch: a file is replaced in its folder."""
        return tuple(dict.fromkeys([*self.folders, *(path.parent for path in self.files)]))


def roots_of(app_dir: Path, inputs: Iterable[str]) -> Roots:
    """Return what to watch for an app: its folder, and what it reads in the same project.

    The project is the closest folder with a `.git`; without one, the parent of the app's folder.

    Args:
        app_dir: The folder of the app.
        inputs: The files and folders that the app read, and the sources of its assets.
    """
    project = next(
        (folder for folder in (app_dir, *app_dir.parents) if (folder / ".git").exists()),
        app_dir.parent,
    )
    folders, files = {app_dir}, set()
    for text in inputs:
        path = Path(os.path.realpath(text))
        if (
            path.is_relative_to(app_dir)
            or not path.is_relative_to(project)
            or path.is_relative_to(cache_folder())
            or app_dir.is_relative_to(path)
            or is_ignored(path, project)
        ):
            continue
        if path.is_dir():
            folders.add(path)
        elif path.is_file():
            files.add(path)
    outer = tuple(
        folder
        for folder in sorted(folders)
        if not any(folder != other and folder.is_relative_to(other) for other in folders)
    )
    return Roots(
        outer,
        frozenset(
            path for path in files if not any(path.is_relative_to(folder) for folder in outer)
        ),
    )


def is_ignored(path: Path, root: Path) -> bool:
    """Return whether a change of a file is none: an editor's, a tool's or the app's output."""
    parts = path.relative_to(root).parts if path.is_relative_to(root) else path.parts
    return bool(_IGNORED_FOLDERS.intersection(parts) or _TEMPORARY.fullmatch(path.name))


class Watcher:
    """Collects the files of an app that change, from its creation on.

    Args:
        app_dir: The folder of the app.
        inputs: Returns the files and folders that the app reads.

    Raises:
        LocalCloudError: The system cannot watch so many folders.
    """

    def __init__(self, app_dir: Path, inputs: Callable[[], Iterable[str]]) -> None:
        self._app_dir = app_dir
        self._inputs = inputs
        self._ignored: set[Path] = set()
        self._contents: dict[Path, str] = {}
        self._generated: list[tuple[Path, ...]] = []
        self._read = frozenset(inputs())
        self._start(roots_of(app_dir, self._read))

    def batches(self, stop: Event) -> Iterator[tuple[Path, ...]]:
        """Yield what has changed since the last batch, until `stop` is set.

        What changes while a batch is worked on is in the next one. A batch without a file means
        that other folders are watched now, in which something may have changed before.
        """
        while not stop.is_set():
            try:
                found = self._found.get(timeout=_POLL_MILLISECONDS / 1000)
                while not self._found.empty():
                    found |= self._found.get()
            except Empty:
                found = set()
            passing = {path for path, was_added in found if was_added and not os.path.lexists(path)}
            lasting = {path for path, _was_added in found} - passing
            if paths := tuple(filter(self._is_new, self.relevant(map(Path, lasting)))):
                yield paths
            if self._has_new_roots():
                self.close()
                self._start(roots_of(self._app_dir, self._read))
                yield ()

    def relevant(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Return the paths that count, in order."""
        return tuple(sorted(path for path in set(paths) if self._counts(path)))

    def is_generated(
        self, paths: tuple[Path, ...], span: tuple[float, float], *, for_nothing: bool
    ) -> bool:
        """Return whether the app itself writes files, and ignore them from now on if it does.

        It does if they change while it runs, three times in a row, and that changes nothing else.

        Args:
            paths: The files of a batch.
            span: When the app ran before the batch, in seconds since the epoch.
            for_nothing: Whether the batch changed nothing of what is deployed.
        """
        if not (for_nothing and written_between(paths, *span)):
            self._generated = []
            return False
        self._generated = [*(each for each in self._generated if each == paths), paths]
        if len(self._generated) < _MAX_GENERATED:
            return False
        self._ignored.update(paths)
        return True

    def forget(self) -> None:
        """Yield a file again that is saved as it is: what it led to has failed."""
        self._contents.clear()

    def close(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _counts(self, path: Path) -> bool:
        if path in self._roots.files:
            return True
        root = next((folder for folder in self._roots.folders if path.is_relative_to(folder)), None)
        return (
            root is not None and path not in (root, *self._ignored) and not is_ignored(path, root)
        )

    def _has_new_roots(self) -> bool:
        inputs = frozenset(self._inputs())
        if inputs == self._read:
            return False
        self._read = inputs
        return roots_of(self._app_dir, inputs) != self._roots

    def _is_new(self, path: Path) -> bool:
        """Return whether a path has another content than when it was yielded last."""
        content = _content_of(path)
        before = self._contents.get(path)
        self._contents[path] = content
        return content != before

    def _start(self, roots: Roots) -> None:
        self._roots = roots
        self._found: Queue[set[tuple[str, bool]]] = Queue()
        self._stop = Event()
        self._is_ready = Event()
        self._error: Exception | None = None
        self._thread = Thread(target=self._collect, daemon=True)
        self._thread.start()
        self._is_ready.wait()
        if self._error is not None:
            raise LocalCloudError(
                f"the folder cannot be watched: {self._error}; on Linux, raise the limit with "
                "`sysctl fs.inotify.max_user_watches`"
            ) from self._error

    def _collect(self) -> None:
        from watchfiles import Change, watch

        try:
            for changes in watch(
                *self._roots.paths(),
                watch_filter=None,
                debounce=_LONGEST_MILLISECONDS,
                step=_STEP_MILLISECONDS,
                stop_event=self._stop,
                rust_timeout=_POLL_MILLISECONDS,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            ):
                self._is_ready.set()  # the first time without changes
                if changes:
                    self._found.put({(path, kind == Change.added) for kind, path in changes})
        except Exception as error:
            self._error = error
        finally:
            self._is_ready.set()


def _content_of(path: Path) -> str:
    """Return the digest of a file, or of the names in a folder; empty if it is gone."""
    try:
        if path.is_dir():
            return "\0".join(sorted(os.listdir(path)))
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        return ""


def written_between(paths: Sequence[Path], start: float, end: float) -> bool:
    """Return whether all files were written in a span of time, in seconds since the epoch."""
    try:
        return bool(paths) and all(start <= path.stat().st_mtime <= end for path in paths)
    except OSError:
        return False


def names_of(paths: Sequence[Path], app_dir: Path) -> str:
    """Return the changed files in a line: the first three, and how many more."""
    names = [os.path.relpath(path, app_dir) for path in paths]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
