"""The command against a project that `init` made, in a local cloud."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.local.cloud import LocalCloud
from tests.local.conftest import REPOSITORY, argv_of

# One worker deploys once for all of them.
pytestmark = [pytest.mark.server, pytest.mark.xdist_group("logs")]


class Project:
    """A deployed project."""

    def __init__(self, folder: Path, page: str, environment: dict[str, str]) -> None:
        self.folder = folder
        self.page = page
        self.environment = environment

    def request(self, path: str, body: object = None) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.page}{path}",
            data=data,
            headers={"Content-Type": "application/json"},
            method="GET" if data is None else "PUT",
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()

    def logs(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            argv_of("logs", *arguments, "--local", "--app-dir", str(self.folder)),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def read_logs(self, *arguments: str) -> str:
        with self.logs(*arguments) as process:
            output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("logs") / "my shop"
    assert CliRunner().invoke(application(), ["init", str(folder)]).exit_code == 0
    with pytest.MonkeyPatch.context() as patch:
        binaries = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        with LocalCloud.start(folder) as cloud:
            result = cloud.deploy()
            page = result.urls.distributions[0].url
            yield Project(folder, page, {**os.environ, "PYTHONUNBUFFERED": "1"})


def test_the_project_answers(project: Project) -> None:
    status, text = project.request("")
    assert status == 200
    assert "<h1>MyShop</h1>" in text
    assert project.request("api/notes/welcome", {"text": "hello"})[0] == 200
    assert json.loads(project.request("api/notes/welcome")[1]) == {
        "name": "welcome",
        "text": "hello",
    }


def test_check_finds_nothing(project: Project) -> None:
    environment = {**project.environment, "CDK_OUTDIR": str(project.folder / "cdk.out")}
    subprocess.run([sys.executable, "app.py"], cwd=project.folder, env=environment, check=True)
    done = subprocess.run(
        argv_of("check", "--strict"), cwd=project.folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_a_pipe_gets_what_was_written(project: Project) -> None:
    project.request("api/notes/piped", {"text": "four"})
    lines = project.read_logs("--filter", "piped").splitlines()
    (document,) = [json.loads(line) for line in lines if line.startswith("{")]
    assert (document["message"], document["note"], document["characters"]) == (
        "note written",
        "piped",
        4,
    )


def test_json_has_a_document_for_each_event(project: Project) -> None:
    project.request("api/notes/json", {"text": "four"})
    events = [json.loads(line) for line in project.read_logs("Function", "--json").splitlines()]
    assert all(set(event) == {"time", "stream", "message"} for event in events)
    written = [event["message"] for event in events if "note written" in str(event["message"])]
    assert all(isinstance(message, dict) for message in written)  # Powertools logs each once
    assert any(
        isinstance(event["message"], dict) and event["message"].get("note") == "json"
        for event in events
    )


def test_following_shows_each_event_once_until_ctrl_c(project: Project) -> None:
    process = project.logs("MyShop/Function", "--follow", "--filter", "followed")
    assert process.stdout is not None
    try:
        seen = []
        for number in range(3):
            project.request(f"api/notes/followed-{number}", {"text": "x"})
            while True:
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                if line.startswith("{"):
                    break
            seen.append(json.loads(line)["note"])
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    finally:
        process.kill()  # should it go on following
    assert seen == ["followed-0", "followed-1", "followed-2"]
    assert "{" not in rest
    assert (process.returncode, errors) == (0, "")


def test_a_misspelt_name_gets_a_proposal(project: Project) -> None:
    with project.logs("Functoin") as process:
        _output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "no function has the name Functoin, did you mean `" in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "soon"], "`--since` must be a whole number with s, m, h, d or w"),
        (["--local", "--profile", "x"], "`--local` cannot be combined with"),
    ],
)
def test_wrong_options(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(application(), ["logs", *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_without_a_cloud_the_remedy_is_named(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    result = CliRunner().invoke(application(), ["logs", "--local", "--app-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "serverless-stack local deploy" in result.output or "is not running" in result.output
