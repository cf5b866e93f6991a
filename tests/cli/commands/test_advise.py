"""`serverless-stack advise`, for scripts and people."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application
from serverless_stack.operations.advice import NEEDS, OPTIONS


def run(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(application(), ["advise", *arguments])
    assert result.exit_code == status, result.output
    return result


def needing(*needs: str) -> list[str]:
    return ["cache", *(word for need in needs for word in ("--need", need))]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_without_needs_the_known_ones_are_listed() -> None:
    lines = run("cache").output.splitlines()
    for need in NEEDS:
        (line,) = (line for line in lines if line.split()[:1] == [need.name])
        assert line.rstrip().endswith(need.meaning)
    assert "  serverless-stack advise cache --need persistence --need pub-sub" in lines


def test_needs_that_are_met() -> None:
    said = run(*needing("pub-sub", "persistence")).output
    assert said.startswith("Recommended: serverless Redis\n  ServerlessCache(")
    assert "✓ persistence" in said
    assert "Also meets every need" in said
    assert "Redis on nodes, Redis in cluster mode" in said
    assert "✗ persistence  It has no backups" in said
    assert "Conflicts" not in said
    assert "Does not meet" not in said


def test_a_conflict_is_status_1() -> None:
    said = run(*needing("data-types", "multi-threading"), status=1).output
    assert "Does not meet, or only in part\n  ✗ multi-threading" in said
    assert "Conflicts: no cache meets all of\n  data-types + multi-threading" in said
    assert "Also meets every need" not in said


@pytest.mark.parametrize("needs", [["pub-sub"], [need.name for need in NEEDS]])
def test_cited_pages_are_listed_and_lines_fit(needs: list[str]) -> None:
    result = CliRunner().invoke(application(), ["advise", *needing(*needs)])
    cited = {word for word in result.output.split() if word[0] == "[" and word[-1] == "]"}
    listed = [line.split()[0] for line in result.output.splitlines() if line.startswith("  [")]
    assert cited == set(listed)
    assert len(listed) == len(set(listed))
    assert max(map(len, result.output.splitlines())) <= 80


def test_json() -> None:
    found = json.loads(run(*needing("simplicity", "persistence"), "--json").stdout)
    assert found["needs"] == ["persistence", "simplicity"]
    assert found["option"]["construct"] == "ServerlessCache"
    assert found["option"]["engine"] == "memcached"
    assert [reason["fit"] for reason in found["reasons"]] == ["yes", "yes"]
    assert len(found["alternatives"]) == len(OPTIONS) - 1
    conflict = json.loads(run(*needing("simplicity", "pub-sub"), "--json", status=1).stdout)
    assert conflict["conflicts"][0]["needs"] == ["pub-sub", "simplicity"]
    assert conflict["shortfalls"][0]["fit"] == "partly"


def test_json_of_the_needs() -> None:
    found = json.loads(run("cache", "--json").stdout)
    assert [need["name"] for need in found["needs"]] == [need.name for need in NEEDS]


def test_an_unknown_need_is_refused() -> None:
    result = run(*needing("persistence", "luck"), status=2)
    known = ", ".join(need.name for need in NEEDS)
    assert result.stderr == f"Error: `--need` must be one or more of {known}, got: 'luck'\n"
    assert result.stdout == ""


def test_the_other_commands_are_not_loaded() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['serverless-stack', 'advise', 'cache', '--json', '--need', 'scale']\n"
        "from serverless_stack.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "unwanted = ('boto3', 'botocore', 'aws_cdk', 'serverless_stack.local', "
        "'serverless_stack.testing')\n"
        "print([name for name in unwanted if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
