"""The commands of S3's tutorial, "Using high-level (s3) commands in the AWS CLI"."""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application
from serverless_stack.operations.content import transfer
from serverless_stack.operations.objects import applying

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture
def s3(use_aws: dict[str, str]) -> "S3Client":
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    name = f"objects-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files of the tutorial."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "path" / "below").mkdir(parents=True)
    for name in ("MyFile1.txt", "MyFile88.txt", "other.txt", "photo.jpg", "below/deep.txt"):
        (tmp_path / "path" / name).write_text(name)
    (tmp_path / "filename.txt").write_text("hello")
    return tmp_path


def run(*arguments: object, status: int = 0, text: str | bytes = "") -> Result:
    # One command at a time, as the entry point does it.
    app = application()
    result = CliRunner().invoke(app, [str(each) for each in arguments], input=text)
    if result.exit_code != status:
        raise AssertionError(f"{result.exit_code}: {result.output}") from result.exception
    return result


def keys(s3: "S3Client", bucket: str) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def body(s3: "S3Client", bucket: str, key: str) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def put(s3: "S3Client", bucket: str, *names: str, content: bytes = b"") -> None:
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=content or name.encode())


def test_the_application_knows_all_commands() -> None:
    result = CliRunner().invoke(application(), ["--help"])
    for name in ("mb", "rb", "ls", "cp", "mv", "rm", "sync", "presign"):
        assert f" {name} " in result.output


def test_mb_ls_rb(s3: "S3Client") -> None:
    name = f"objects-{secrets.token_hex(6)}"
    assert run("mb", f"s3://{name}").output == f"s3://{name} created\n"
    blocked = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert "is a bucket of this account" in run("mb", f"s3://{name}", status=1).stderr
    assert name in run("ls").output
    selected = run("ls", "--query", f"buckets[?name=='{name}'].region").stdout
    assert json.loads(selected) in (["us-east-1"], [""])
    put(s3, name, "a", "b/c")
    assert "has objects: `--force`" in run("rb", f"s3://{name}", status=1).stderr
    refused = run("rb", f"s3://{name}", "--force", status=2).stderr
    assert "it needs `--yes`" in refused
    assert keys(s3, name) == ["a", "b/c"]
    gone = run("rb", f"s3://{name}", "--force", "--yes").output
    assert gone == f"s3://{name} deleted with 2 objects\n"
    assert name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_mb_in_a_region(s3: "S3Client") -> None:
    name = f"objects-{secrets.token_hex(6)}"
    run("mb", f"s3://{name}", "--region", "eu-central-1")
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"


