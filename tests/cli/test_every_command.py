"""What holds for every command: its help, its output, its errors and how it ends."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application
from serverless_stack.cli.statuses import ExitStatus
from tests.cli.every_command import commands, group
from tests.local.conftest import argv_of
from tests.pictures.terminal import run as run_on_terminal

WIDTH = 80
COLOUR = re.compile(r"\x1b\[[\d;]*m")
WORDS = tuple(commands())
# The command line, which says when it reads a file, and never gets it.
READING = """
import pathlib, time
def read_text(path, encoding):
    print("reading", end="", flush=True)
    time.sleep(60)
pathlib.Path.read_text = read_text
from serverless_stack.cli.main import main
main()
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(), arguments)


def options_of(words: str) -> set[str]:
    return {option for parameter in commands()[words].params for option in parameter.opts}


@pytest.fixture(autouse=True)
def _piped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pipe of 80 columns in an empty folder, without an account or a network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("words", WORDS)
def test_help(words: str) -> None:
    result = run(*words.split(), "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= WIDTH
    assert not COLOUR.search(result.stdout)
    text = commands()[words].help or ""
    assert re.search(r"^Example: .*serverless-stack ", text, re.MULTILINE)
    assert "serverless-stack " + words in text
    (statuses,) = re.findall(r"Exit status: (.*)", text, re.DOTALL)
    named = {
        int(number) for number in re.findall(r"\b(\d+)\b(?= (?:if|on|after|with)\b)", statuses)
    }
    assert statuses.endswith(".")
    assert named | {ExitStatus.SUCCESS} <= set(ExitStatus)
    assert re.match(r"\d", statuses)


@pytest.mark.parametrize("words", WORDS)
def test_json_and_quiet(words: str) -> None:
    assert {"--json", "--quiet", "-q"} <= options_of(words)
    assert re.search(r"^JSON: .+\.$", commands()[words].help or "", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("words", WORDS)
def test_nonsense_is_a_message_that_names_the_next_command(words: str) -> None:
    for arguments in (["--nonsense"], ["--", "\x1b[31m", "🦆", "", "--jsno"]):
        result = run(*words.split(), *arguments)
        assert isinstance(result.exception, SystemExit)
        assert result.exit_code in (1, 2)
        assert result.stdout == ""
        assert "Error: " in result.stderr
        assert "Traceback" not in result.stderr
        assert "\x1b" not in result.stderr
    result = run(*words.split(), "--nonsense")
    assert result.stderr.startswith("Error: there is no option `--nonsense`")
    assert result.stderr.endswith(f" {words} --help\n")


def test_the_list_has_the_first_sentence_of_each_help() -> None:
    found = group()
    for name, row in found.registry.items():
        help_text = " ".join((found.load(name).help or "").split("\n\n")[0].split())
        assert help_text.startswith(row.help), name


def test_help_of_all_loads_no_command() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from serverless_stack.cli.main import application\n"
        "assert CliRunner().invoke(application(), ['--help']).exit_code == 0\n"
        "print([name for name in sys.modules if name.startswith('serverless_stack.cli.commands')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "there is no command `chekc`, did you mean `check`?"),
        (["deploy"], "there is no command `deploy`, did you mean `local deploy`?"),
        (["rollback"], "there is no command `rollback`, did you mean `api rollback`?"),
        (["zzz"], "there is no command `zzz`"),
        (["local", "stauts"], "there is no command `stauts`, did you mean `status`?"),
        (["check", "--strit"], "there is no option `--strit`, did you mean `--strict`?"),
        (["--versoin"], "there is no option `--versoin`, did you mean `--version`?"),
    ],
)
def test_did_you_mean(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == f"Error: {message}"
    assert result.stderr.splitlines()[-1].startswith("Help: ")


def test_colours_in_a_pipe_only_if_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["advise", "cache"], ["--help"], ["zzz"]):
        argv = argv_of(*arguments)
        plain = subprocess.run(argv, capture_output=True, text=True)
        assert "\x1b" not in plain.stdout + plain.stderr
        monkeypatch.setenv("FORCE_COLOR", "1")
        forced = subprocess.run(argv, capture_output=True, text=True)
        monkeypatch.delenv("FORCE_COLOR")
        assert COLOUR.search(forced.stdout + forced.stderr)
        assert COLOUR.sub("", forced.stdout) == plain.stdout


def test_no_colours_on_a_terminal_with_no_color(tmp_path: Path) -> None:
    for arguments in (["advise", "cache"], ["zzz"]):
        _status, text = run_on_terminal(argv_of(*arguments), tmp_path, {"NO_COLOR": "1"})
        assert not COLOUR.search(text)
        assert max(len(line.rstrip()) for line in text.splitlines()) <= WIDTH


def test_a_closed_pipe_is_no_error() -> None:
    for arguments in (["profiles"], ["profiles", "--json"], ["check", "--rules"], ["--help"]):
        with subprocess.Popen(
            argv_of(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            complaint = process.stderr.read()
        assert (arguments, process.returncode, complaint) == (arguments, 0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READING, "invalidate", "E1", "--changed-from", "keys"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(len("reading")) == "reading"
        process.send_signal(number)
        _output, complaint = process.communicate()
    assert process.returncode == 128 + number
    assert complaint == "Interrupted. Run the command again to complete it.\n"


def test_ctrl_c_without_a_handler_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("serverless_stack.cli.commands.profiles.rows", interrupted)
    result = run("profiles")
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_completion_in_each_shell() -> None:
    completed = {
        "bash": {"COMP_WORDS": "serverless-stack prof", "COMP_CWORD": "1"},
        "zsh": {"_TYPER_COMPLETE_ARGS": "serverless-stack local de"},
        "fish": {
            "_TYPER_COMPLETE_ARGS": "serverless-stack rb --for",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    }
    expected = {"bash": "profiles", "zsh": '"deploy"', "fish": "--force"}
    for shell, variables in completed.items():
        environment = {"_SERVERLESS_STACK_COMPLETE": f"complete_{shell}", **variables}
        result = CliRunner().invoke(
            application(), [], env=environment, prog_name="serverless-stack"
        )
        assert (shell, expected[shell] in result.stdout) == (shell, True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("local deploy ", ["Edge", "Shop"]),
        ("local destroy Sh", ["Shop"]),
        ("review --stack E", ["Edge"]),
        ("local deploy --app-dir none ", []),
    ],
)
def test_completion_of_stacks(tmp_path: Path, line: str, expected: list[str]) -> None:
    stack = "aws:cloudformation:stack"
    kinds = {"Shop": stack, "Edge": stack, "Tree": "cdk:tree"}
    manifest = {"artifacts": {name: {"type": kind} for name, kind in kinds.items()}}
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "manifest.json").write_text(json.dumps(manifest))
    words = f"serverless-stack {line}"
    environment = {
        "_SERVERLESS_STACK_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    result = CliRunner().invoke(application(), [], env=environment, prog_name="serverless-stack")
    assert (result.stdout.split(), result.stderr) == (expected, "")


def test_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version").stdout)
