import os
from pathlib import Path

import botocore.session
import pytest

from serverless_stack.cli.options import account

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
