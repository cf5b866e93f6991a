import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from serverless_stack.operations.sync import (
    IMMUTABLE,
    Action,
    Bucket,
    CacheRule,
    Folder,
    Inventory,
    Item,
    Synced,
    SyncPlan,
    location,
    plan,
    sync,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

FILES = {"index.html": b"one", "a/b.js": b"two", "gr\u00f6\u00dfe & co.txt": b"three", "empty": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    write(tmp_path / "folder", FILES)
    return Folder(tmp_path / "folder")


def write(path: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)


def kinds(synced: Synced) -> dict[str, str]:
    return {action.key: action.kind for action in synced.plan.actions}


def stored(s3: "S3Client", bucket: Bucket) -> dict[str, bytes]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket.name, Prefix=bucket.prefix)
    return {
        each["Key"].removeprefix(bucket.prefix): s3.get_object(Bucket=bucket.name, Key=each["Key"])[
            "Body"
        ].read()
        for page in pages
        for each in page.get("Contents", [])
    }


def test_a_folder_to_a_bucket_and_back(
    s3: "S3Client", bucket: Bucket, folder: Folder, tmp_path: Path
) -> None:
    first = sync(folder, bucket)
    assert set(kinds(first).values()) == {"upload"}
    assert first.result is not None
    assert first.result.failures == {}
    assert stored(s3, bucket) == FILES
    head = s3.head_object(Bucket=bucket.name, Key="site/a/b.js")
    assert head["ContentType"] == "text/javascript; charset=utf-8"
    again = sync(folder, bucket)
    assert (again.plan.actions, again.plan.unchanged) == ((), 4)
    back = Folder(tmp_path / "back")
    assert set(kinds(sync(bucket, back)).values()) == {"download"}
    assert {str(p.relative_to(back.path)): p.read_bytes() for p in back.path.rglob("*.*")} == {
        key: content for key, content in FILES.items() if "." in key
    }
    assert sync(bucket, back).plan.actions == ()


def test_content_counts_and_dates_do_not(bucket: Bucket, folder: Folder) -> None:
    sync(folder, bucket)
    for path in folder.path.rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
    assert sync(folder, bucket).plan.actions == ()
    (folder.path / "a" / "b.js").write_bytes(b"2wo")  # as long as before
    os.utime(folder.path / "a" / "b.js", (1, 1))
    assert kinds(sync(folder, bucket)) == {"a/b.js": "upload"}


def test_headers_alone_are_seen_and_written_without_bytes(
    s3: "S3Client", bucket: Bucket, folder: Folder
) -> None:
    sync(folder, bucket)
    rules = [CacheRule("*.js", IMMUTABLE)]
    changed = sync(folder, bucket, cache_control=rules)
    assert kinds(changed) == {"a/b.js": "rewrite"}
    assert changed.plan.size == 0
    head = s3.head_object(Bucket=bucket.name, Key="site/a/b.js")
    assert head["CacheControl"] == IMMUTABLE
    assert sync(folder, bucket, cache_control=rules).plan.actions == ()
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    assert set(kinds(sync(folder, bucket, cache_control=rules, expires=expires)).values()) == {
        "rewrite"
    }
    assert sync(folder, bucket, cache_control=rules, expires=expires).plan.actions == ()


def test_new_headers_leave_the_storage_class(
    s3: "S3Client", bucket: Bucket, folder: Folder
) -> None:
    sync(folder, bucket, storage_class="STANDARD_IA")
    assert set(kinds(sync(folder, bucket, cache_control=[CacheRule("*", IMMUTABLE)])).values()) == {
        "rewrite"
    }
    head = s3.head_object(Bucket=bucket.name, Key="site/a/b.js")
    assert (head["CacheControl"], head["StorageClass"]) == (IMMUTABLE, "STANDARD_IA")


def test_what_another_tool_wrote_is_looked_at(
    s3: "S3Client", bucket: Bucket, folder: Folder
) -> None:
    for key, content in FILES.items():
        s3.put_object(Bucket=bucket.name, Key=f"site/{key}", Body=content, ContentType="text/plain")
    assert set(kinds(sync(folder, bucket)).values()) == {"rewrite"}
    s3.put_object(Bucket=bucket.name, Key="site/empty", Body=b"", ContentType="x/y")
    assert kinds(sync(folder, bucket)) == {"empty": "rewrite"}


def test_without_the_state_everything_still_works(
    s3: "S3Client", bucket: Bucket, folder: Folder
) -> None:
    sync(folder, bucket)
    s3.delete_object(Bucket=bucket.name, Key=bucket.state_key)
    assert sync(folder, bucket).plan.actions == ()
    assert s3.head_object(Bucket=bucket.name, Key=bucket.state_key)["ContentLength"] > 0


def test_deleting_spares_what_lies_elsewhere(
    s3: "S3Client", bucket: Bucket, folder: Folder
) -> None:
    whole = Bucket(bucket.name)
    s3.put_object(Bucket=bucket.name, Key=".serverless-stack/site/X.json.gz", Body=b"manifest")
    s3.put_object(Bucket=bucket.name, Key="orders/1.json", Body=b"{}")
    sync(folder, bucket)
    (folder.path / "empty").unlink()
    assert sync(folder, bucket).plan.actions == ()
    assert kinds(sync(folder, bucket, delete=True)) == {"empty": "delete"}
    assert "empty" not in stored(s3, bucket)
    gone = sync(folder, whole, delete=True, exclude=["site/*"])
    assert [a.key for a in gone.plan.actions if a.kind == "delete"] == ["orders/1.json"]
    assert s3.head_object(Bucket=bucket.name, Key=".serverless-stack/site/X.json.gz")


def test_a_dry_run_changes_nothing(s3: "S3Client", bucket: Bucket, folder: Folder) -> None:
    planned = sync(folder, bucket, dry_run=True)
    assert len(planned.plan.actions) == 4
    assert planned.result is None
    assert stored(s3, bucket) == {}


def test_a_bucket_to_a_bucket(s3: "S3Client", bucket: Bucket, folder: Folder) -> None:
    sync(folder, bucket, cache_control=[CacheRule("*", "no-cache")])
    other = Bucket(bucket.name, "copy/")
    assert set(kinds(sync(bucket, other)).values()) == {"copy"}
    assert stored(s3, other) == FILES
    head = s3.head_object(Bucket=bucket.name, Key="copy/index.html")
    assert head["CacheControl"] == "no-cache"
    assert sync(bucket, other).plan.actions == ()
    s3.put_object(Bucket=bucket.name, Key="site/empty", Body=b"", CacheControl="no-store")
    assert kinds(sync(bucket, other)) == {"empty": "rewrite"}
    head = s3.head_object(Bucket=bucket.name, Key="copy/empty")
    assert head["CacheControl"] == "no-store"


def test_a_large_file_goes_in_parts_and_is_known_again(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    write(tmp_path / "large", {"large.bin": bytes(range(256)) * 40_000})
    folder = Folder(tmp_path / "large")
    sync(folder, bucket)
    head = s3.head_object(Bucket=bucket.name, Key="site/large.bin")
    assert "-" in head["ETag"]
    assert head["ContentLength"] == 256 * 40_000
    assert sync(folder, bucket).plan.actions == ()


def test_a_copy_in_parts_keeps_the_headers(
    s3: "S3Client", bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serverless_stack.operations.content.transfer.LARGEST_COPY", 1000)
    monkeypatch.setattr("serverless_stack.operations.content.transfer._COPIED_PART", 5 << 20)
    s3.put_object(
        Bucket=bucket.name,
        Key="site/a.html",
        Body=bytes(9 << 20),
        ContentType="text/html",
        CacheControl="no-cache",
        Metadata={"by": "ada"},
    )
    sync(bucket, Bucket(bucket.name, "copy/"))
    found = s3.head_object(Bucket=bucket.name, Key="copy/a.html")
    assert "-" in found["ETag"]  # it went in parts
    assert (found["ContentType"], found["CacheControl"]) == ("text/html", "no-cache")
    assert found["Metadata"] == {"by": "ada"}


def test_what_was_done_before_an_interruption_is_known(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    write(tmp_path, {f"{n:03}.txt": str(n).encode() for n in range(300)})
    write(tmp_path, {"000.bin": bytes(9 << 20)})

    def interrupt(action: Action) -> None:
        if action.key == "001.txt":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(Folder(tmp_path), bucket, parallel=2, progress=interrupt)
    assert len(stored(s3, bucket)) < 300
    rest = sync(Folder(tmp_path), bucket)
    assert "000.bin" not in kinds(rest)
    assert 0 < len(kinds(rest)) < 300
    assert len(stored(s3, bucket)) == 301


def test_a_failure_is_told_and_nothing_is_deleted(
    s3: "S3Client", bucket: Bucket, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket=bucket.name, Key="site/old", Body=b"old")
    put = s3.put_object

    def refuse(**arguments: Any) -> object:  # noqa: ANN401
        if arguments["Key"] == "site/index.html":
            raise OSError("no route")
        return put(**arguments)

    with monkeypatch.context() as patch:
        patch.setattr(s3, "put_object", refuse)
        failed = sync(folder, bucket, delete=True, client=s3)
    assert failed.result is not None
    assert failed.result.failures == {"index.html": "OSError: no route"}
    assert "old" in stored(s3, bucket)
    rest = sync(folder, bucket, delete=True)
    assert kinds(rest) == {"index.html": "upload", "old": "delete"}


@pytest.mark.parametrize("key", ["../x", "/x", "a/../../x", "a\0b", "folder/", ""])
def test_a_key_that_leaves_the_folder_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="a key must be the path of a file in"):
        Folder(tmp_path).file(key)


def test_such_a_key_fails_alone(s3: "S3Client", bucket: Bucket, tmp_path: Path) -> None:
    s3.put_object(Bucket=bucket.name, Key="site/../evil", Body=b"x")
    s3.put_object(Bucket=bucket.name, Key="site/good", Body=b"x")
    synced = sync(bucket, Folder(tmp_path / "down"))
    assert synced.result is not None
    assert list(synced.result.failures) == ["../evil"]
    assert (tmp_path / "down" / "good").read_bytes() == b"x"
    assert not (tmp_path / "evil").exists()


def test_the_invalidation_that_follows(bucket: Bucket, folder: Folder) -> None:
    sync(folder, bucket)
    (folder.path / "index.html").write_bytes(b"changed")
    write(folder.path, {"new.js": b"x", "new.html": b"x"})
    planned = sync(folder, bucket, dry_run=True, distribution_ids=["E1"], path_prefix="docs")
    assert planned.invalidation is not None
    # The new script was asked for by nobody yet.
    assert planned.invalidation.paths == (
        "/docs",
        "/docs/",
        "/docs/index.html",
        "/docs/new.html",
    )
    assert planned.sent == ()


def inventory_of(where: Folder | Bucket, contents: Mapping[str, str | None]) -> Inventory:
    return Inventory(where, {key: Item(key, 1, content) for key, content in contents.items()})


def planned(
    source: Mapping[str, str | None],
    there: Mapping[str, str | None],
    **settings: Any,  # noqa: ANN401
) -> SyncPlan:
    folder, bucket = Folder(Path("x")), Bucket("b")
    return plan(inventory_of(folder, source), inventory_of(bucket, there), **settings)


def test_the_plan_is_pure_and_sorted() -> None:
    found = planned({"b": "1", "a": "1", "c": "2"}, {"c": "1", "d": "1"}, delete=True)
    assert found.actions == (
        Action("upload", "a", 1),
        Action("upload", "b", 1),
        Action("upload", "c", 1, replaces=True),
        Action("delete", "d", 0, replaces=True),
    )
    assert found.size == 3


def test_content_that_is_not_known_is_moved() -> None:
    assert [a.key for a in planned({"a": None, "b": "1"}, {"a": None, "b": None}).actions] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        ({"include": ["*.js"]}, ["a/b.js"]),
        ({"exclude": ["a/*"]}, ["c.html"]),
        ({"include": ["a/*"], "exclude": ["*.js"]}, ["a/d.css"]),
    ],
)
def test_globs(settings: dict[str, Any], keys: list[str]) -> None:
    found = planned({"a/b.js": "1", "a/d.css": "1", "c.html": "1"}, {}, **settings)
    assert [action.key for action in found.actions] == keys


def test_what_is_excluded_is_not_deleted() -> None:
    found = planned({}, {"a/b": "1", "c": "1"}, delete=True, exclude=["a/*"])
    assert [action.key for action in found.actions] == ["c"]


def test_two_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one location must be a bucket"):
        sync(Folder(tmp_path), Folder(tmp_path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s3://b", Bucket("b")),
        ("s3://b/", Bucket("b")),
        ("s3://b/p/q", Bucket("b", "p/q/")),
        ("s3://b/p/", Bucket("b", "p/")),
        ("p/q", Folder(Path("p/q"))),
    ],
)
def test_locations(text: str, found: Folder | Bucket) -> None:
    assert location(text) == found


@pytest.mark.parametrize(
    "text", ["s3://", "s3:///x", "s3://b/.serverless-stack/sync", "", "s3:/b", "S3://b", "s3:b"]
)
def test_locations_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a location must"):
        location(text)


def test_a_bucket_that_is_not_there_is_told(s3: "S3Client", folder: Folder) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        sync(folder, Bucket("no-such-bucket", "site/"))


def test_a_folder_that_is_not_there_is_told(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync(Folder(tmp_path / "nothing"), bucket)
