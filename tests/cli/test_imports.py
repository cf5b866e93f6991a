"""What a command loads before it runs: itself, and nothing that takes long."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from serverless_stack.cli.main import _COMMANDS

SLOW = {"aws_cdk", "boto3", "botocore", "jsii", "redis", "urllib3", "watchfiles", "yaml"}
TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": -1}}}}


_PROGRAM = """
import sys
from serverless_stack.cli.main import main
try:
    main()
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """Return the modules that a run of the command line loads."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, *arguments], capture_output=True)
    return set(done.stderr.decode().split())


def commands_in(modules: set[str]) -> set[str]:
    """Return the modules of commands, as the registry has them."""
    prefix = "serverless_stack.cli.commands."
    found = {name.removeprefix(prefix) for name in modules if name.startswith(prefix)}
    return {module for module, *_ in _COMMANDS.values() if module in found}


def slow_in(modules: set[str]) -> set[str]:
    """Return the packages that no help and no check waits for."""
    return {name.partition(".")[0] for name in modules} & SLOW


def test_the_help_loads_no_command() -> None:
    modules = loaded_by("--help")
    assert "serverless_stack.cli.group" in modules
    assert not commands_in(modules)
    assert not slow_in(modules)


def test_check_loads_itself_alone_even_with_findings(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text(json.dumps(TEMPLATE))
    modules = loaded_by("check", str(template))
    assert "serverless_stack.checks.catalog" in modules
    assert commands_in(modules) == {"check.command"}
    assert not slow_in(modules)
    assert "importlib.metadata" not in modules
    assert "rich.markdown" not in modules  # of helps


@pytest.mark.parametrize("name", ["local", "review", "sync", "ls"])
def test_each_command_loads_itself_alone(name: str) -> None:
    modules = loaded_by(name, "--help")
    assert commands_in(modules) == {_COMMANDS[name][0]}
    assert not slow_in(modules)
