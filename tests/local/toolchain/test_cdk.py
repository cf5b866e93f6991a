import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.progress import Phases, SilentReport
from serverless_stack.local.toolchain import install as installation
from serverless_stack.local.toolchain.cdk import VERSION, find_cdk, install_if_missing

REPOSITORY = Path(__file__).parents[3]


def install(folder: Path, version: str) -> Path:
    """Return a folder laid out as npm does, with a CDK CLI of this version."""
    package = folder / "node_modules" / "aws-cdk"
    (package / "bin").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "aws-cdk", "version": version}))
    (package / "bin" / "cdk").touch(0o755)
    link = folder / "node_modules" / ".bin" / "cdk"
    link.parent.mkdir()
    link.symlink_to("../aws-cdk/bin/cdk")
    return link


def test_the_pinned_version_is_the_tested_one() -> None:
    pinned = json.loads((REPOSITORY / "package.json").read_text())["devDependencies"]["aws-cdk"]
    assert pinned == VERSION


def test_the_cli_of_the_app_takes_precedence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = install(tmp_path / "global", "2.1000.0")
    monkeypatch.setenv("PATH", str(on_path.parent))
    app = tmp_path / "app"
    app.mkdir()
    assert find_cdk(app, None).version == "2.1000.0"
    own = install(app, "2.1148.1")
    found = find_cdk(app, None)
    assert (found.argv, found.version) == ((str(own),), "2.1148.1")


def test_node_modules_above_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    own = install(tmp_path, "2.1148.1")
    app = tmp_path / "packages" / "app"
    app.mkdir(parents=True)
    assert find_cdk(app, None).argv == (str(own),)


def test_our_own_copy_is_installed_if_there_is_no_other(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phases = Phases(SilentReport())
    monkeypatch.setenv("PATH", str(tmp_path))

    def packages(lock: Mapping[str, object], what: str) -> Path:
        folder = installation._npm_folder(lock)
        install(folder, VERSION)
        (folder / ".complete").touch()
        return folder / "node_modules"

    monkeypatch.setattr(installation, "_npm_packages", packages)
    install_if_missing(tmp_path, phases)
    assert find_cdk(tmp_path, None).argv == (str(installation.installed_cdk_cli()),)
    install_if_missing(tmp_path, phases)
    own = install(tmp_path, VERSION)
    install_if_missing(tmp_path, phases)
    assert [phase.name for phase in phases.done] == ["CDK CLI"]
    assert find_cdk(tmp_path, None).argv == (str(own),)


def test_our_own_copy_is_locked_as_that_of_the_repository() -> None:
    ours = json.loads(installation.CDK_LOCK.read_text())["packages"]["node_modules/aws-cdk"]
    lock = json.loads((REPOSITORY / "package-lock.json").read_text())
    theirs = lock["packages"]["node_modules/aws-cdk"]
    assert {**ours, "dev": True} == theirs


def test_a_missing_cli(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        PrerequisitesError,
        match=f"^the CDK CLI is missing: run `npm install aws-cdk@{VERSION}` in the app's folder$",
    ):
        find_cdk(tmp_path, None)


@pytest.mark.parametrize("version", ["3.0.0", "1.204.0"])
def test_another_major_version_is_refused_with_the_reason(tmp_path: Path, version: str) -> None:
    install(tmp_path, version)
    with pytest.raises(PrerequisitesError) as caught:
        find_cdk(tmp_path, None)
    (problem,) = caught.value.problems
    assert f"must have version 2, got: {version} ({tmp_path}" in problem
    assert "cannot read the output of aws-cdk-lib 2" in problem
    assert f"npm install aws-cdk@{VERSION}" in problem


@pytest.mark.parametrize(
    ("script", "version"),
    [("echo '2.1148.1 (build abc)'", "2.1148.1 (build abc)"), ("exit 1", None)],
)
def test_a_wrapper_on_path_is_run_for_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, version: str | None
) -> None:
    wrapper = tmp_path / "bin" / "cdk"
    wrapper.parent.mkdir()
    wrapper.write_text(f"#!/bin/sh\n{script}\n")
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent))
    if version is None:
        with pytest.raises(PrerequisitesError, match="got: nothing, status 1"):
            find_cdk(tmp_path, None)
    else:
        assert find_cdk(tmp_path, None).version == version
