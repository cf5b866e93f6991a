import os
import subprocess
from pathlib import Path

import pytest

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function import uv_export
from serverless_stack.constructs.function.requirements import Requirements, find_requirements

PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = ["redis>=6"]\n'
LIBRARY = '[project]\nname = "lib"\nversion = "1"\n'
LOCKED = """\
# made by uv
annotated-types==0.7.0 \\
    --hash=sha256:1f02e8b43a8fbbc3f3e0d4f0f4bfc8131bcb4eebe8849b8e5c773f3a1c582a53
Typing_Extensions == 4.15.0 ; python_version < "3.14"  # for annotations
redis[hiredis]==6.4.0
shop @ https://example.com/shop-1.0-py3-none-any.whl
"""


def requirements(text: str) -> Requirements:
    return Requirements(Path("requirements.txt"), text)


def test_pinned_names_are_found() -> None:
    assert requirements(LOCKED).pinned == {"annotated-types", "typing-extensions", "redis", "shop"}


@pytest.mark.parametrize(
    "line",
    [
        "pydantic",
        "pydantic>=2",
        "pydantic==2.*",
        "pydantic>=2,<3",
        'pydantic>=2; python_version == "3.13"',
        "# pydantic==2.0",
        "pydantic  # ==2.0",
    ],
)
def test_lines_without_exact_version_pin_nothing(line: str) -> None:
    assert requirements(line).pinned == set()


@pytest.mark.parametrize(
    "line",
    [
        "a==1",
        "a == 1",
        "a===1",
        "A[x]==1",
        "a (==1)",
        "a>=0.5,==1",
        "a==1,!=0.9",
        "a==1 ; python_version>'3'",
        "a==1 --hash=sha256:00",
        "\ufeffa==1",
        "/wheels/a-1-py3-none-any.whl",
        "./a-1-py3-none-any.whl ; python_version>'3'",
        "https://example.com/a-1-py3-none-any.whl#sha256=00",
        "file:///my%20wheels/a-1-py3-none-any.whl",
    ],
)
def test_every_way_to_pin_one_version(line: str) -> None:
    assert requirements(line).pinned == {"a"}


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "--index-url https://example.com\n"])
def test_a_list_without_requirements_is_empty(text: str) -> None:
    assert requirements(text).is_empty


def test_a_list_with_a_requirement_is_not_empty() -> None:
    assert not requirements("# one\nredis\n").is_empty


@pytest.mark.parametrize(
    "line", ["-r base.txt", "-rbase.txt", "--requirement=base.txt", "-c limits.txt", "-climits.txt"]
)
def test_references_to_other_lists_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"redis==6.4.0\n{line}\n")
    with pytest.raises(ValueError, match="must list every requirement itself") as caught:
        find_requirements(tmp_path)
    assert f"got: {line!r}; `uv pip compile` makes one list of several" in str(caught.value)


def test_a_folder_without_lists_has_no_requirements(tmp_path: Path) -> None:
    assert find_requirements(tmp_path) is None


def test_requirements_txt_takes_precedence(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("redis==6.4.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = ['boto3']\n")
    assert find_requirements(tmp_path) == Requirements(
        tmp_path / "requirements.txt", "redis==6.4.0\n"
    )


def test_project_dependencies_are_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["redis>=6", "pydantic"]\n'
    )
    result = find_requirements(tmp_path)
    assert result == Requirements(tmp_path / "pyproject.toml", "redis>=6\npydantic\n")


def test_a_pyproject_without_project_has_no_requirements(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.is_empty


def test_a_broken_pyproject_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ValueError, match=r"pyproject\.toml must be valid TOML"):
        find_requirements(tmp_path)


def lock(folder: Path, dependencies: str, more: str = "") -> None:
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f"dependencies = {dependencies}\n{more}"
    )
    uv = find_uv()
    assert uv is not None
    subprocess.run([uv, "lock", "--quiet"], cwd=folder, check=True)


