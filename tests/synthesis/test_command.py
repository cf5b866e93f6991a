import os
from pathlib import Path

import pytest

from serverless_stack.synthesis.command import PythonApp, read_command


@pytest.mark.parametrize(
    ("command", "flags", "script", "arguments"),
    [
        ("python3 app.py", (), "app.py", ()),
        ("python -O -B 'an app.py' --stage dev", ("-O", "-B"), "an app.py", ("--stage", "dev")),
    ],
)
def test_python_scripts_run_warm(
    tmp_path: Path, command: str, flags: tuple[str, ...], script: str, arguments: tuple[str, ...]
) -> None:
    for name in ("python", "python3"):
        (tmp_path / name).touch(mode=0o755)
    app = read_command(command, tmp_path, {"PATH": str(tmp_path)})
    interpreter = str(tmp_path / command.split()[0])
    assert app == PythonApp(interpreter, flags, script, arguments)


def test_an_interpreter_of_the_folder(tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    app = read_command(".venv/bin/python app.py", tmp_path, {})
    assert isinstance(app, PythonApp)
    assert app.interpreter == str(program)


@pytest.mark.parametrize(
    "command",
    [
        "node app.js",
        "npx ts-node app.ts",
        "uv run app.py",
        "python -m app",
        "python -I app.py",
        "STAGE=dev python app.py",
        "python app.py && echo done",
        "python $APP",
        "python 'app.py",
        "mypython app.py",
        "",
    ],
)
def test_other_commands_run_cold(tmp_path: Path, command: str) -> None:
    reason = read_command(command, tmp_path, dict(os.environ))
    assert reason == f"`{command}` does not start a Python script"


def test_a_missing_interpreter_is_named(tmp_path: Path) -> None:
    assert (
        read_command("python3.99 app.py", tmp_path, {"PATH": ""}) == "`python3.99` is not on PATH"
    )
