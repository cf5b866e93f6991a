import tempfile
from pathlib import Path

import pytest

from tests.testing.review.apps import repository


@pytest.fixture
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files of a review, which must be empty at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def repo(tmp_path: Path, own_temporary_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an app in two commits. It is the current folder."""
    made = repository(tmp_path / "repo")
    monkeypatch.chdir(made)
    return made
