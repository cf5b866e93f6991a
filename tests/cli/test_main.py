import subprocess
import sys

import pytest

from serverless_stack.cli.main import main
from tests.local.conftest import argv_of


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_names_the_remedy(missing: str) -> None:
    code = (
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        f"util.find_spec = lambda name: None if name == {missing!r} else find(name)\n"
        "from serverless_stack.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        f"serverless-stack needs {missing}: install the extra `operations` of this package\n"
    )


def test_on_windows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with monkeypatch.context() as machine:
        machine.setattr("sys.platform", "win32")
        with pytest.raises(SystemExit) as caught:
            main()
    assert caught.value.code == 2
    assert "on Windows, use WSL" in capsys.readouterr().err


def test_help_lists_every_command() -> None:
    done = subprocess.run(argv_of("local", "--help"), capture_output=True, text=True, check=True)
    for command in ("up", "deploy", "destroy", "status", "down", "env"):
        assert f" {command} " in done.stdout


def test_an_unknown_command_is_a_usage_error() -> None:
    done = subprocess.run(argv_of("local", "fly"), capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no command `fly`" in done.stderr
