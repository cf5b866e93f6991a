"""`serverless-stack review`, for scripts and people."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from rich.text import Text

from tests.cli.reviews import QUEUE, TOPIC, changed, review, write
from tests.local.conftest import argv_of
from tests.testing.review.apps import repository, state_of


@pytest.fixture
def old(tmp_path: Path) -> str:
    return write(tmp_path / "old.json", Jobs=QUEUE, News=TOPIC)


@pytest.mark.parametrize(
    ("resources", "options", "status"),
    [
        ({"Jobs": QUEUE, "News": TOPIC}, [], 0),
        ({"Jobs": QUEUE, "News": TOPIC}, ["--fail-on", "change"], 0),
        ({"Jobs": changed(QUEUE, DelaySeconds=2), "News": TOPIC}, [], 0),
        ({"Jobs": changed(QUEUE, DelaySeconds=2), "News": TOPIC}, ["--fail-on", "change"], 1),
        ({"Jobs": QUEUE, "News": changed(TOPIC, TopicName="old")}, [], 1),
        (
            {"Jobs": QUEUE, "News": changed(TOPIC, TopicName="old")},
            ["--fail-on", "data-loss"],
            0,
        ),
        (
            {"Jobs": QUEUE, "News": changed(TOPIC, TopicName="old")},
            ["--allow-replacement", "News"],
            0,
        ),
        ({"News": TOPIC}, [], 3),
        ({"News": TOPIC}, ["--fail-on", "never"], 0),
        ({"News": TOPIC}, ["--allow-replacement", "Shop/Jobs"], 0),
    ],
)
def test_the_exit_status(
    old: str, tmp_path: Path, resources: dict[str, object], options: list[str], status: int
) -> None:
    new = write(tmp_path / "new.json", **resources)
    for form in ("table", "markdown", "json"):
        result = review(old, new, *options, "--format", form)
        assert (result.exit_code, result.stderr) == (status, "")


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_table(old: str, tmp_path: Path, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    new = write(
        tmp_path / "new.json",
        Work={**QUEUE, "Metadata": {"aws:cdk:path": "Shop/Work/Resource"}},
        News=changed(TOPIC, DisplayName="[bold]News"),
    )
    result = review(old, new)
    assert result.exit_code == 3
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert all(len(line) <= int(width) for line in lines if "override_logical_id" not in line)
    text = " ".join(result.stdout.split())
    assert "1 data loss, 1 without interruption" in text
    assert "data loss Shop/Work AWS::SQS::Queue renamed from Jobs to Work" in text
    assert "no interruption News AWS::SNS::Topic changed" in text
    assert "Properties.DisplayName: (absent) -> [bold]News" in text
    # The line that keeps the resource can be copied: it is never wrapped.
    (line,) = [line for line in lines if "override_logical_id" in line]
    assert line.endswith('.override_logical_id("Jobs")')


def test_many_additions_are_counted_by_type(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed resource and a warning stay whole, and --details shows each addition."""
    monkeypatch.setenv("COLUMNS", "100")
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "Any"}}
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    new = write(
        tmp_path / "new.json",
        Jobs=changed(QUEUE, DelaySeconds=2),
        News=TOPIC,
        Open=changed(group, SecurityGroupIngress=[rule]),
        **{f"Other{number}": TOPIC for number in range(3)},
        Closed=group,
    )
    result = review(old, new)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "6 without interruption, 1 warning" in text
    assert "Jobs AWS::SQS::Queue changed Properties.DelaySeconds" in text
    assert "Open AWS::EC2::SecurityGroup added ! network opened" in text
    assert "4 more added (each of them: --details)" in text
    assert "AWS::EC2: SecurityGroup AWS::SNS: Topic (3)" in text
    assert "Other1" not in text
    text = " ".join(review(old, new, "--details").stdout.split())
    assert "more added" not in text
    assert "Other1 AWS::SNS::Topic added" in text


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_no_control_character_of_a_template_reaches_the_terminal(tmp_path: Path, form: str) -> None:
    hostile = "a\x1b]0;owned\x07\x1b[2J\u202eb"
    queue = {**QUEUE, "Metadata": {"aws:cdk:path": f"Shop/{hostile}/Resource"}}
    old = write(tmp_path / "old.json", Jobs=queue, **{hostile: TOPIC})
    new = write(tmp_path / "new.json", Jobs=changed(queue, QueueName=hostile), Work=queue)
    result = review(old, new, "--format", form)
    assert result.exit_code == 3
    assert not {"\x1b", "\x07", "\u202e"} & set(result.output)


def test_no_change_is_one_line(old: str) -> None:
    result = review(old, old)
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()) == f"{old} -> {old}: no change"