def test_a_uv_lock_is_exported_with_hashes(tmp_path: Path) -> None:
    lock(tmp_path, "['redis==6.4.0']")
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.source == tmp_path / "uv.lock"
    assert result.pinned >= {"redis"}
    assert "hashes = { sha256 = " in result.text
    assert result.is_lock
    assert "shop" not in result.pinned


def test_a_lock_that_has_not_changed_is_not_exported_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "handler"
    folder.mkdir()
    lock(folder, "['redis==6.4.0']")
    before = find_requirements(folder)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("uv was run"))
        assert find_requirements(folder) == before
    (kept,) = (tmp_path / "cache" / "exports").glob("*/pylock.toml")
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text(kept.read_text()[:-20])  # as after a loss of power
    assert find_requirements(folder) == before
    lock(folder, "['redis==6.4.0', 'idna==3.10']")
    after = find_requirements(folder)
    assert after is not None
    assert "idna" in after.pinned
    project = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(project.replace(", 'idna==3.10'", ""))
    with pytest.raises(ValueError, match=r"must be up to date with the pyproject\.toml"):
        find_requirements(folder)


@pytest.mark.parametrize(
    "more",
    [
        "[tool.uv.workspace]\nmembers = ['lib']\n",
        "[tool.uv]\nexclude-newer = '2100-01-01T00:00:00Z'\n",
    ],
)
def test_what_depends_on_more_than_one_project_is_exported_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/pyproject.toml").write_text(LIBRARY + "requires-python = '>=3.11'\n")
    lock(tmp_path, "[]", more)
    find_requirements(tmp_path)
    assert not (tmp_path / "cache" / "exports").exists()


def test_a_broken_uv_lock_is_refused(tmp_path: Path) -> None:
    lock(tmp_path, "[]")
    (tmp_path / "uv.lock").write_text("version = [")
    with pytest.raises(ValueError, match=r"uv\.lock must be a lock that uv reads"):
        find_requirements(tmp_path)


def test_a_uv_lock_without_uv_is_refused_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(tmp_path, "[]")
    monkeypatch.setattr(uv_export, "find_uv", lambda: None)
    with pytest.raises(ValueError, match=r"uv\.lock needs uv to be read: `python -m pip install"):
        find_requirements(tmp_path)


@pytest.mark.parametrize(
    "line", ["-e ../lib", "-e../lib", "--editable=../lib", "../lib", "./../lib", "../lib[x]"]
)
def test_a_folder_is_refused_with_a_remedy_that_works(tmp_path: Path, line: str) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "code/requirements.txt").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="must list wheels, got a folder") as caught:
        find_requirements(tmp_path / "code")
    assert "build one with `uv build --wheel --out-dir wheels " in str(caught.value)
    assert "../lib` and list the file that it writes" in str(caught.value)


@pytest.mark.parametrize("line", [".", "..", ".[extra]", "lib @ ."])
def test_the_folder_itself_is_no_wheel(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="must list wheels, got a folder"):
        find_requirements(tmp_path)


@pytest.mark.parametrize("name", ["requirements.txt", "pylock.toml", "uv.lock", "pyproject.toml"])
def test_what_is_no_file_does_not_pass_for_no_requirements(tmp_path: Path, name: str) -> None:
    for kind in ("folder", "pipe", "link"):
        (tmp_path / kind).mkdir()
    (tmp_path / "folder" / name).mkdir()
    os.mkfifo(tmp_path / "pipe" / name)
    (tmp_path / "link" / name).symlink_to("gone")
    for folder in tmp_path.iterdir():
        with pytest.raises(ValueError, match="must be a file with requirements, or not be there"):
            find_requirements(folder)


