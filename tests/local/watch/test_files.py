import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.local.watch import files
from serverless_stack.local.watch.files import Roots, Watcher, is_ignored, names_of, roots_of


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "app"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def watcher(app: Path) -> Iterator[Watcher]:
    watcher = Watcher(app, lambda: ())
    yield watcher
    watcher.close()


def first(watcher: Watcher) -> tuple[Path, ...]:
    return next(watcher.batches(threading.Event()))


@pytest.mark.parametrize(
    "name",
    [
        ".git/index",
        "node_modules/left-pad/index.js",
        "cdk.out/manifest.json",
        "a/__pycache__/index.cpython-313.pyc",
        ".venv/bin/python",
        "index.py~",
        ".index.py.swp",
        ".#index.py",
        "4913",
        "index.py.tmp",
        "index.py___jb_tmp___",
    ],
)
def test_what_editors_and_tools_write_is_ignored(tmp_path: Path, name: str) -> None:
    assert is_ignored(tmp_path / name, tmp_path)


@pytest.mark.parametrize("name", ["index.py", ".well-known/security.txt", ".env", "venvs/a"])
def test_other_files_count(tmp_path: Path, name: str) -> None:
    assert not is_ignored(tmp_path / name, tmp_path)


def test_a_checkout_is_one_batch_without_what_was_only_passing(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine under load may pause for longer than the usual step between two files.
    monkeypatch.setattr(files, "_STEP_MILLISECONDS", 1000)
    watcher = Watcher(app, lambda: ())
    for number in range(300):
        (app / f"{number:03}.py").write_text("x")
    (app / "passing").write_text("x")
    (app / "passing").unlink()
    found = first(watcher)
    watcher.close()
    assert len(found) == 300
    assert names_of(found, app) == "000.py, 001.py, 002.py and 297 more"


def test_a_file_saved_as_it_is_counts_once_unless_its_edit_failed(
    watcher: Watcher, app: Path
) -> None:
    (app / "index.py").write_text("x")
    assert first(watcher) == (app / "index.py",)
    (app / "index.py").write_text("x")
    (app / "other.py").write_text("x")
    assert first(watcher) == (app / "other.py",)
    watcher.forget()
    (app / "index.py").write_text("x")
    assert first(watcher) == (app / "index.py",)
    (app / "index.py").unlink()
    assert first(watcher) == (app / "index.py",)


def test_what_the_app_writes_each_time_is_ignored(watcher: Watcher, app: Path) -> None:
    path = app / "version.txt"
    path.write_text("x")
    changed = path.stat().st_mtime
    span = (changed - 1, changed + 1)
    written = (path,)
    assert not watcher.is_generated(written, span, for_nothing=True)
    assert not watcher.is_generated(written, span, for_nothing=True)
    assert not watcher.is_generated(written, span, for_nothing=False)  # by a person, after all
    assert not watcher.is_generated(written, span, for_nothing=True)
    assert not watcher.is_generated(written, span, for_nothing=True)
    assert not watcher.is_generated(written, (0, 1), for_nothing=True)
    for expected in (False, False, True):
        assert watcher.is_generated(written, span, for_nothing=True) is expected
    assert watcher.relevant(written) == ()


def test_what_the_app_reads_elsewhere_in_its_project_is_watched(app: Path, tmp_path: Path) -> None:
    project = app.parent
    for name in ("handler", "far/away"):
        (project / name).mkdir(parents=True)
    (project / "names.txt").touch()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(project / "far", app / "link")
    inputs = [
        str(project / "handler"),
        str(project / "handler" / "index.py"),
        str(project / "names.txt"),
        str(app / "link" / "away"),
        str(tmp_path / "elsewhere"),
        str(app / "app.py"),
        str(project),
    ]
    assert roots_of(app, inputs) == Roots(
        (app, project / "far" / "away", project / "handler"), frozenset({project / "names.txt"})
    )
    (tmp_path / ".git").mkdir()  # the project is larger
    assert tmp_path / "elsewhere" in roots_of(app, inputs).folders


def test_a_new_folder_is_watched_from_the_next_batch_on(app: Path) -> None:
    inputs: list[str] = []
    other = app.parent / "handler"
    other.mkdir()
    watcher = Watcher(app, lambda: inputs)
    try:
        batches = watcher.batches(threading.Event())
        (app / "app.py").write_text("x")
        assert next(batches) == (app / "app.py",)
        inputs.append(str(other))
        assert next(batches) == ()
        (other / "index.py").write_text("x")
        assert next(batches) == (other / "index.py",)
    finally:
        watcher.close()
