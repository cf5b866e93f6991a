"""How obstore is set up, and when it is not used."""

import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from serverless_stack._shared.content.headers import Headers
from serverless_stack.operations.content.stores import bulk, open_store
from serverless_stack.operations.content.stores.bulk import BulkStore, environment_config
from serverless_stack.operations.content.stores.s3 import S3Store

KEYS = {
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/no/such/file",
}


def test_keys_of_the_environment() -> None:
    assert environment_config({**KEYS, "AWS_CA_BUNDLE": "/x", "AWS_PROFILE": ""}) == {
        "access_key_id": "id",
        "secret_access_key": "secret",
        "region": "eu-west-1",
    }
    temporary = {"AWS_SESSION_TOKEN": "t", "AWS_ENDPOINT_URL": "http://all"}
    assert environment_config({**KEYS, **temporary}) == {
        "access_key_id": "id",
        "secret_access_key": "secret",
        "session_token": "t",
        "region": "eu-west-1",
        "endpoint": "http://all",
    }
    special = {**temporary, "AWS_ENDPOINT_URL_S3": "http://s3"}
    config = environment_config({**KEYS, **special})
    assert config is not None
    assert config["endpoint"] == "http://s3"


@pytest.mark.parametrize(
    "change",
    [
        {"AWS_PROFILE": "work"},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_DEFAULT_REGION": ""},
        {"AWS_DEFAULT_REGION": "cn-north-1"},
        {"AWS_DEFAULT_REGION": "us-gov-west-1"},
        {"AWS_REGION": "eu-west-2"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_SOME_FUTURE_SETTING": "1"},
        {"AWS_CONFIG_FILE": __file__},
    ],
)
def test_what_only_botocore_understands(change: dict[str, str]) -> None:
    assert environment_config({**KEYS, **change}) is None


def test_a_profile(
    use_aws: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    keys = (
        f"aws_access_key_id = {use_aws['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {use_aws['AWS_SECRET_ACCESS_KEY']}\n"
    )
    (tmp_path / "credentials").write_text(f"[work]\n{keys}")
    (tmp_path / "config").write_text("[profile work]\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "work")
    client = boto3.Session().client("s3")  # the default session keeps its first profile
    client.create_bucket(Bucket="of-a-profile")
    monkeypatch.setattr(S3Store, "write", None)  # obstore alone
    BulkStore("of-a-profile").write("k", b"x", Headers("text/plain"))
    assert client.get_object(Bucket="of-a-profile", Key="k")["Body"].read() == b"x"


def test_credentials_that_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session
    from botocore.credentials import Credentials

    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    credentials = Credentials("one", "secret", "token")
    monkeypatch.setattr(botocore.session.Session, "get_credentials", lambda self: credentials)
    _config, provider, _store = bulk.botocore_config("bucket", 1)
    assert (provider()["access_key_id"], provider().get("token")) == ("one", "token")
    credentials.access_key = "two"
    assert provider()["access_key_id"] == "two"


def test_a_given_client_is_used(use_aws: dict[str, str]) -> None:
    client = boto3.client("s3")
    store = open_store("bucket", client)
    assert isinstance(store, S3Store)
    assert store.client is client
    assert isinstance(open_store("bucket"), BulkStore)


def test_what_obstore_fails_at_is_asked_of_boto3(
    use_aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import obstore
    from obstore.exceptions import GenericError

    def fail(*_arguments: object, **_more: object) -> None:
        raise GenericError("no answer")

    boto3.client("s3").create_bucket(Bucket="without-obstore")
    for name in ("put", "get", "list"):
        monkeypatch.setattr(obstore, name, fail)
    store = BulkStore("without-obstore")
    etag = store.write("k", b"x", Headers("text/plain"))
    assert [item.etag for item in store.list_prefix("", exact=False)] == [etag]
    stored = store.read("k")
    assert stored is not None
    assert stored.content == b"x"


def test_keys_of_the_environment_need_no_botocore(use_aws: dict[str, str], tmp_path: Path) -> None:
    boto3.client("s3").create_bucket(Bucket="without-botocore")
    (tmp_path / "index.html").write_text("one")
    program = (
        "import sys; from serverless_stack.operations.sync import location, sync; "
        "synced = sync(location(sys.argv[1]), location('s3://without-botocore/site')); "
        "assert len(synced.result.done) == int(sys.argv[2]); "
        "assert not {'botocore', 'boto3'} & {*sys.modules}"
    )
    for done in ("1", "0"):
        subprocess.run([sys.executable, "-c", program, str(tmp_path), done], check=True)
