"""The commands in this process by Typer's runner, and as real processes where it matters."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application
from serverless_stack.local import folders
from serverless_stack.local.processes import lifecycle, ports
from tests.local.conftest import argv_of, processes_of


def local(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["local", *arguments], catch_exceptions=False)


@pytest.fixture
def here(assembly_app: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app whose folder is the current one."""
    monkeypatch.chdir(assembly_app)
    return assembly_app


def test_up_status_deploy_destroy_down(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = local("status")
    assert (result.exit_code, result.stdout) == (
        3,
        f"The local cloud `default` of {here} is not running.\n",
    )
    result = local("status", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {"running": False, "name": "default", "app_dir": str(here)}

    result = local("up")
    assert result.exit_code == 0
    assert "emulator done after " in result.stdout
    assert "already" not in result.stdout
    known = lifecycle.state_of(here, "default")
    assert f"http://127.0.0.1:{known.gateway_port}" in result.stdout
    assert "  serverless-stack local deploy\n" in result.stdout

    result = local("up")
    assert result.exit_code == 0
    assert "The local cloud `default` is already running." in result.stdout
    assert lifecycle.state_of(here, "default") == known

    result = local("deploy")
    assert result.exit_code == 0
    assert "Outputs of Fixed, as on AWS\n  ParameterName  " in result.stdout
    assert "CREATE_COMPLETE" not in result.stdout

    opened: list[str] = []

    def open_browser(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", open_browser)
    monkeypatch.setenv("BROWSER", "a-browser")
    link = json.loads(local("console", "--json").stdout)["url"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#code=[\w-]{32}", link)
    result = local("console")
    assert result.stdout.startswith(link.partition("=")[0])
    assert result.stdout.strip() not in (link, "")
    assert "works once" in result.stderr
    assert opened == []
    result = local("console", "--open")
    assert [f"{url}\n" for url in opened] == [result.stdout]
    assert "was opened in your browser" in result.stderr

    result = local("age", "30d")
    assert result.exit_code == 0
    assert result.stdout == "All objects are 30d older. No lifecycle rule acted.\n"
    result = local("age", "2w", "--bucket", "nobody")
    assert (result.exit_code, "`bucket` must be a bucket of this local" in result.stderr) == (
        1,
        True,
    )
    assert json.loads(local("age", "1h", "--json").stdout) == {"buckets": {}}

    result = local("status", "--json")
    assert result.exit_code == 0
    status = json.loads(result.stdout)
    assert status["running"] is True
    assert status["pid"] == known.pid
    assert status["ports"] == {
        "gateway": known.gateway_port,
        "api": known.api_port,
        "cdn": known.cdn_port,
    }
    assert status["urls"] == {"apis": [], "distributions": []}
    assert {
        "name": "Fixed",
        "status": "CREATE_COMPLETE",
        "environment": "000000000000/us-east-1",
    } in status["stacks"]

    result = local("destroy", "--verbose")
    assert result.exit_code == 0
    assert "Fixed: destroyed" in result.stdout
    result = local("status")
    assert result.exit_code == 0
    assert "Fixed" not in result.stdout

    result = local("down")
    assert (result.exit_code, result.stdout) == (
        0,
        "The local cloud `default` was stopped and removed.\n",
    )
    assert processes_of(here) == []
    assert not folders.cloud(here, "default").exists()
    result = local("down")
    assert (result.exit_code, result.stdout) == (0, "The local cloud `default` is not running.\n")


def test_another_app_by_name_and_folder(assembly_app: Path, tmp_path: Path) -> None:
    where = ["--app-dir", str(assembly_app), "--name", "other"]
    result = local("up", *where)
    assert result.exit_code == 0
    assert f"local deploy --name other --app-dir {assembly_app}\n" in result.stdout
    assert local("status", "--app-dir", str(assembly_app)).exit_code == 3
    assert local("status", *where).exit_code == 0
    assert local("down", *where).exit_code == 0


def test_env_is_for_a_shell(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert local("env").exit_code == 1
    assert local("up").exit_code == 0
    monkeypatch.setenv("AWS_PROFILE", "work")
    script = (
        f'eval "$({sys.executable} -m serverless_stack.cli local env)"; '
        'echo "$AWS_ENDPOINT_URL ${AWS_PROFILE:-no profile} $AWS_ACCESS_KEY_ID"'
    )
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    port = lifecycle.state_of(here, "default").gateway_port
    assert said.startswith(f"http://127.0.0.1:{port} no profile LOCAL")


def test_an_ephemeral_cloud_is_gone_when_it_failed(here: Path) -> None:
    (here / "before.py").write_text("raise SystemExit('a mistake')")
    result = local("deploy", "--ephemeral")
    assert result.exit_code == 1
    assert "a mistake" in result.stderr
    assert processes_of(here) == []
    assert not folders.cloud(here, "default").exists()


def test_ephemeral_never_takes_down_what_ran_before(here: Path) -> None:
    assert local("up").exit_code == 0
    result = local("deploy", "--ephemeral")
    assert result.exit_code == 1
    assert "`--ephemeral` requires a new cloud, but `default` is already running" in result.stderr
    assert lifecycle.running(here, "default") is not None


def test_a_failed_deployment_shows_why_and_leaves_the_cloud(here: Path) -> None:
    properties = {"GroupId": "sg-none", "IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}
    odd = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}
    (here / "template.json").write_text(json.dumps({"Resources": {"Odd": odd}}))
    result = local("deploy")
    assert result.exit_code == 1
    assert "deploy failed after " in result.stdout
    assert "CREATE_IN_PROGRESS" not in result.stderr
    assert (
        "Error: `cdk deploy` failed; Odd (AWS::EC2::SecurityGroupIngress): "
        "The security group 'sg-none' does not exist; see "
    ) in result.stderr
    assert lifecycle.running(here, "default") is not None


def test_all_that_is_missing_in_one_message(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        result = local("up", "--app-dir", str(empty), "--api-port", str(taken))
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: the local cloud cannot start; nothing was changed:"
    assert lines[-1] == "`serverless-stack doctor` checks this machine as a whole."
    assert [line[:14] for line in lines[1:-1]] == [
        "- there is no ",
        "- redis-server",
        "- memcached is",
        "- the CDK CLI ",
        "- --api-port: ",
    ]
    assert not own_cache.exists()


def test_an_ephemeral_cloud_as_a_process_without_a_terminal(here: Path) -> None:
    environment = {**os.environ, "COLUMNS": "40"}
    done = subprocess.run(
        argv_of("local", "deploy", "--ephemeral"), capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.endswith(" ...")] == [
        "packages ...",
        "emulator ...",
        "synth ...",
        "bootstrap ...",
        "deploy ...",
    ]
    assert "Outputs of Fixed, as on AWS" in lines
    assert lines[-1] == "The local cloud was stopped."
    assert processes_of(here) == []
    assert not folders.cloud(here, "default").exists()


@pytest.mark.parametrize("duration", ["30", "d", "1.5d", "-1d", "30 days"])
def test_a_duration_that_is_none_is_refused(here: Path, duration: str) -> None:
    result = local("age", "--", duration)
    assert result.exit_code == 2
    assert "must be a whole number with h, d or w" in " ".join(result.stderr.split())
