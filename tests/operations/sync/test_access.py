from pathlib import Path

import pytest

from serverless_stack.operations.sync.access import Access, access

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


def test_a_configuration_is_left_to_botocore(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("")
    assert access(ENVIRONMENT, tmp_path) is None