def test_rb_asks_for_the_name(s3: "S3Client", bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from serverless_stack.cli.commands.objects import buckets

    put(s3, bucket, "a")
    monkeypatch.setattr(buckets, "_is_terminal", lambda: True)
    assert (
        "nothing was deleted" in run("rb", f"s3://{bucket}", "--force", status=1, text="y\n").stderr
    )
    assert keys(s3, bucket) == ["a"]
    run("rb", f"s3://{bucket}", "--force", text=f"{bucket}\n")


def test_rb_of_a_bucket_with_versions(s3: "S3Client", bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put(s3, bucket, "a", "b")
    s3.delete_object(Bucket=bucket, Key="a")
    place = f"s3://{bucket}"
    assert "keeps versions" in run("rb", place, "--force", "--yes", status=1).stderr
    assert keys(s3, bucket) == ["b"]
    assert "with 3 objects" in run("rb", place, "--force", "--versions", "--yes").output


def test_cp_of_one_file(s3: "S3Client", bucket: str, folder: Path) -> None:
    said = run("cp", "filename.txt", f"s3://{bucket}").output
    assert said == f"filename.txt copied to s3://{bucket}/filename.txt\n"
    run("cp", "filename.txt", f"s3://{bucket}/a/")
    run("cp", "filename.txt", f"s3://{bucket}/b")
    assert keys(s3, bucket) == ["a/filename.txt", "b", "filename.txt"]
    head = s3.head_object(Bucket=bucket, Key="filename.txt")
    assert head["ContentType"] == "text/plain; charset=utf-8"
    (folder / "down").mkdir()
    run("cp", f"s3://{bucket}/a/filename.txt", "./down")
    run("cp", f"s3://{bucket}/b", "new/folder/c")
    assert (folder / "down/filename.txt").read_text() == "hello"
    assert (folder / "new/folder/c").read_text() == "hello"
    run("cp", f"s3://{bucket}/b", f"s3://{bucket}/copies/")
    assert body(s3, bucket, "copies/b") == b"hello"


def test_properties(s3: "S3Client", bucket: str, folder: Path) -> None:
    run(
        *("cp", "filename.txt", f"s3://{bucket}/k"),
        *("--expires", "2014-10-01T20:30:00Z", "--storage-class", "STANDARD_IA"),
        *("--content-type", "x/y", "--cache-control", "no-cache", "--sse", "AES256"),
        *("--content-disposition", "attachment", "--content-language", "de"),
        *("--metadata", "a=1,b=2", "--metadata", "c=3=3"),
    )
    tags = {"TagSet": [{"Key": "t", "Value": "v"}]}
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags)  # type: ignore[arg-type]
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["Expires"] == datetime(2014, 10, 1, 20, 30, tzinfo=UTC)
    assert head["StorageClass"] == "STANDARD_IA"
    assert (head["ContentType"], head["CacheControl"]) == ("x/y", "no-cache")
    assert (head["ContentDisposition"], head["ContentLanguage"]) == ("attachment", "de")
    assert head["Metadata"] == {"a": "1", "b": "2", "c": "3=3"}
    # One property of a copy is replaced, and the others are not lost.
    run("cp", f"s3://{bucket}/k", f"s3://{bucket}/l", "--cache-control", "max-age=60")
    head = s3.head_object(Bucket=bucket, Key="l")
    assert (head["ContentType"], head["CacheControl"]) == ("x/y", "max-age=60")
    assert s3.get_object_tagging(Bucket=bucket, Key="l")["TagSet"] == tags["TagSet"]
    assert head["Metadata"] == {"a": "1", "b": "2", "c": "3=3"}
    run("cp", "filename.txt", f"s3://{bucket}/m", "--metadata", '{"d": "4"}')
    assert s3.head_object(Bucket=bucket, Key="m")["Metadata"] == {"d": "4"}
    listed = run("ls", f"s3://{bucket}/", "--query", "objects[].[key, storage_class]").stdout
    assert json.loads(listed) == [["k", "STANDARD_IA"], ["l", "STANDARD"], ["m", "STANDARD"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), ["MyFile1.txt", "MyFile88.txt", "below/deep.txt", "other.txt", "photo.jpg"]),
        (("--exclude", "*.txt"), ["photo.jpg"]),
        (
            ("--exclude", "*.txt", "--include", "MyFile*.txt"),
            ["MyFile1.txt", "MyFile88.txt", "photo.jpg"],
        ),
        (
            ("--exclude", "*.txt", "--include", "MyFile*.txt", "--exclude", "MyFile?.txt"),
            ["MyFile88.txt", "photo.jpg"],
        ),
        (("--exclude", "*", "--include=*.jpg"), ["photo.jpg"]),
        (("--include", "*.jpg"), ["photo.jpg"]),
        (("--exclude", "below/*"), ["MyFile1.txt", "MyFile88.txt", "other.txt", "photo.jpg"]),
    ],
)
def test_filters(
    s3: "S3Client", bucket: str, folder: Path, filters: tuple[str, ...], expected: list[str]
) -> None:
    run("cp", "path", f"s3://{bucket}", "--recursive", *filters)
    assert keys(s3, bucket) == expected
    run("sync", "path", f"s3://{bucket}/synced", *filters)
    assert [key for key in keys(s3, bucket) if key.startswith("synced/")] == [
        f"synced/{key}" for key in expected
    ]


def test_cp_of_folders(s3: "S3Client", bucket: str, folder: Path) -> None:
    said = run("cp", "path", f"s3://{bucket}/p", "--recursive", "--exclude", "*.jpg").output
    assert said.startswith("4 files copied, ")
    planned = json.loads(
        run("cp", f"s3://{bucket}/p", "down", "--recursive", "--dry-run", "--json").stdout
    )
    assert planned["actions"][2] == {
        "kind": "download",
        "source": f"s3://{bucket}/p/below/deep.txt",
        "target": "down/below/deep.txt",
        "size": 14,
    }
    assert (planned["done"], planned["failures"]) == (None, {})
    assert not (folder / "down").exists()
    assert (
        "would be copied"
        in run("cp", f"s3://{bucket}/p", "down", "--recursive", "--dry-run").output
    )
    run("cp", f"s3://{bucket}/p", "down", "--recursive")
    assert (folder / "down/below/deep.txt").read_text() == "below/deep.txt"
    run("cp", f"s3://{bucket}/p/", f"s3://{bucket}/q/", "--recursive", "--quiet")
    assert body(s3, bucket, "q/below/deep.txt") == b"below/deep.txt"


