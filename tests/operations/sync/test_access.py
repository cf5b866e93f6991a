import os
from pathlib import Path

import botocore.session
import pytest

from serverless_stack.operations.sync.access import Access, access, environment_access

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "PATH": "/bin",
}


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    assert access(ENVIRONMENT, tmp_path) == Access("id", "secret", "", "eu-west-1", "")
    more = {
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://b",
        "AWS_ENDPOINT_URL_S3": "http://a",
        "AWS_CA_BUNDLE": "/ca.pem",
        "AWS_PROFILE": "",
    }
    assert access(ENVIRONMENT | more, tmp_path) == Access(
        "id", "secret", "token", "eu-west-1", "http://a", "/ca.pem"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_DEFAULT_REGION": ""},
        {"AWS_DEFAULT_REGION": "cn-north-1"},
        {"AWS_DEFAULT_REGION": "us-gov-west-1"},
        {"AWS_DEFAULT_REGION": "us-iso-east-1"},
        {"AWS_REGION": "us-east-1"},
        {"AWS_PROFILE": "work"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS": "true"},
        {"HTTPS_PROXY": "http://proxy"},
        {"http_proxy": "http://proxy"},
    ],
)
def test_what_botocore_should_find_out(more: dict[str, str], tmp_path: Path) -> None:
    assert access(ENVIRONMENT | more, tmp_path) is None


PLAIN = """
[default]
region = eu-central-1
output = json
cli_pager =
[profile work]
role_arn = arn:aws:iam::111122223333:role/work
"""
KEYS = """
[default]
aws_access_key_id = of-file
aws_secret_access_key = secret-of-file
[work]
aws_access_key_id = of-work
"""


def files(home: Path, config: str | None = None, credentials: str | None = None) -> Path:
    (home / ".aws").mkdir()
    for name, text in (("config", config), ("credentials", credentials)):
        if text is not None:
            (home / ".aws" / name).write_text(text)
    return home


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in ENVIRONMENT.items() if name not in names}


def test_the_environment_goes_before_plain_files(tmp_path: Path) -> None:
    home = files(tmp_path, PLAIN, KEYS)
    assert access(ENVIRONMENT, home) == Access("id", "secret", "", "eu-west-1", "")


def test_the_default_profile_of_plain_files(tmp_path: Path) -> None:
    home = files(tmp_path, PLAIN, KEYS)
    found = access({"PATH": "/bin"}, home)
    assert found == Access("of-file", "secret-of-file", "", "eu-central-1", "")
    assert access(without("AWS_DEFAULT_REGION"), home) == Access(
        "id", "secret", "", "eu-central-1", ""
    )


def test_what_it_finds_is_what_botocore_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = files(tmp_path, PLAIN, KEYS + "aws_session_token = of-work\n")
    for environment in ({}, ENVIRONMENT, without("AWS_DEFAULT_REGION")):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in (environment | {"HOME": str(home)}).items():
            monkeypatch.setenv(name, value)
        session = botocore.session.get_session()
        credentials = session.get_credentials()
        found = environment_access()
        assert found is not None
        assert credentials is not None
        assert (found.key_id, found.secret, found.token or None) == tuple(
            credentials.get_frozen_credentials()[:3]
        )
        assert found.region == session.get_config_variable("region")


@pytest.mark.parametrize(
    ("config", "credentials"),
    [
        ("[default]\ns3 =\n  addressing_style = path\n", None),
        ("[default]\nendpoint_url = http://x\n", None),
        ("[default]\nrole_arn = arn\n", None),
        ("[default]\nsso_session = x\n", None),
        ("[profile default]\nregion = us-east-1\n", None),
        ("[profile 'default']\nregion = us-east-1\n", None),
        ("region = us-east-1\n", None),
        (None, "[default]\nregion = us-east-1\n"),
        (None, "[default]\nsource_profile = x\n"),
        ("[default]\n\xff".encode("latin-1"), None),
    ],
)
def test_other_files_are_left_to_botocore(
    config: str | bytes | None, credentials: str | None, tmp_path: Path
) -> None:
    if isinstance(config, bytes):
        files(tmp_path)
        (tmp_path / ".aws" / "config").write_bytes(config)
    else:
        files(tmp_path, config, credentials)
    assert access(ENVIRONMENT, tmp_path) is None


def test_keys_in_one_place_only(tmp_path: Path) -> None:
    home = files(tmp_path, PLAIN, "[default]\naws_access_key_id = of-file\n")
    assert access({}, home) is None
    assert access(without("AWS_SECRET_ACCESS_KEY"), home) is None


def test_variables_that_have_nothing_to_do_with_s3(tmp_path: Path) -> None:
    more = {
        "AWS_ENDPOINT_URL_CLOUDFRONT": "http://c",
        "AWS_CLI_AUTO_PROMPT": "on",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_MAX_ATTEMPTS": "3",
    }
    assert access(ENVIRONMENT | more, tmp_path) == access(ENVIRONMENT, tmp_path) is not None
