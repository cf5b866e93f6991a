"""The cache of packages: whole packages or none, whatever happens to it meanwhile."""

import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from serverless_stack.constructs.function import package_cache
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.package_cache import cached
from serverless_stack.constructs.function.packaging import Package, package
from serverless_stack.constructs.function.requirements import find_requirements
from tests.constructs.function.unpacked import contents

ARM = LambdaPlatform("3.13", "aarch64")
PACKAGING = """
import sys
from pathlib import Path
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.requirements import find_requirements

source = Path(sys.argv[1])
print(package(source, find_requirements(source), LambdaPlatform("3.13", "aarch64")).digest)
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "handler"
    folder.mkdir()
    (folder / "index.py").write_text("def handler(event, context): ...\n")
    (folder / "requirements.txt").write_text("typing-extensions==4.14.1\n")
    return folder


def packaged(source: Path) -> Package:
    return package(source, find_requirements(source), ARM)


def test_an_edit_installs_nothing_and_gives_the_bytes_of_a_first_package(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged(source)
    (source / "index.py").write_text("def handler(event, context): return 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was run"))
        edited = packaged(source)
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "another"))
    first = packaged(source)
    assert first.archive != edited.archive
    assert first.archive.read_bytes() == edited.archive.read_bytes()
    assert first.digest == edited.digest


def test_a_file_of_the_handler_takes_the_place_of_one_of_its_requirements(source: Path) -> None:
    plain = packaged(source)
    (source / "typing_extensions.py").write_text("OWN = True\n")
    replaced = packaged(source)
    assert contents(replaced.archive)["typing_extensions.py"] == (0o644, b"OWN = True\n")
    assert contents(replaced.archive).keys() == contents(plain.archive).keys()
    sizes = [len(content) for _, content in contents(replaced.archive).values()]
    assert replaced.size == sum(sizes)


def test_syntheses_at_the_same_time_share_the_cache(source: Path, own_cache: Path) -> None:
    command = [sys.executable, "-c", PACKAGING, str(source)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    digests = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert digests == {f"{packaged(source).digest}\n"}
    for kind in ("bases", "handlers"):
        assert len(list((own_cache / kind).iterdir())) == 1


@pytest.mark.parametrize("file", ["code.zip", "package.json"])
@pytest.mark.parametrize("kind", ["bases", "handlers"])
def test_what_was_cut_off_is_made_again(
    source: Path, own_cache: Path, kind: str, file: str
) -> None:
    before = packaged(source)
    content = before.archive.read_bytes()
    (broken,) = (own_cache / kind).glob(f"*/{file}")
    broken.write_bytes(broken.read_bytes()[:-9])
    if kind == "bases":
        (source / "index.py").write_text("def handler(event, context): return 1\n")
        packaged(source)
        (source / "index.py").write_text("def handler(event, context): ...\n")
    after = packaged(source)
    assert after == before
    assert after.archive.read_bytes() == content
    (mended,) = (own_cache / kind).glob(f"{broken.parent.name}/{file}")
    assert len(mended.read_bytes()) > 9


def test_what_a_killed_process_leaves_is_not_used(source: Path, own_cache: Path) -> None:
    (own_cache / "handlers" / "build-killed" / "new").mkdir(parents=True)
    (own_cache / "handlers" / "build-killed" / "new" / "code.zip").write_bytes(b"PK")
    assert "index.py" in contents(packaged(source).archive)


def test_a_read_only_cache_serves_what_it_has(
    source: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = packaged(source)
    (record,) = (own_cache / "requirements").iterdir()
    record.unlink()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(own_cache / "handlers"))

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    assert packaged(source) == before
    (source / "index.py").write_text("def handler(event, context): return 1\n")
    with pytest.raises(RuntimeError, match="Read-only file system") as caught:
        packaged(source)
    assert f"packages are kept in {own_cache}, which must be a folder with room" in str(
        caught.value
    )
    assert "set SERVERLESS_STACK_CACHE to another one" in str(caught.value)


def test_a_full_disk_leaves_nothing_behind(source: Path, own_cache: Path) -> None:
    (source / "requirements.txt").unlink()  # uv would die of the limit
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))"
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}\n{PACKAGING}", str(source)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert "RuntimeError: packages are kept in" in done.stderr
    assert [path.name for kind in own_cache.iterdir() for path in kind.iterdir()] == []
    assert "index.py" in contents(packaged(source).archive)


def test_errors_of_the_source_are_not_taken_for_those_of_the_cache(tmp_path: Path) -> None:
    def build(target: Path) -> None:
        (tmp_path / "missing").read_bytes()

    with pytest.raises(FileNotFoundError):
        cached("kind", "key", build)


def test_a_cache_that_is_a_file_is_told(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "file"))
    with pytest.raises(RuntimeError, match=r"packages are kept in .*/file, which must be a folder"):
        packaged(source)


def test_the_digest_is_kept_with_the_package(source: Path) -> None:
    built = packaged(source)
    notes = json.loads(built.archive.with_name("package.json").read_text())
    assert notes["digest"] == built.digest
    assert built.archive.read_bytes().endswith(built.digest.encode())


def test_the_archives_that_were_used_last_are_kept(
    source: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = packaged(source).archive.stat().st_size
    monkeypatch.setattr(package_cache, "_KEPT_BYTES", 3.5 * size)
    left = own_cache / "handlers" / "build-killed"
    left.mkdir()
    os.utime(left, (0, 0))
    built = own_cache / "handlers" / "build-slow"  # by another process
    built.mkdir()
    an_hour_ago = time.time() - 3600
    os.utime(built, (an_hour_ago, an_hour_ago))

    def edited(number: int) -> Path:
        (source / "index.py").write_text(f"def handler(event, context): return {number}\n")
        return packaged(source).archive

    archives = [edited(number) for number in range(4)]
    assert all(archive.is_file() for archive in archives)  # of the last minutes
    for age, archive in enumerate(archives):
        os.utime(archive.with_name("package.json"), (age, age))
    edited(0)  # is used again
    edited(4)
    assert [archive.is_file() for archive in archives] == [True, False, False, True]
    assert not left.exists()
    assert built.is_dir()
    assert len(list((own_cache / "handlers").iterdir())) == 5


def test_a_broken_folder_that_another_process_replaces_is_no_error(own_cache: Path) -> None:
    broken = own_cache / "kind" / "key"
    broken.mkdir(parents=True)
    answers = []

    def is_whole(folder: Path) -> bool:
        answers.append((folder / "file").exists())
        if len(answers) == 2:  # just before this process moves it away
            broken.rmdir()
        return answers[-1]

    assert cached("kind", "key", lambda target: (target / "file").touch(), is_whole) == broken
    assert (broken / "file").exists()