def test_mv_of_the_tutorial(s3: "S3Client", bucket: str, folder: Path) -> None:
    put(s3, bucket, "path/a.jpg", "path/b.txt", "path/c/d.jpg")
    run(
        *("mv", f"s3://{bucket}/path", "./MyDirectory"),
        *("--exclude", "*", "--include", "*.jpg", "--recursive"),
    )
    assert (folder / "MyDirectory/a.jpg").read_text() == "path/a.jpg"
    assert (folder / "MyDirectory/c/d.jpg").is_file()
    assert keys(s3, bucket) == ["path/b.txt"]
    said = run("mv", "filename.txt", f"s3://{bucket}").output
    assert said == f"filename.txt moved to s3://{bucket}/filename.txt\n"
    assert not (folder / "filename.txt").exists()
    run("mv", f"s3://{bucket}/filename.txt", "./")
    assert (folder / "filename.txt").read_text() == "hello"
    other = f"{bucket}-2"
    run("mb", f"s3://{other}")
    run("mv", f"s3://{bucket}/path/b.txt", f"s3://{other}/")
    assert (keys(s3, bucket), keys(s3, other)) == ([], ["b.txt"])
    run("mv", "path", f"s3://{other}/up", "--recursive")
    assert not [path for path in (folder / "path").rglob("*") if path.is_file()]
    assert "up/below/deep.txt" in keys(s3, other)
    run("mv", f"s3://{other}/up/", f"s3://{bucket}", "--recursive")
    assert (keys(s3, other), len(keys(s3, bucket))) == (["b.txt"], 5)


def test_rm_of_the_tutorial(s3: "S3Client", bucket: str) -> None:
    put(s3, bucket, "e/filename.txt", "e/a.log", "e/b.txt", "f", "e/", "odd/\x01")
    said = run("rm", f"s3://{bucket}/e/filename.txt").output
    assert said == f"s3://{bucket}/e/filename.txt deleted\n"
    assert "no such object" in run("rm", f"s3://{bucket}/e/filename.txt", status=1).output
    said = run("rm", f"s3://{bucket}/e/a.log", "--exclude", "*.log").output
    assert f"skipped s3://{bucket}/e/a.log: left out by a filter" in said
    planned = run("rm", f"s3://{bucket}/e", "--recursive", "--dry-run").output
    assert "would be deleted" in planned
    run("rm", f"s3://{bucket}/e", "--recursive", "--exclude", "*.log")
    assert keys(s3, bucket) == ["e/a.log", "f", "odd/\x01"]
    run("rm", f"s3://{bucket}", "--recursive")
    assert keys(s3, bucket) == []
    assert run("rm", f"s3://{bucket}", "--recursive").output == "0 files deleted, 0 bytes\n"


def test_what_this_library_keeps_stays(s3: "S3Client", bucket: str, folder: Path) -> None:
    put(s3, bucket, ".serverless-stack/m.gz", "a")
    assert (
        ".serverless-stack/m.gz: a file of this library"
        in run("rm", f"s3://{bucket}", "--recursive").output
    )
    assert keys(s3, bucket) == [".serverless-stack/m.gz"]
    run("rm", f"s3://{bucket}/.serverless-stack/", "--recursive")
    assert keys(s3, bucket) == []


def test_streams(s3: "S3Client", bucket: str) -> None:
    run("cp", "-", f"s3://{bucket}/stream.txt", text="hello world\n")
    assert body(s3, bucket, "stream.txt") == b"hello world\n"
    head = s3.head_object(Bucket=bucket, Key="stream.txt")
    assert head["ContentType"].startswith("text/plain")
    assert run("cp", f"s3://{bucket}/stream.txt", "-").stdout_bytes == b"hello world\n"
    large = os.urandom(9 << 20)
    run("cp", "-", f"s3://{bucket}/large", "--expected-size", len(large), text=large)
    assert body(s3, bucket, "large") == large
    refused = run("cp", "-", f"s3://{bucket}/large", "--no-overwrite", text="x", status=2)
    assert "exists at the destination" in refused.stderr
    assert "no such object" in run("cp", f"s3://{bucket}/absent", "-", status=2).stderr


