import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.record import record_of
from serverless_stack.constructs.function.requirements import find_requirements
from serverless_stack.local.emulator.lambda_.overlay import OverlayError, overlay_for
from serverless_stack.local.emulator.lambda_.records import Record, digest_of, read_record
from tests.local.emulator.conftest import zipped
from tests.local.emulator.lambda_.dist_info import distribution

UV = str(Path(sys.executable).with_name("uv"))
LAMBDA = "cp313-cp313-manylinux_2_28_aarch64"
OWN = "acme-private"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Return the code of a function with a compiled distribution from a private index."""
    distribution(tmp_path / "code", "acme_private", "1.0", LAMBDA)
    return tmp_path / "code"


def wheel(index: Path, version: str = "1.0", content: str = "") -> str:
    """Write a wheel for this machine into an index, and return its hash."""
    index.mkdir(exist_ok=True)
    file = index / f"acme_private-{version}-py3-none-any.whl"
    info = f"acme_private-{version}.dist-info"
    with ZipFile(file, "w") as bundle:
        bundle.writestr("acme_private.py", f"content = {content!r}\n")
        bundle.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {OWN}\nVersion: {version}"
        )
        bundle.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        bundle.writestr(f"{info}/RECORD", "")
    return sha256(file.read_bytes()).hexdigest()


def record(folder: Path, text: str, index: Path | None = None, **variables: str) -> Record:
    """Return the record of a package whose index is a folder."""
    folder.mkdir(exist_ok=True)
    links = {"UV_FIND_LINKS": str(index), "UV_NO_INDEX": "1"} if index else {}
    return Record(folder / "requirements.txt", "requirements.txt", text, {**links, **variables})


def test_pure_code_needs_no_overlay(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any")
    assert overlay_for([tmp_path / "code"], tmp_path / "cache", None) is None


def test_missing_uv_is_reported(code: Path, cache: Path) -> None:
    with pytest.raises(OverlayError, match=r"acme_private==1\.0: .* no uv"):
        overlay_for([code], cache, None)


def test_the_hashes_and_the_index_of_the_project_are_used(
    tmp_path: Path, code: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings of the developer's shell, which did not apply to the package, do not count."""
    wheel(tmp_path / "stranger", content="a stranger's")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "stranger"))
    digest = wheel(tmp_path / "index", content="ours")
    own = record(tmp_path / "app", f"{OWN}==1.0 --hash=sha256:{digest}\n", tmp_path / "index")
    folder = overlay_for([code], cache, UV, None, own)
    assert folder is not None
    assert "ours" in (folder / "acme_private.py").read_text()
    assert overlay_for([code], cache, None, None, own) == folder
    assert list(cache.iterdir()) == [folder]


def test_another_file_than_the_locked_one_is_refused(
    tmp_path: Path, code: Path, cache: Path
) -> None:
    digest = wheel(tmp_path / "index", content="ours")
    own = record(tmp_path / "app", f"{OWN}==1.0 --hash=sha256:{digest}\n", tmp_path / "index")
    wheel(tmp_path / "index", content="a stranger's")
    with pytest.raises(OverlayError, match=r"(?s)acme_private==1\.0.*Hash mismatch"):
        overlay_for([code], cache, UV, None, own)
    assert list(cache.iterdir()) == []


def test_a_pylock_is_installed_with_its_hashes(tmp_path: Path, code: Path, cache: Path) -> None:
    digest = wheel(tmp_path / "index", content="ours")
    file = (tmp_path / "index" / "acme_private-1.0-py3-none-any.whl").as_uri()
    lock = f"""lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "{OWN}"
version = "1.0"
wheels = [{{ url = "{file}", hashes = {{ sha256 = "HASH" }} }}]
"""
    (tmp_path / "app").mkdir()
    source = tmp_path / "app" / "uv.lock"
    for text in (lock.replace("HASH", "0" * 64), lock.replace("HASH", digest)):
        own = Record(source, "pylock.toml", text, {})
        if digest in text:
            assert overlay_for([code], cache, UV, None, own) is not None
        else:
            with pytest.raises(OverlayError, match="Hash mismatch"):
                overlay_for([code], cache, UV, None, own)


def test_without_hashes_the_packaged_versions_come_from_the_index_of_the_project(
    tmp_path: Path, code: Path, cache: Path
) -> None:
    for version in ("1.0", "1.1"):
        wheel(tmp_path / "index", version)
    folder = overlay_for([code], cache, UV, None, record(tmp_path / "app", OWN, tmp_path / "index"))
    assert folder is not None
    assert (folder / "acme_private-1.0.dist-info").is_dir()