@pytest.mark.parametrize(
    "line",
    [
        "lib @ git+https://example.com/lib@v1",
        "git+ssh://git@example.com/lib.git#egg=lib",
        "hg+https://example.com/lib",
        "https://example.com/lib-1.0.tar.gz --hash=sha256:00",
        "lib @ https://example.com/archive/main.zip",
        "./lib-1.0.tar.gz",
        "lib[extra] @ file:///lib-1.0.zip ; python_version > '3'",
        "git+https://example.com/lib-1-py3-none-any.whl",
    ],
)
def test_sources_are_refused_because_uv_would_build_them(tmp_path: Path, line: str) -> None:
    """For this machine, and with the code of their build scripts."""
    for name, text in (
        ("requirements.txt", f"{line}\n"),
        ("pyproject.toml", f'[project]\nname = "a"\nversion = "1"\ndependencies = ["{line}"]\n'),
    ):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text(text)
        with pytest.raises(ValueError, match="got a source that would be built") as caught:
            find_requirements(folder)
        assert "`python -m pip wheel --no-deps --wheel-dir wheels " in str(caught.value)


def test_an_empty_list_does_not_hide_that_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# see pyproject.toml\n")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.text == "redis>=6\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pylock.toml", "x = [", r"pylock\.toml must be valid TOML"),
        ("pylock.toml", "packages = [3]", "each of `packages` in .* must have a name, got: 3"),
        ("pyproject.toml", "project = 3", "`project` in .* must be a table, got: 3"),
        ("pyproject.toml", "[tool]\nuv = 1", r"`tool\.uv\.sources` in .* must be a table"),
        ("pyproject.toml", "[project]\ndependencies = 'idna'", "must be a list of texts"),
        ("pyproject.toml", "[project]\ndependencies = [3]", "must be a list of texts"),
    ],
)
def test_files_of_another_form_are_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        find_requirements(tmp_path)


def test_variables_of_uv_do_not_change_what_is_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(tmp_path, "['redis==6.4.0']")
    before = find_requirements(tmp_path)
    for name in ("UV_PROJECT", "UV_WORKING_DIRECTORY", "UV_WORKING_DIR"):
        monkeypatch.setenv(name, str(tmp_path.parent))
    monkeypatch.setenv("UV_FROZEN", "1")
    assert find_requirements(tmp_path) == before