def test_json_and_markdown_have_no_other_output(old: str, tmp_path: Path) -> None:
    new = write(tmp_path / "new.json", News=TOPIC)
    content = json.loads(review(old, new, "--format", "json").stdout)
    assert (content["status"], content["worst"]) == (3, "data-loss")
    assert content["stacks"][0]["changes"][0]["construct_path"] == "Shop/Jobs/Resource"
    assert review(old, new, "--format", "markdown").stdout.startswith("### Review of <code>")


def test_a_revision_and_the_working_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = repository(tmp_path / "repo")
    monkeypatch.chdir(repo)
    before = state_of(repo)
    for arguments in (["HEAD~1"], ["HEAD~1", "-"], ["HEAD~1", "HEAD"], ["HEAD~1", "."]):
        result = review(*arguments)
        assert result.exit_code == 3
        assert "Properties.BucketName: first -> second" in result.stdout
    result = review("HEAD~1", "--format", "json", "--context", "colour=blue", "--stack", "Shop")
    content = json.loads(result.stdout)
    assert (content["old"][:7], content["new"]) == ("HEAD~1 ", "the working tree")
    assert review("HEAD").exit_code == 0
    assert state_of(repo) == before


def test_a_stack_of_one_side(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        write(folder / "Web.json", News=TOPIC)
    write(new / "Data.json", Jobs=QUEUE)
    result = review(str(old), str(new), "--stack", "Data", "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)["stacks"][0]["presence"]) == (0, "added")
    result = review(str(new), str(old), "--stack", "Data")
    assert result.exit_code == 3
    assert "Data, only on the old side" in " ".join(result.stdout.split())


def test_as_a_process(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    environment = {**os.environ, "COLUMNS": "60"}
    done = subprocess.run(
        argv_of("review", "HEAD~1"), cwd=repo, capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 60


def test_some_stacks_of_folders(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, queue in ((old, QUEUE), (new, changed(QUEUE, QueueName="other"))):
        folder.mkdir()
        write(folder / "Data.template.json", Jobs=queue)
        write(folder / "Web.template.json", News=TOPIC)
    assert review(str(old), str(new)).exit_code == 3
    assert review(str(old), str(new), "--stack", "Web").exit_code == 0
    assert review(str(old), str(new), "--stack", "Web", "--stack", "Data").exit_code == 3
    alone = str(new / "Data.template.json")
    assert review(str(old), alone, "--stack", "Data").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "OLD is missing: name a revision such as HEAD~1, a folder or a template"),
        (["missing.json"], "there is no file or folder missing.json"),
        (["OLD", "--context", "colour"], "`--context` must be KEY=VALUE, got: colour"),
        (["OLD", "OLD", "--profile", "work"], "`--region` and `--profile` require `--deployed`"),
        (
            ["OLD", "OLD", "--deployed", "Shop"],
            "`--deployed` takes the place of OLD: name NEW only",
        ),
        (["FOLDER", "OLD"], "a template can be compared with one stack only, but "),
        (["FOLDER", "FOLDER", "--stack", "C"], "there is no stack C in "),
        (["FOLDER", "FOLDER", "--stack", "A", "--stack", "C"], "; it has: A, B"),
        (["OLD", "-"], "there is no cdk.json in the working tree: name the folder of your CDK"),
    ],
)
def test_invalid_input_is_status_2(
    arguments: list[str],
    message: str,
    old: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "A.json", Jobs=QUEUE)
    write(folder / "B.json", Jobs=QUEUE)
    monkeypatch.chdir(tmp_path)
    paths = {"OLD": old, "FOLDER": str(folder)}
    result = review(*[paths.get(argument, argument) for argument in arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert message in " ".join(result.stderr.split())


def test_unknown_options_are_status_2(old: str) -> None:
    assert review(old, old, "--fail-on", "mood").exit_code == 2
    assert review(old, old, "--format", "html").exit_code == 2


def test_help_names_the_options_and_an_example() -> None:
    text = Text.from_ansi(review("--help").stdout).plain
    for word in ("--deployed", "--fail-on", "--format", "--allow-replacement", "HEAD~1"):
        assert word in text


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner\n"
        "from serverless_stack.cli.main import application\n"
        "assert CliRunner().invoke(application(), ['review', '--help']).exit_code == 0\n"
        "print({'aws_cdk', 'jsii', 'boto3', 'cfnlint', 'yaml', 'syrupy'} & set(sys.modules))"
    )
    argv = [*argv_of()[:1], "-c", code]
    assert subprocess.run(argv, capture_output=True, text=True).stdout == "set()\n"