def test_no_overwrite(s3: "S3Client", bucket: str, folder: Path) -> None:
    put(s3, bucket, "path/a", "other.txt", content=b"there")
    place = f"s3://{bucket}"
    said = run("mv", "path/other.txt", place, "--no-overwrite").output
    assert "skipped path/other.txt: it exists at the destination" in said
    assert (folder / "path/other.txt").exists()
    said = run("mv", f"{place}/path/a", f"{place}/other.txt", "--no-overwrite").output
    assert f"skipped {place}/path/a: it exists" in said
    said = run("cp", f"{place}/other.txt", "path/", "--no-overwrite").output
    assert f"skipped {place}/other.txt: it exists" in said
    assert (folder / "path/other.txt").read_text() == "other.txt"
    assert body(s3, bucket, "other.txt") == b"there"
    run("cp", "path", place, "--no-overwrite", "--recursive")
    assert body(s3, bucket, "other.txt") == b"there"
    assert body(s3, bucket, "below/deep.txt") == b"below/deep.txt"
    run("cp", "path/other.txt", place)
    assert body(s3, bucket, "other.txt") == b"other.txt"


def test_large_files_move_in_parts(
    s3: "S3Client", bucket: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(9 << 20)
    (folder / "large.bin").write_bytes(content)
    run("mv", "large.bin", f"s3://{bucket}/", "--metadata", "a=1")
    assert not (folder / "large.bin").exists()
    s3.put_object_tagging(
        Bucket=bucket, Key="large.bin", Tagging={"TagSet": [{"Key": "t", "Value": "a b"}]}
    )
    for module in (transfer, applying):
        monkeypatch.setattr(module, "LARGEST_COPY", 1000)
    run("mv", f"s3://{bucket}/large.bin", f"s3://{bucket}/copy", "--no-overwrite")
    assert keys(s3, bucket) == ["copy"]
    assert s3.head_object(Bucket=bucket, Key="copy")["Metadata"] == {"a": "1"}
    tags = s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]
    assert tags == [{"Key": "t", "Value": "a b"}]
    run("mv", f"s3://{bucket}/copy", "back")
    assert (folder / "back").read_bytes() == content
    assert keys(s3, bucket) == []


def test_odd_keys(s3: "S3Client", bucket: str, folder: Path) -> None:
    names = ["a b/ü 😀.txt", "a+b%20c", "marker/", "c/d//e"]
    put(s3, bucket, *names[:2], *names[3:])
    s3.put_object(Bucket=bucket, Key="marker/", Body=b"")
    put(s3, bucket, "../escape", "x/../../y", "c/d/e", "full/")
    (folder / "in").mkdir()
    said = run("mv", f"s3://{bucket}", "in", "--recursive", status=1).output
    assert (folder / "in/a b/ü 😀.txt").is_file()
    assert (folder / "in/a+b%20c").is_file()
    assert (folder / "in/marker").is_dir()
    assert not (folder / "escape").exists()
    stay = ["../escape", "c/d//e", "c/d/e", "full/", "x/../../y"]
    assert sorted(keys(s3, bucket)) == stay
    for key in stay:
        assert f"failed s3://{bucket}/{key}: " in said
    run("mv", f"s3://{bucket}/", f"s3://{bucket}/all/", "--recursive")
    assert sorted(keys(s3, bucket)) == [f"all/{key}" for key in stay]
    refused = run("cp", f"s3://{bucket}/all/x/../../y", "in/", status=0)
    assert (folder / "in/y").is_file(), refused.output


def test_links(s3: "S3Client", bucket: str, folder: Path) -> None:
    (folder / "path/link.txt").symlink_to("other.txt")
    (folder / "path/out").symlink_to(folder / "filename.txt")
    (folder / "path/folder").symlink_to("below")
    os.mkfifo(folder / "path/pipe")
    said = run("cp", "path", f"s3://{bucket}", "--recursive").output
    assert body(s3, bucket, "link.txt") == b"other.txt"
    assert body(s3, bucket, "folder/deep.txt") == b"below/deep.txt"
    assert "skipped path/out: a link that leads out of the folder" in said
    assert "skipped path/pipe: not a regular file" in said
    said = run("mv", "path", f"s3://{bucket}/moved", "--recursive").output
    assert "skipped path/link.txt: a link, which is not moved" in said
    assert (folder / "path/link.txt").is_symlink()
    assert (folder / "filename.txt").exists()
    # A link is replaced, never written through.
    (folder / "target").write_text("kept")
    (folder / "down").symlink_to("target")
    run("cp", f"s3://{bucket}/link.txt", "down")
    assert (folder / "target").read_text() == "kept"
    assert (folder / "down").read_text() == "other.txt"