def test_builds_from_source_are_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("--no-binary :all:\nredis==6.4.0\n")
    with pytest.raises(ValueError, match="must not ask for builds from source"):
        find_requirements(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_byte_order_marks_are_read(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (tmp_path / "requirements.txt").write_bytes(f"{mark}redis==6.4.0\n".encode(encoding))
    result = find_requirements(tmp_path)
    assert result is not None
    assert (result.text, result.pinned) == ("redis==6.4.0\n", {"redis"})


def test_a_declared_encoding_is_read(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n# für alle\nredis==6.4.0\n"
    (tmp_path / "requirements.txt").write_bytes(text.encode("latin-1"))
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.pinned == {"redis"}


@pytest.mark.parametrize(
    "data", ["# für\nredis\n".encode("latin-1"), "redis\n".encode("utf-16-le")]
)
def test_other_encodings_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "requirements.txt").write_bytes(data)
    with pytest.raises(ValueError, match=r"requirements\.txt must be encoded in UTF-8"):
        find_requirements(tmp_path)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (
            {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nredis = "^6"\n'},
            "poetry export",
        ),
        ({"poetry.lock": '[[package]]\nname = "redis"\n'}, "poetry export"),
        (
            {"pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'},
            "uv pip compile",
        ),
        (
            {"pyproject.toml": PROJECT + '[tool.poetry.dependencies]\nredis = { source = "a" }\n'},
            "poetry export",
        ),
        ({"pyproject.toml": PROJECT + '[[tool.poetry.source]]\nname = "a"\n'}, "poetry export"),
        (
            {"pyproject.toml": PROJECT, "poetry.lock": '[[package]]\nname = "redis"\n'},
            "poetry export",
        ),
        ({"pyproject.toml": PROJECT + '[[tool.pdm.source]]\nname = "a"\n'}, "pdm export"),
        (
            {"pyproject.toml": PROJECT, "requirements.lock": "redis==6.4.0\n"},
            "cp requirements.lock",
        ),
        ({"pyproject.toml": "[tool.flit.metadata]\nrequires = ['redis']\n"}, "uv pip compile"),
        ({"environment.yml": "name: a\ndependencies:\n- redis\n"}, "python -m pip list"),
        ({"pixi.toml": "[pypi-dependencies]\nredis = '*'\n"}, "python -m pip list"),
        ({"Requirements.TXT": "redis\n"}, "cp Requirements.TXT"),
        ({"requirements.txt": "# none\n", "requirements-prod.txt": "redis\n"}, "cp "),
        ({"pyproject.toml": "[tool.ruff]\n", "requirements/base.txt": "redis\n"}, "cp "),
        ({"pdm.lock": '[[package]]\nname = "redis"\n'}, "pdm export"),
        ({"Pipfile": '[packages]\nredis = "*"\n'}, "pipenv requirements"),
        ({"Pipfile": '[ packages ] # ours\n\n# a\n  "redis" = "*"\n'}, "pipenv requirements"),
        ({"pyproject.toml": "[tool.pixi.pypi-dependencies]\nredis = '*'\n"}, "python -m pip list"),
        ({"Pipfile.lock": '{"default": {"redis": {}}}'}, "pipenv requirements"),
        ({"requirements.in": "# ours\nredis\n"}, "uv pip compile"),
        ({"setup.py": "setup(install_requires=['redis'])\n"}, "uv pip compile"),
    ],
)
def test_dependencies_that_are_listed_elsewhere_are_refused(
    tmp_path: Path, files: dict[str, str], command: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=r"must be in a requirements\.txt") as caught:
        find_requirements(tmp_path)
    assert f"run `{command}" in str(caught.value)


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\n'},
        {"Pipfile": "[packages]\n\n[dev-packages]\npytest = '*'\n"},
        {"Pipfile": "[packages]\n# none\n[dev-packages]\npytest = '*'\n"},
        {"pyproject.toml": "[tool.pixi.dependencies]\npython = '*'\n"},
        {"pylock.dev.toml": "packages = []\n"},
        {"Pipfile.lock": "{}"},
        {"requirements.in": "# nothing\n"},
        {"setup.cfg": "[flake8]\n"},
        {"requirements-dev.txt": "pytest\n", "requirements/tests.txt": "pytest\n"},
        {"requirements-prod.txt": "# nothing\n"},
    ],
)
def test_tools_that_list_no_dependencies_are_fine(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    result = find_requirements(tmp_path)
    assert result is None or result.is_empty


def test_a_lock_that_is_out_of_date_is_refused(tmp_path: Path) -> None:
    lock(tmp_path, "[]")
    project = (tmp_path / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(project.replace("[]", "['redis==6.4.0']"))
    with pytest.raises(
        ValueError, match=r"must be up to date with the pyproject\.toml: run `uv lock`"
    ):
        find_requirements(tmp_path)


def test_default_groups_are_not_part_of_the_package(tmp_path: Path) -> None:
    lock(
        tmp_path,
        "[]",
        "[dependency-groups]\ntools = ['idna==3.10']\n[tool.uv]\ndefault-groups = ['tools']\n",
    )
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.is_empty


def test_a_member_of_a_workspace_is_locked_by_its_root(tmp_path: Path) -> None:
    """By its name alone, a package of a stranger would be installed instead of the member."""
    for name in ("code", "lib"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["c*", "lib"]\n')
    (tmp_path / "lib/pyproject.toml").write_text(LIBRARY + "requires-python = '>=3.11'\n")
    lock(tmp_path / "code", "['lib']", "[tool.uv.sources]\nlib = { workspace = true }\n")
    assert (tmp_path / "uv.lock").is_file()
    with pytest.raises(ValueError, match="must lock wheels, got the source of lib in") as caught:
        find_requirements(tmp_path / "code")
    assert str(caught.value).startswith(str(tmp_path / "uv.lock"))


def test_sources_without_a_lock_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "a"\nversion = "1"\ndependencies = ["My_Lib>=1"]\n'
        "[tool.uv.sources]\nmy-lib = { path = '../lib' }\n"
    )
    with pytest.raises(
        ValueError, match=r"because `tool\.uv\.sources` says where my-lib comes from"
    ):
        find_requirements(tmp_path)


def test_sources_of_a_workspace_without_a_lock_are_refused(tmp_path: Path) -> None:
    """They hold for all members."""
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn/pyproject.toml").write_text(PROJECT)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.uv.workspace]\nmembers = ['fn']\n[tool.uv.sources]\nredis = { path = 'redis' }\n"
    )
    with pytest.raises(ValueError, match=r"`tool\.uv\.sources` says where redis comes from"):
        find_requirements(tmp_path / "fn")


def test_sources_of_listed_requirements_are_refused(tmp_path: Path) -> None:
    """By its name alone, a package of a stranger would be installed from the public index."""
    (tmp_path / "pyproject.toml").write_text(
        "[tool.uv.sources]\nMy_Lib = { index = 'private' }\nother = { path = '../other' }\n"
    )
    (tmp_path / "requirements.txt").write_text("my-lib==1.0\nredis==6.4.0\n")
    with pytest.raises(ValueError, match=r"`tool\.uv\.sources` in .* says where My_Lib comes from"):
        find_requirements(tmp_path)
    (tmp_path / "requirements.txt").write_text(f"my-lib==1.0 --hash=sha256:{'0' * 64}\n")
    assert find_requirements(tmp_path) is not None


def test_a_uv_lock_without_its_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text("version = 1\n")
    with pytest.raises(ValueError, match=r"uv\.lock must have its pyproject\.toml beside it"):
        find_requirements(tmp_path)


def test_a_named_pylock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pylock.lambda.toml").write_text("packages = []\n")
    with pytest.raises(ValueError, match=r"run `cp pylock\.lambda\.toml pylock\.toml`"):
        find_requirements(tmp_path)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("--extra-index https://private.example/simple", "write --extra-index-url"),
        ("--index=https://private.example/simple", "write --index-url"),
        ("--find ../wheels", "write --find-links"),
        ("--requir other.txt", "write --require-hashes or --requirement"),
        ("--frobnicate", "'--frobnicate'"),
    ],
)
def test_options_have_their_whole_names(tmp_path: Path, line: str, hint: str) -> None:
    """As pip reads it, `--extra-index` names an index that no check knows of."""
    (tmp_path / "requirements.txt").write_text(f"{line}\nredis\n")
    with pytest.raises(ValueError, match="with their whole names, got: ") as caught:
        find_requirements(tmp_path)
    assert str(caught.value).endswith(hint)


