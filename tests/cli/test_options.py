import os
import re
from pathlib import Path

import botocore.session
import pytest
import typer
from botocore.exceptions import NoCredentialsError, NoRegionError, ProfileNotFound

from serverless_stack.cli.options import account, pairs
from serverless_stack.runtime.objects.errors import ObjectError

PROFILES = """
[work]
aws_access_key_id = of-work
aws_secret_access_key = secret
region = eu-west-3
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "")  # so that what is set meanwhile is taken back
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (tmp_path / "credentials").write_text(PROFILES)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_PROFILE")


def used() -> str:
    credentials = botocore.session.get_session().get_credentials()
    return credentials.access_key if credentials else ""


def test_a_named_profile_takes_precedence_over_keys_of_the_environment() -> None:
    with account(None, None):
        assert used() == "of-environment"
    with account(None, "work"):
        assert used() == "of-work"


def test_a_named_region() -> None:
    with account("eu-west-2", "work"):
        region = botocore.session.get_session().get_config_variable("region")
    assert region == "eu-west-2"


def test_the_region_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    with account(None, None):
        region = botocore.session.get_session().get_config_variable("region")
    assert region == "eu-west-3"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoCredentialsError(), r'Unable to locate credentials: log in .*run `eval "\$\(.* env\)"`'),
        (NoRegionError(), r"You must specify a region\. Pass `--region`, or set AWS_REGION"),
        (ProfileNotFound(profile="wrok"), r"profile \(wrok\) .*, did you mean `work`\?"),
        (ProfileNotFound(profile="xyz"), r"profile \(xyz\) .*; the profiles are: work"),
        (FileNotFoundError(2, "No such file or directory", "here"), "^Error: here: No such file"),
        (
            ValueError("a \x1b[31mred\x1b[0m\u202e [bold]key"),
            r"a \\x1b\[31mred\\x1b\[0m\\u202e \[b",
        ),
    ],
)
def test_errors_say_what_to_do(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught, account(None, None):
        raise error
    assert caught.value.exit_code == 2
    assert re.search(told, capsys.readouterr().err)


def test_the_cause_of_an_error_counts(capsys: pytest.CaptureFixture[str]) -> None:
    error = ObjectError("listing 'y': Unable to locate credentials")
    error.__cause__ = NoCredentialsError()
    with pytest.raises(typer.Exit), account(None, None):
        raise error
    assert "serverless-stack local env" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "=", "=x", "name"])
def test_a_pair_without_a_name_or_an_equals_sign(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="`--context` must be KEY=VALUE, got: "):
        pairs("--context", ["a=b", text])


def test_pairs() -> None:
    assert pairs("--context", ["a=b=c", "d="]) == {"a": "b=c", "d": ""}


def test_a_reader_that_ends_is_no_error_of_aws() -> None:
    with pytest.raises(BrokenPipeError), account(None, None):
        raise BrokenPipeError