def test_a_move_within_a_bucket(s3: "S3Client", bucket: str) -> None:
    put(s3, bucket, "a", "old/a", "old/old/a", "old/b")
    said = run("mv", f"s3://{bucket}/old/", f"s3://{bucket}/", "--recursive", status=1).output
    assert "it would overwrite" in said
    # `old/old/a` would have replaced `old/a` before that was read.
    assert body(s3, bucket, "old/old/a") == b"old/old/a"
    assert (body(s3, bucket, "a"), body(s3, bucket, "b")) == (b"old/a", b"old/b")
    said = run("mv", f"s3://{bucket}", f"s3://{bucket}/old", "--recursive").output
    assert f"skipped s3://{bucket}/old/old/a: it lies in the destination" in said
    assert keys(s3, bucket) == ["old/a", "old/b", "old/old/a"]


def test_a_source_that_changes_under_way_stays(
    s3: "S3Client", bucket: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, bucket, "k", content=b"1")
    copy, upload = transfer.copy, transfer.upload_small

    def slow_copy(*arguments: Any) -> str:  # noqa: ANN401
        etag = copy(*arguments)
        put(s3, bucket, "k", content=b"2")
        return etag

    def slow_upload(*arguments: Any) -> str:  # noqa: ANN401
        etag = upload(*arguments)
        with (folder / "filename.txt").open("a") as file:
            file.write(" again")
        return etag

    monkeypatch.setattr(transfer, "copy", slow_copy)
    monkeypatch.setattr(transfer, "upload_small", slow_upload)
    said = run("mv", f"s3://{bucket}/k", f"s3://{bucket}/l", status=1).output
    assert "has changed since it was copied, and stays" in said
    assert (body(s3, bucket, "k"), body(s3, bucket, "l")) == (b"2", b"1")
    said = run("mv", "filename.txt", f"s3://{bucket}/m", status=1).output
    assert "the file has changed while it was read" in said
    assert (folder / "filename.txt").read_text() == "hello again"


def test_a_copy_that_fails_keeps_the_source(
    s3: "S3Client", bucket: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, bucket, "k", content=b"1")
    run("mv", f"s3://{bucket}/k", "s3://no-such-bucket-at-all/k", status=1)
    run("mv", "filename.txt", "s3://no-such-bucket-at-all/k", status=1)
    (folder / "closed").mkdir()
    (folder / "closed/k").mkdir()
    failed = run("mv", f"s3://{bucket}/k", "closed/k/../", "--quiet", status=1)
    assert (failed.stdout, "only a regular file" in failed.stderr) == ("", True)
    assert keys(s3, bucket) == ["k"]
    assert (folder / "filename.txt").exists()


def test_sync_of_the_tutorial(s3: "S3Client", bucket: str, folder: Path) -> None:
    place = f"s3://{bucket}/path"
    run(
        "sync", "path", place, "--storage-class", "STANDARD_IA", "--expires", "2014-10-01T20:30:00Z"
    )
    head = s3.head_object(Bucket=bucket, Key="path/photo.jpg")
    assert head["StorageClass"] == "STANDARD_IA"
    assert head["Expires"] == datetime(2014, 10, 1, 20, 30, tzinfo=UTC)
    (folder / "path/photo.jpg").unlink()
    (folder / "path/other.txt").unlink()
    run("sync", "path", place, "--delete", "--exclude", "*.jpg")
    assert "path/photo.jpg" in keys(s3, bucket)
    assert "path/other.txt" not in keys(s3, bucket)
    run("sync", place, f"s3://{bucket}/copy", "--storage-class", "GLACIER_IR")
    assert s3.head_object(Bucket=bucket, Key="copy/photo.jpg")["StorageClass"] == "GLACIER_IR"


def test_ls(s3: "S3Client", bucket: str) -> None:
    put(s3, bucket, "a", content=b"x" * 1536)
    assert "1.5 KiB" in run("ls", f"s3://{bucket}", "--human-readable").output
    assert json.loads(run("ls", f"s3://{bucket}", "--query", "sum(objects[].size)").stdout) == 1536
    run("ls", f"s3://{bucket}", "--query", "objects[", status=2)