def test_hashes_in_some_lines_only_are_refused(tmp_path: Path) -> None:
    """As by pip; uv alone compares those that there are."""
    (tmp_path / "requirements.txt").write_text(
        f"idna==3.10 --hash=sha256:{'0' * 64}\nredis==6.4.0\n"
    )
    with pytest.raises(ValueError, match="must have a hash in every line or in none") as caught:
        find_requirements(tmp_path)
    assert "got none in: 'redis==6.4.0'" in str(caught.value)


def test_relative_paths_are_those_of_the_list(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "--find-links wheels\n-f ./more\n./lib-1-py3-none-any.whl ; python_version > '3'\n"
        "other @ ./other-1-py3-none-any.whl\nredis==6.4.0\n"
    )
    result = find_requirements(tmp_path)
    assert result is not None
    assert result.text.splitlines() == [
        f"--find-links {tmp_path}/wheels",
        f"-f {tmp_path}/more",
        f"{tmp_path}/lib-1-py3-none-any.whl ; python_version > '3'",
        f"other @ {tmp_path}/other-1-py3-none-any.whl",
        "redis==6.4.0",
    ]


def test_the_content_of_local_files_is_part_of_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("--no-index\n./a-1-py3-none-any.whl\n-f wheels\nb\n")
    (tmp_path / "wheels").mkdir()

    def digest() -> str:
        result = find_requirements(tmp_path)
        assert result is not None
        return result.digest

    digests = [digest()]
    for path in ("a-1-py3-none-any.whl", "wheels/b-1-py3-none-any.whl"):
        for content in ("1", "2"):
            (tmp_path / path).write_text(content)
            digests.append(digest())
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://example.com/simple")
    digests.append(digest())
    assert len(set(digests)) == len(digests) == 6
