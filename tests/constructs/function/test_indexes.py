import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_stack.constructs.function import installation, requirements
from serverless_stack.constructs.function.indexes import index_variables
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.requirements import find_requirements

PRIVATE, OTHER, PYPI = (
    "https://a.example/simple",
    "https://b.example/simple",
    "https://pypi.org/simple",
)
HASH = f"shop==1 --hash=sha256:{'0' * 64}"


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the settings of this machine."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def looked_up(folder: Path, *lines: str, uses_uv: bool = True) -> dict[str, str]:
    return index_variables(folder / "requirements.txt", [*lines], uses_uv=uses_uv)


def ranked(variables: dict[str, str]) -> list[str]:
    """Return the indexes in the order in which uv asks them."""
    return f"{variables.get('UV_INDEX', '')} {variables.get('UV_DEFAULT_INDEX', PYPI)}".split()


def test_without_settings_there_is_nothing_to_pass_on(tmp_path: Path) -> None:
    assert looked_up(tmp_path, "shop") == {}
    assert looked_up(tmp_path, "shop", uses_uv=False) == {}


@pytest.mark.parametrize("option", [f"--index-url {PRIVATE}", f"-i{PRIVATE}", f"-i={PRIVATE}"])
def test_the_index_of_a_list_comes_before_that_of_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """As with pip; with uv alone a variable takes its place."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", OTHER)
    monkeypatch.setenv("UV_EXTRA_INDEX_URL", OTHER)
    assert ranked(looked_up(tmp_path, option, "shop")) == [PRIVATE]


def test_the_settings_of_pip_count_with_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", PRIVATE)
    monkeypatch.setenv("PIP_TRUSTED_HOST", "a.example")
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path}/missing {tmp_path}/wheels")
    variables = looked_up(tmp_path, "--trusted-host b.example", "shop")
    assert ranked(variables) == [PRIVATE]
    assert set(variables["UV_INSECURE_HOST"].split()) == {"a.example", "b.example"}
    assert variables["UV_FIND_LINKS"] == f"{tmp_path}/wheels"


@pytest.mark.parametrize("section", ["global", "install"])
def test_the_configuration_files_of_pip_count_with_uv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    path = tmp_path / "pip.conf"
    path.write_text(f"[{section}]\nindex-url = {PRIVATE}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    assert PRIVATE in ranked(looked_up(tmp_path, "shop"))
    path.write_text("index-url\n")
    with pytest.raises(ValueError, match=r"pip\.conf must be a configuration file of pip"):
        looked_up(tmp_path, "shop")


def test_the_settings_of_uv_count_with_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"acme={PRIVATE}")
    assert looked_up(tmp_path, "shop", uses_uv=False) == {"PIP_INDEX_URL": PRIVATE}


@pytest.mark.parametrize(
    "table", [f'[[index]]\nurl = "{PRIVATE}"\n', f'[pip]\nextra-index-url = ["{PRIVATE}"]\n']
)
def test_pip_does_not_stand_in_for_uv_if_its_files_name_indexes(tmp_path: Path, table: str) -> None:
    (tmp_path / "uv.toml").write_text(table)
    with pytest.raises(ValueError, match=r"needs uv, because .*uv\.toml names indexes"):
        looked_up(tmp_path, "shop", uses_uv=False)
    assert looked_up(tmp_path, "shop") == {}  # uv reads the file itself


def test_an_index_of_the_project_that_a_variable_replaces_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'[[tool.uv.index]]\nurl = "{PRIVATE}"\ndefault = true\n'
    )
    monkeypatch.setenv("UV_DEFAULT_INDEX", OTHER)
    with pytest.raises(ValueError, match="must name one index"):
        looked_up(tmp_path, "shop")
    monkeypatch.setenv("UV_DEFAULT_INDEX", PRIVATE)
    assert ranked(looked_up(tmp_path, "shop")) == [PRIVATE]


def test_the_refusal_of_two_indexes_has_no_password_and_a_remedy(tmp_path: Path) -> None:
    secret = PRIVATE.replace("//", "//user:secret@")
    with pytest.raises(ValueError, match="must name one index") as caught:
        looked_up(tmp_path, f"--index-url {secret}", f"--extra-index-url {OTHER}", "shop")
    assert f"requirements.txt must name one index, got: {PRIVATE}, {OTHER}, " in str(caught.value)
    assert "`uv pip compile --generate-hashes`" in str(caught.value)
    assert looked_up(tmp_path, f"--index-url {PRIVATE}", f"--extra-index-url {OTHER}", HASH)


def test_pip_which_takes_the_highest_version_of_all_has_one_index(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"got: https://pypi\.org/simple, https://a\.example"):
        looked_up(tmp_path, f"--extra-index-url {PRIVATE}", "shop", uses_uv=False)
    assert looked_up(tmp_path, f"--extra-index-url {PRIVATE}", HASH, uses_uv=False)


def test_pip_with_a_folder_of_wheels_asks_no_index(tmp_path: Path) -> None:
    """It takes the same version from either; uv takes that of the folder."""
    with pytest.raises(ValueError, match=r"got: https://pypi\.org/simple, \./wheels"):
        looked_up(tmp_path, "-f ./wheels", "shop==1", uses_uv=False)
    assert looked_up(tmp_path, "-f ./wheels", "--no-index", "shop==1", uses_uv=False) == {}
    assert looked_up(tmp_path, "-f ./wheels", "shop==1") == {}


INDEXES = st.sampled_from(["", PRIVATE, OTHER, PYPI, f"{PYPI}/", "https://me:pw@a.example/simple/"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listed=INDEXES, list_extra=INDEXES, pip=INDEXES, pip_extra=INDEXES, uv=INDEXES)
def test_no_public_index_comes_before_a_private_one(
    tmp_path: Path, listed: str, list_extra: str, pip: str, pip_extra: str, uv: str
) -> None:
    """Whoever names them: what is refused has two private ones, which may be mirrors."""
    lines = [f"--index-url {listed}"] if listed else []
    lines += [f"--extra-index-url {list_extra}"] if list_extra else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_INDEX_URL", pip)
        patch.setenv("PIP_EXTRA_INDEX_URL", pip_extra)
        patch.setenv("UV_DEFAULT_INDEX", uv)
        try:
            variables: dict[str, str] | None = looked_up(tmp_path, *lines, "shop")
        except ValueError:
            variables = None
    private = {url for url in (listed, list_extra, pip, pip_extra, uv) if "example" in url}
    if variables is None:
        assert len(private) > 1 or (uv and "pypi" in uv and private)
    else:
        order = ["pypi.org" in url for url in ranked(variables)]
        assert order == sorted(order)
        assert not listed or listed in ranked(variables)


def test_two_settings_that_differ_are_two_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("shop\n")

    def digest() -> str:
        result = find_requirements(tmp_path)
        assert result is not None
        return result.digest

    digests = [digest()]
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {PRIVATE}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    digests.append(digest())
    (tmp_path / "uv.toml").write_text(f'[[index]]\nurl = "{OTHER}"\n')
    digests.append(digest())
    for limit in ("idna<3", "idna<4"):
        (tmp_path / "limits.txt").write_text(limit)
        monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "limits.txt"))
        digests.append(digest())
    assert len(set(digests)) == len(digests) == 5


@pytest.mark.parametrize("uses_uv", [True, False])
def test_settings_that_change_what_is_installed_are_not_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uses_uv: bool
) -> None:
    """Such as UV_NO_VERIFY_HASHES, with which a file is not compared with its hash."""
    (tmp_path / "requirements.txt").write_text(f"{HASH}\n")
    if not uses_uv:
        monkeypatch.setattr(installation, "find_uv", lambda: None)
        monkeypatch.setattr(requirements, "find_uv", lambda: None)
    kept = {"UV_CACHE_DIR": "x", "PIP_CERT": "x", "HOME": "x"}
    dropped = {"UV_NO_VERIFY_HASHES": "1", "PIP_NO_DEPS": "1", "UV_TARGET": "x", "PYTHONPATH": "x"}
    for name, value in {**kept, **dropped}.items():
        monkeypatch.setenv(name, value)
    found = find_requirements(tmp_path)
    assert found is not None
    seen: dict[str, object] = {}

    def run(command: list[str], **options: object) -> object:
        seen.update(options, command=command)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(KeyboardInterrupt):
        installation.install(found, tmp_path / "target", LambdaPlatform("3.13", "aarch64"))
    environment = seen["env"]
    assert isinstance(environment, dict)
    assert environment.items() >= kept.items()
    assert not environment.keys() & dropped.keys()
    assert environment["PIP_CONFIG_FILE"] == os.devnull
    command = seen["command"]
    assert isinstance(command, list)
    assert "--require-hashes" in command


def test_links_beside_an_index_are_refused_unless_it_is_certain_what_is_meant(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in ("acme_lib-1.0-py3-none-any.whl", "helper-2-py3-none-any.whl"):
        (folder / name).touch()
    links = f"--find-links {folder}"
    for lines in ((links, "acme-lib"), (links, "acme.lib>=1", "helper==2"), (links, "acme-lib==1")):
        with pytest.raises(ValueError, match="must pin what is in") as caught:
            looked_up(tmp_path, *lines)
    assert "got no version of: helper; a stranger may" in str(caught.value)
    looked_up(tmp_path, links, "acme-lib==1.0", "helper==2")
    looked_up(tmp_path, links, HASH)
    looked_up(tmp_path, links, "--no-index", "acme-lib")
    with pytest.raises(ValueError, match="must name one index"):
        looked_up(tmp_path, "-f https://a.example/links.html", "acme-lib==1.0")