@pytest.mark.parametrize("command", ["cp", "mv", "rm", "mb", "rb"])
def test_help_has_an_example_and_the_exit_status(command: str) -> None:
    said = " ".join(run(command, "--help").output.split())
    assert f"Example: serverless-stack {command} " in said
    assert "Exit status: 0 if " in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cp", ".", "x"), "one place must be in a bucket"),
        (("cp", "", "s3://b/k"), "a place must be s3://bucket/key, a local path or -"),
        (("cp", "s3:/b/k", "x"), "a place must be s3://bucket/key, a local path or -"),
        (("cp", "s3://", "x"), "a place in a bucket must be s3://bucket/key"),
        (("cp", ".", "s3://b"), "`--recursive` takes it"),
        (("cp", "s3://b/k/", "x"), "`--recursive` takes a prefix"),
        (("cp", "s3://b", "x"), "an object must have a name"),
        (("cp", __file__, "s3://b", "--recursive"), "`--recursive` must be used with a folder"),
        (("cp", "no-such-file", "s3://b"), "no-such-file: No such file"),
        (("cp", "/dev/null", "s3://b"), "must be a regular file"),
        (("cp", "-", "s3://b/"), "an object must have a name for a stream"),
        (("cp", "-", "-"), "one place must be in a bucket"),
        (("cp", "-", "s3://b/k", "--recursive"), "a stream must be copied without --recursive"),
        (("mv", "-", "s3://b/k"), "a stream must be one object that is copied"),
        (("cp", "s3://b/k", "x", "--cache-control", "a"), "must be of objects, got: x"),
        (("cp", "x", "s3://b", "--storage-class", "GLACIER-IR"), "did you mean GLACIER_IR?"),
        (("cp", "x", "s3://b", "--sse", "aes"), "`encryption` must be one of AES256"),
        (("cp", "x", "s3://b", "--sse-kms-key-id", "k"), "`kms_key` must be used with"),
        (("cp", "x", "s3://b", "--metadata", "a=\u00fc"), "printable ASCII"),
        (("cp", "x", "s3://b", "--metadata", "a"), "`--metadata` must be KEY=VALUE, got: a"),
        (("cp", "x", "s3://b", "--expires", "soon"), "a date must be like 2014-10-01T20:30:00Z"),
        (("cp", "x", "s3://b", "--acl", "public-read"), "ACLs are disabled"),
        (("mv", "x", "s3://b", "--grants", "read=x", "full=y"), "--grants is not available"),
        (("sync", ".", "s3://b", "--acl=public-read"), "--acl is not available"),
        (("sync", ".", "s3://b", "--storage-class", "COLD"), "`storage_class` must be one of"),
        (("rm", "s3://b"), "an object must have a name"),
        (("rm", "file"), "an object must be s3://bucket/key, got: 'file'"),
        (("mb", "s3://Shop_Files"), "`bucket` must have lowercase letters"),
        (("mb", "s3://bucket/key"), "a bucket must be s3://bucket"),
        (("rb", "bucket"), "a bucket must be s3://bucket"),
        (("rb", "s3://bucket", "--versions"), "`--versions` must be used with `--force`"),
        (("rb", "s3://no-such-bucket-at-all"), "NoSuchBucket"),
    ],
)
def test_what_is_refused(use_aws: dict[str, str], arguments: tuple[str, ...], message: str) -> None:
    said = run(*arguments, status=2).stderr
    assert message in " ".join(said.replace("\u2502", " ").split())


@pytest.mark.parametrize(
    ("source", "destination", "options"),
    [
        ("a", "a", ()),
        ("a", "", ()),
        ("", "", ("--recursive",)),
        ("a/", "a", ("--recursive",)),
    ],
)
def test_nothing_is_moved_onto_itself(
    s3: "S3Client", bucket: str, source: str, destination: str, options: tuple[str, ...]
) -> None:
    put(s3, bucket, "a", "a/b")
    place = f"s3://{bucket}/"
    said = run("mv", f"{place}{source}", f"{place}{destination}", *options, status=2).stderr
    assert "a move must have another destination" in said
    assert keys(s3, bucket) == ["a", "a/b"]


def test_an_access_point_may_be_the_same_bucket(s3: "S3Client", bucket: str) -> None:
    from serverless_stack.operations.objects import place
    from serverless_stack.operations.objects.planning import refuse_onto_itself

    arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/mine"
    alias, there = place(f"s3://{arn}/a/b"), place(f"s3://{bucket}/a/b")
    assert str(alias) == f"s3://{arn}/a/b"
    with pytest.raises(ValueError, match="an access point may be the same bucket"):
        refuse_onto_itself(alias, there)  # type: ignore[arg-type]
