import configparser
import json
import stat
from pathlib import Path

import pytest

from serverless_stack.local.cdk.profiles import write_profiles

KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"profile": 1}', '{"profile": "a]\\n"}'])
def test_without_a_profile_nothing_is_selected(home: Path, content: str) -> None:
    (home / "cdk.json").write_text(content)
    variables = write_profiles(home, home, KEYS)
    assert [Path(path).read_text() for path in variables.values()] == ["", ""]


def test_the_profiles_of_the_app_and_of_the_user_lead_to_the_local_cloud(home: Path) -> None:
    app = home / "app"
    app.mkdir()
    (app / "cdk.json").write_text(json.dumps({"profile": "work"}))
    (home / ".cdk.json").write_text(json.dumps({"profile": "my own"}))
    variables = write_profiles(app, home, KEYS)
    credentials = Path(variables["AWS_SHARED_CREDENTIALS_FILE"])
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    parsed = configparser.ConfigParser()
    parsed.read([credentials, variables["AWS_CONFIG_FILE"]])
    for name in ("work", "my own"):
        assert parsed[name]["aws_secret_access_key"] == "secret"
        assert parsed[f"profile {name}"]["region"] == "us-east-1"
