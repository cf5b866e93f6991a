"""The syntax of handlers is judged by the Python version of the function."""

import sys

import pytest

from serverless_stack.local.watch import python_syntax
from serverless_stack.local.watch.python_syntax import python_errors

HERE = sys.version_info[:2]
NEWER = (HERE[0], HERE[1] + 1)
BROKEN = b"first = 1\ndef broken(:\n"


def refuse(*arguments: object, **options: object) -> None:
    raise SyntaxError("of another version")


def test_this_python_judges_functions_of_its_version_and_of_older_ones() -> None:
    for version in (HERE, (3, 9)):
        assert python_errors(b"right = True\n", "a.py", version) == []
        assert python_errors(BROKEN, "a.py", version) == ["a.py:2: invalid syntax\ndef broken(:"]
    assert "null" in python_errors(b"a\0", "a.py", HERE)[0]


def test_an_interpreter_of_a_newer_version_judges_what_this_one_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def find(version: str) -> str:
        asked.append(version)
        return sys.executable

    monkeypatch.setattr(python_syntax, "_find_interpreter", find)
    assert python_errors(BROKEN, "a.py", NEWER) == ["a.py:2: invalid syntax\ndef broken(:"]
    monkeypatch.setattr(python_syntax, "compile", refuse, raising=False)
    assert python_errors(b"right = True\n", "a.py", NEWER) == []
    assert set(asked) == {".".join(map(str, NEWER))}


@pytest.mark.parametrize("interpreter", [None, "/does/not/exist", "false"])
def test_what_no_newer_one_can_judge_is_refused_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, interpreter: str | None
) -> None:
    monkeypatch.setattr(python_syntax, "_find_interpreter", lambda version: interpreter)
    (error,) = python_errors(BROKEN, "a.py", NEWER)
    assert error.startswith("a.py:2: invalid syntax\n")
    assert f"`uv python install {NEWER[0]}.{NEWER[1]}`" in error