def test_settings_of_pip_become_those_of_uv(tmp_path: Path, code: Path, cache: Path) -> None:
    wheel(tmp_path / "index")
    variables = {"PIP_FIND_LINKS": str(tmp_path / "index"), "PIP_NO_INDEX": "1"}
    folder = overlay_for([code], cache, UV, None, record(tmp_path / "app", OWN, None, **variables))
    assert folder is not None


def test_what_nobody_recorded_is_refused_with_the_command_to_run(
    tmp_path: Path, code: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(tmp_path / "index")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    with pytest.raises(
        OverlayError, match=r"may be a stranger's\. Package .* run once: "
    ) as caught:
        overlay_for([code], cache, UV)
    assert list(cache.iterdir()) == []
    command = shlex.split(str(caught.value).partition("run once: ")[2])
    subprocess.run(command, check=True)
    assert overlay_for([code], cache, None) == next(cache.iterdir())


def test_layers_are_not_in_the_record_of_the_code(tmp_path: Path, code: Path, cache: Path) -> None:
    digest = wheel(tmp_path / "index")
    own = record(tmp_path / "app", f"{OWN}==1.0 --hash=sha256:{digest}\n", tmp_path / "index")
    distribution(tmp_path / "layer", "fast", "2.1", LAMBDA)
    with pytest.raises(OverlayError, match=r"^fast==2\.1: in the package or its layers, but not"):
        overlay_for([code, tmp_path / "layer"], cache, UV, None, own)
    assert list(cache.iterdir()) == []


def test_a_removed_project_is_reported(tmp_path: Path, code: Path, cache: Path) -> None:
    own = record(tmp_path / "app", OWN, tmp_path)
    shutil.rmtree(tmp_path / "app")
    with pytest.raises(OverlayError, match=r"does not exist any more: .*app; deploy"):
        overlay_for([code], cache, UV, None, own)


def test_further_requirements_of_this_python_are_installed(tmp_path: Path, cache: Path) -> None:
    """Such as redis, which needs async-timeout only before Python 3.11.3."""
    needs = ("acme-private<2; python_version > '3'", "boto3; python_version > '3'")
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any", requires=needs)
    distribution(tmp_path / "runtime", "boto3", "1.40.0", "py3-none-any")
    for version in ("1.5", "2.0"):
        wheel(tmp_path / "index", version)
    own = record(tmp_path / "app", "acme-private<2", tmp_path / "index")
    folder = overlay_for([tmp_path / "code"], cache, UV, tmp_path / "runtime", own)
    assert folder is not None
    names = {path.name for path in folder.glob("*.dist-info")}
    assert names == {"acme_private-1.5.dist-info"}


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bytes]:
    """Package a handler as `LambdaHandler` does, and return the asset as it is deployed."""
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "machine"))

    def make(requirements: str) -> bytes:
        app = tmp_path / "app"
        app.mkdir()
        (app / "index.py").write_text("def handler(event, context): ...\n")
        (app / "tool").write_text("#!/bin/sh\n")
        (app / "tool").chmod(0o755)
        (app / "requirements.txt").write_text(requirements)
        built = package(app, find_requirements(app), LambdaPlatform("3.13", "aarch64"))
        archive = built.archive.read_bytes()
        assert digest_of(archive) == built.digest
        return archive

    return make


def test_the_record_of_a_deployed_package_is_found(
    tmp_path: Path, packaged: Callable[[str], bytes]
) -> None:
    wheel(tmp_path / "index")
    file = tmp_path / "index" / "acme_private-1.0-py3-none-any.whl"
    archive = packaged(f"{file.as_uri()}\n")
    found = read_record(archive, record_of("").parent)
    assert found is not None
    assert found.source == tmp_path / "app" / "requirements.txt"
    assert "acme_private-1.0" in found.text
    assert read_record(zipped({"index.py": "x = 1"}), record_of("").parent) is None


def test_an_archive_without_a_digest_has_no_record(tmp_path: Path) -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as bundle:
        bundle.comment = b"../../etc/passwd"
    assert digest_of(buffer.getvalue()) == ""
    (tmp_path / ".json").write_text("{")
    assert read_record(buffer.getvalue(), tmp_path) is None
