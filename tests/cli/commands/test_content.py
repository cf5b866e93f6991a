"""sync, invalidate, ls and presign, as scripts use them."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application
from tests.operations.invalidation.cloudfront_double import CloudFront, served


@pytest.fixture
def place(use_aws: dict[str, str]) -> str:
    name = f"cli-{secrets.token_hex(6)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}/site"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "index.html").write_text("hello")
    (tmp_path / "folder" / "a.js").write_text("x")
    return tmp_path / "folder"


def run(*arguments: object, status: int = 0, text: str = "") -> Result:
    result = CliRunner().invoke(application(), [str(each) for each in arguments], input=text)
    assert result.exit_code == status, result.output
    return result


def test_sync(place: str, folder: Path) -> None:
    planned = run("sync", folder, place, "--dry-run").output
    assert "upload" in planned
    assert "index.html" in planned
    run("sync", folder, place, "--dry-run", "--exit-code", status=3)
    assert "2 upload, 0 unchanged" in run("sync", folder, place).output
    run("sync", folder, place, "--dry-run", "--exit-code")
    (folder / "a.js").unlink()
    found = json.loads(run("sync", folder, place, "--delete", "--json").stdout)
    assert found["actions"] == [{"kind": "delete", "key": "a.js", "size": 0, "replaces": True}]
    assert (found["unchanged"], found["done"], found["failures"]) == (1, 1, {})


def test_sync_from_an_empty_folder_needs_consent(place: str, folder: Path, tmp_path: Path) -> None:
    run("sync", folder, place)
    (tmp_path / "empty").mkdir()
    refused = run("sync", tmp_path / "empty", place, "--delete", status=2)
    assert "Error: the source" in refused.stderr
    run("sync", tmp_path / "empty", place)
    said = run("sync", tmp_path / "empty", place, "--delete", "--allow-empty-source").output
    assert "2 delete, 0 unchanged" in said


def test_a_pipe_gets_each_key_in_one_piece(place: str, tmp_path: Path) -> None:
    key = f"a folder with blanks/{'long-' * 60}[red]name.html"
    boto3.client("s3").put_object(Bucket=place.split("/")[2], Key=f"site/{key}", Body=b"x")
    assert key in run("ls", f"{place}/", "--recursive").output
    assert key in run("sync", place, tmp_path / "down", "--dry-run").output


def test_a_plan_has_each_path_in_one_piece(cloudfront: CloudFront) -> None:
    path = f"/{'long-' * 60}name.html"
    assert path in run("invalidate", "E1", "--path", path, "--dry-run").output


def test_what_is_skipped_is_said(place: str, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert "skipped pipe: not a regular file" in run("sync", folder, place).output
    found = json.loads(run("sync", folder, place, "--json").stdout)
    assert found["skipped"] == {"pipe": "not a regular file"}


def test_keys_do_not_control_the_terminal(place: str, tmp_path: Path) -> None:
    bucket = place.split("/")[2]
    boto3.client("s3").put_object(Bucket=bucket, Key="site/a\x1b]0;owned\x1b[2J", Body=b"x")
    for arguments in (("sync", place, tmp_path / "down", "--dry-run"), ("ls", f"{place}/")):
        said = run(*arguments).output
        assert "\x1b]0" not in said
        assert "\\x1b]0;owned" in said.replace("\n", "")


@pytest.mark.parametrize("command", ["sync", "invalidate", "ls", "presign"])
def test_help_has_an_example_and_the_exit_status(command: str) -> None:
    said = run(command, "--help").output
    assert f"Example: serverless-stack {command} " in said
    assert "Exit status: 0 if " in said


def test_sync_tells_the_invalidation(place: str, folder: Path) -> None:
    run("sync", folder, place)
    (folder / "index.html").write_text("changed")
    rule = "*.html=no-cache"
    planned = run(
        "sync", folder, place, "--dry-run", "--invalidate", "E1", "--cache-control", rule
    ).output
    assert "invalidation: /, /index.html" in planned


def test_sync_fails_by_file(place: str, tmp_path: Path) -> None:
    bucket = place.split("/")[2]
    boto3.client("s3").put_object(Bucket=bucket, Key="site/../x", Body=b"x")
    result = run("sync", place, tmp_path / "down", status=1)
    assert "failed ../x: ValueError" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("sync", "a", "b"),
        ("sync", "a", "s3://"),
        ("sync", ".", "s3://b", "--cache-control", "x"),
        ("sync", ".", "s3://no-such-bucket-at-all"),
        ("ls", "bucket"),
        ("ls", "s3://no-such-bucket-at-all", "--versions"),
        ("presign", "bucket/key"),
        ("presign", "s3://b/k", "--expires-in", "0"),
        ("invalidate", "E1"),
        ("invalidate", "E1", "--tag", "a b"),
        ("invalidate", "E1", "--tag", "#a"),
        ("invalidate", "E1", "--path", "a"),
        ("invalidate", "E1", "--path", "/a b", "--dry-run"),
        ("presign", "s3://b/k", "--method", "put", "--size", "-1"),
        ("invalidate", "E1", "--path", "/a", "--changed-from", "x"),
        ("invalidate", "E1", "--changed-from", "no-such-file"),
    ],
)
def test_what_is_refused(use_aws: dict[str, str], arguments: tuple[str, ...]) -> None:
    result = run(*arguments, status=2)
    assert "Error: " in result.stderr


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFront]:
    double = CloudFront({"E1": [], "E2": []})
    with served(double) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield double


def test_invalidate_paths(cloudfront: CloudFront) -> None:
    said = run("invalidate", "E1", "E2", "--path", "/a*", "--path", "/b", "--wait").output
    assert cloudfront.dropped("E1") == cloudfront.dropped("E2") == ["/b", "/a*"]
    assert "E1: 2 paths, completed" in said


def test_a_plan_shows_paths_as_they_are(cloudfront: CloudFront) -> None:
    said = run("invalidate", "E1", "--path", "/a:x:b", "--path", "/c*", "--dry-run").output
    assert "/a:x:b" in said
    assert cloudfront.requests == []


def test_invalidate_tags(cloudfront: CloudFront) -> None:
    refused = run("invalidate", "E1", "E2", "--tag", "product-42", status=2)
    assert "`--tag` must go with distributions that have cache tags, got: E1, E2" in refused.stderr
    cloudfront.with_tags = {"E1", "E2"}
    said = run("invalidate", "E1", "--tag", "product-42", "--tag", "red", "--path", "/a").output
    assert "E1: 3 paths, sent" in said
    assert cloudfront.dropped("E1") == ["/a", "#product-42", "#red"]
    planned = run("invalidate", "E1", "--tag", "red", "--dry-run", "--json").stdout
    assert json.loads(planned) == {
        "paths": [],
        "tags": ["red"],
        "cost": 1,
        "collateral": None,
        "sent": [],
    }
    assert "#red" in run("invalidate", "E1", "--tag", "red", "--dry-run").output


def test_sync_sets_cache_tags(place: str, folder: Path) -> None:
    tags = ("--tag", "*.html=page,Home", "--tag", "*=all")
    run("sync", folder, place, *tags)
    bucket, client = place.split("/")[2], boto3.client("s3")

    def stored() -> list[str | None]:
        heads = [client.head_object(Bucket=bucket, Key=f"site/{k}") for k in ("index.html", "a.js")]
        return [head["Metadata"].get("cache-tag") for head in heads]

    assert stored() == ["page,Home,all", "all"]
    assert json.loads(run("sync", folder, place, *tags, "--json").stdout)["actions"] == []
    changed = json.loads(run("sync", folder, place, "--tag", "*=all", "--json").stdout)
    assert [(each["kind"], each["key"]) for each in changed["actions"]] == [
        ("rewrite", "index.html")
    ]
    assert stored() == ["all", "all"]


def test_sync_invalidates_every_query_string(
    cloudfront: CloudFront, place: str, folder: Path
) -> None:
    run("sync", folder, place)
    (folder / "index.html").write_text("changed")
    run("sync", folder, place, "--invalidate", "E1", "--query-strings", "--index-document", "a.js")
    assert cloudfront.dropped("E1") == ["/index.html*"]


def test_invalidate_what_changed(cloudfront: CloudFront, tmp_path: Path) -> None:
    (tmp_path / "all").write_text("index.html\na/b.html\na/c.html\nd.html\n")
    keys = ("--changed-from", "-", "--all-keys", tmp_path / "all")
    text = "index.html\na/b.html\na/c.html\n"
    planned = run("invalidate", "E1", *keys, "--dry-run", text=text).output
    assert "/a/*" in planned
    assert "wildcard" in planned
    assert cloudfront.requests == []
    sent = run("invalidate", "E1", *keys, "--json", "--reference", "one", text=text)
    found = json.loads(sent.stdout)
    assert found["paths"] == ["/", "/a*", "/index.html"] or "/a/*" in found["paths"]
    assert (found["cost"], found["collateral"]) == (3, 0)
    run("invalidate", "E1", *keys, "--reference", "one", text=text)
    assert len(cloudfront.dropped("E1")) == 3


def test_nothing_to_invalidate(cloudfront: CloudFront) -> None:
    said = run("invalidate", "E1", "--changed-from", "-", text="").output
    assert "Nothing to invalidate." in said
    assert cloudfront.requests == []


def test_ls(place: str, folder: Path) -> None:
    run("ls", place, status=1)
    run("sync", folder, place)
    assert "site/" in run("ls", place).output
    found = json.loads(run("ls", f"{place}/", "--recursive", "--json").stdout)
    assert [each["key"] for each in found["objects"]] == ["site/a.js", "site/index.html"]
    assert "2 objects, 6 bytes, 0 folders" in run("ls", f"{place}/").output
    limited = json.loads(run("ls", f"{place}/", "--limit", "1", "--json").stdout)
    assert len(limited["objects"]) == 1


def versioned(place: str) -> list[str]:
    """Two keys, of which one was deleted; gives the version ids from the first to the last."""
    s3, bucket = boto3.client("s3"), place.split("/")[2]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = [
        s3.put_object(Bucket=bucket, Key="site/a", Body=b"1")["VersionId"],
        s3.put_object(Bucket=bucket, Key="site/a", Body=b"22")["VersionId"],
        s3.delete_object(Bucket=bucket, Key="site/a")["VersionId"],
        s3.put_object(Bucket=bucket, Key="site/b/c", Body=b"333")["VersionId"],
    ]
    return made


def test_ls_versions(place: str) -> None:
    run("ls", "--versions", f"{place}/", status=1)
    one, two, marker, other = versioned(place)
    found = json.loads(run("ls", "--versions", f"{place}/", "--json").stdout)
    told = [
        (each["key"], each["version_id"], each["latest"], each["delete_marker"], each["size"])
        for each in found["versions"]
    ]
    assert told == [
        ("site/a", marker, True, True, 0),
        ("site/a", two, False, False, 2),
        ("site/a", one, False, False, 1),
    ]
    assert found["prefixes"] == ["site/b/"]
    every = json.loads(run("ls", "--versions", "--recursive", f"{place}/", "--json").stdout)
    assert [each["version_id"] for each in every["versions"]] == [marker, two, one, other]
    assert every["prefixes"] == []
    limited = json.loads(run("ls", "--versions", f"{place}/", "--limit", "2", "--json").stdout)
    assert [each["version_id"] for each in limited["versions"]] == [marker, two]
    said = run("ls", "--versions", f"{place}/").output
    assert "latest, delete marker" in " ".join(said.split())
    assert "2 versions, 1 delete marker, 3 bytes, 1 folder" in said
    assert all(version_id[:8] in said for version_id in (one, two, marker))
    # Only deleted objects: nothing for `ls`, something for `ls --versions`.
    run("ls", f"{place}/a", status=1)
    run("ls", "--versions", f"{place}/a")


def test_ls_versions_of_a_bucket_without_versions(place: str, folder: Path) -> None:
    run("sync", folder, place)
    found = json.loads(run("ls", "--versions", f"{place}/", "--json").stdout)
    assert [(each["key"], each["version_id"], each["latest"]) for each in found["versions"]] == [
        ("site/a.js", "null", True),
        ("site/index.html", "null", True),
    ]


def test_presign(place: str) -> None:
    url = run("presign", f"{place}/a", "--expires-in", "60").stdout
    assert "X-Amz-Expires=60" in url
    assert url.count("\n") == 1
    assert "X-Amz-Expires" in run("presign", f"{place}/a", "--method", "put").stdout
    form = json.loads(run("presign", f"{place}/a", "--method", "post").stdout)
    assert form["fields"]["key"] == "site/a"
    made = json.loads(run("presign", f"{place}/a", "--method", "put", "--json").stdout)
    assert (made["method"], made["expires_in"]) == ("PUT", 3600)
    assert "X-Amz-Signature" in made["url"]
