"""Deployments beside others in a bucket: other deployments, `sync`, and whoever writes there."""

import gzip
from typing import Any

import pytest

from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content.errors import ConflictError, ContentError
from serverless_stack.operations.content.manifest import Journal, Manifest, Record, loads
from serverless_stack.operations.content.removal import delete, release
from serverless_stack.operations.content.stores.s3 import S3Store
from serverless_stack.operations.sync import Bucket, Folder, sync
from tests.operations.content.world import Killed, World

ONE = {"index.html": b"<script src=1.js>", "1.js": b"one()"}
TWO = {"index.html": b"<script src=2.js>", "2.js": b"two()"}
RENAMED = {"owner": "Renamed", "manifest_key": ".serverless-stack/site/Renamed.json.gz"}
KEY = ".serverless-stack/site/Test.json.gz"


def bodies(world: World, prefix: str = "site/") -> dict[str, bytes]:
    return {key: stored.body for key, stored in world.stored(prefix).items()}


@pytest.mark.parametrize("undo", [delete, release])
def test_after_a_rename_was_rolled_back_the_old_deployment_restores_its_files(
    world: World,
    undo: Any,  # noqa: ANN401
) -> None:
    world.deploy(world.target(ONE))
    world.deploy(world.target(TWO, **RENAMED))
    undo(world.s3, world.target(**RENAMED))
    result = world.deploy(world.target(ONE))
    assert result.uploaded == 1
    assert "index.html" in result.invalidated
    assert {key: bodies(world)[key] for key in ONE} == ONE


@pytest.mark.parametrize("change", ["overwritten", "deleted"])
def test_what_somebody_else_did_to_a_file_is_undone(world: World, change: str) -> None:
    world.deploy(world.target(ONE))
    if change == "overwritten":
        world.s3.put_object(Bucket=world.bucket, Key="site/1.js", Body=b"theirs")
    else:
        world.s3.delete_object(Bucket=world.bucket, Key="site/1.js")
    result = world.deploy(world.target(ONE))
    assert (result.uploaded, result.invalidated) == (1, ("1.js",))
    assert bodies(world) == ONE
    assert world.deploy(world.target(ONE)).uploaded == 0


def test_deleting_spares_what_somebody_else_has_written_since(world: World) -> None:
    world.deploy(world.target(ONE))
    world.s3.put_object(Bucket=world.bucket, Key="site/1.js", Body=b"theirs")
    assert delete(world.s3, world.target()) == 1
    assert bodies(world) == {"1.js": b"theirs"}


def test_a_first_deployment_that_is_rolled_back_spares_what_was_there(world: World) -> None:
    """Killed before it reached the page of an earlier tool, and after it."""
    for kill_at, page in ((1, b"before"), (99, TWO["index.html"])):
        world.empty()
        world.s3.put_object(Bucket=world.bucket, Key="site/index.html", Body=b"before")
        try:
            world.deploy(world.target(TWO), kill_at=kill_at)
        except Killed:
            assert kill_at == 1
        delete(world.s3, world.target())
        assert bodies(world, "") == {"site/index.html": page}


def test_files_that_were_taken_over_are_the_deployments_own_after_the_next_one(
    world: World,
) -> None:
    world.s3.put_object(Bucket=world.bucket, Key="site/index.html", Body=b"before")
    world.deploy(world.target(ONE))
    world.deploy(world.target(TWO))
    assert delete(world.s3, world.target()) == 3
    assert bodies(world, "") == {}


def test_going_back_before_the_end_spares_what_was_there(world: World) -> None:
    world.deploy(world.target(ONE))
    world.s3.put_object(Bucket=world.bucket, Key="site/2.js", Body=b"before")
    with pytest.raises(Killed):
        world.deploy(world.target(TWO), kill_at=0)
    world.deploy(world.target(ONE))
    stored = world.stored()["2.js"]
    assert (stored.body, stored.obsolete) == (b"before", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        gzip.compress(b"no json"),
        gzip.compress(b"[]"),
        gzip.compress(b'{"format":1,"files":{}}'),
        gzip.compress(b'{"format":2,"version":"v","files":{"a":[]}}'),
        gzip.compress(b"x" * 1000)[:-9],
    ],
    ids=["empty", "no gzip", "no JSON", "no object", "another format", "a wrong file", "cut off"],
)
def test_what_is_no_manifest_is_passed_over_with_a_word(
    world: World, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    odd = ".serverless-stack/site/Odd.json.gz"
    world.s3.put_object(Bucket=world.bucket, Key=odd, Body=content)
    world.deploy(world.target(ONE))
    world.deploy(world.target(TWO))
    assert f"{odd} cannot be read" in caplog.text
    delete(world.s3, world.target())
    assert set(bodies(world, "")) == {odd}


def test_a_manifest_is_unpacked_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = manifests.dumps(Manifest(files={"a": Record("x" * 10_000, 1, "h")}))
    assert loads(packed).files["a"].size == 1
    monkeypatch.setattr(manifests, "_MAX_BYTES", 5_000)
    with pytest.raises(ContentError, match="larger than a manifest can be"):
        loads(packed)


def test_a_manifest_of_its_own_that_cannot_be_read(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.s3.put_object(Bucket=world.bucket, Key=KEY, Body=b"odd")
    with pytest.raises(ContentError, match="delete it to deploy as if for the first time"):
        world.deploy(world.target(ONE))
    # A stack can be deleted all the same.
    assert delete(world.s3, world.target()) == 0
    release(world.s3, world.target())
    assert caplog.text.count("the files are left in the bucket") == 2


@pytest.mark.parametrize("prefix", ["", "site/", "sync/", "sync/site/"])
def test_sync_and_a_deployment_in_one_bucket(world: World, tmp_path: Any, prefix: str) -> None:  # noqa: ANN401
    key = f".serverless-stack/{prefix}Test.json.gz"
    place = {"prefix": prefix, "manifest_key": key}
    (tmp_path / "a.txt").write_text("a")
    world.deploy(world.target(ONE, **place))
    for part in ("", "site/", "elsewhere/"):
        sync(Folder(tmp_path), Bucket(world.bucket, part))
        sync(Folder(tmp_path), Bucket(world.bucket, part), delete=part == "elsewhere/")
    result = world.deploy(world.target(TWO, **place))
    assert (result.uploaded, result.removed) == (2, 1)
    copied = sync(Bucket(world.bucket), Bucket(world.assets, "copy/"), dry_run=True)
    assert not any(".serverless-stack" in action.key for action in copied.plan.actions)
    assert sync(Folder(tmp_path), Bucket(world.bucket, "site/")).plan.actions == ()
    assert delete(world.s3, world.target(**place)) == 3
    assert set(bodies(world, "")) >= {"a.txt", "site/a.txt", "elsewhere/a.txt"}


@pytest.mark.parametrize("prefix", ["", "site/"])
def test_sync_deletes_no_files_of_a_deployment(world: World, tmp_path: Any, prefix: str) -> None:  # noqa: ANN401
    world.deploy(world.target(ONE))
    for key in ("site/rest", "rest"):
        world.s3.put_object(Bucket=world.bucket, Key=key, Body=b"1")
    (tmp_path / "a.txt").write_text("a")
    for _ in range(2):
        synced = sync(Folder(tmp_path), Bucket(world.bucket, prefix), delete=True)
        own = {f"{'' if prefix else 'site/'}{key}" for key in ONE}
        expected = dict.fromkeys(own, "a file of a ContentDeployment")
        assert synced.plan.destination.skipped == expected
    assert {key: bodies(world)[key] for key in ONE} == ONE
    assert "rest" not in bodies(world)
    assert ("rest" in bodies(world, "")) is bool(prefix)
    # What is deleted leaves its files to whoever comes next.
    release(world.s3, world.target())
    sync(Folder(tmp_path), Bucket(world.bucket, prefix), delete=True)
    assert not bodies(world).keys() & ONE.keys()


def test_another_deployment_of_other_content_at_once_is_refused(world: World) -> None:
    world.deploy(world.target(ONE))
    store = S3Store(world.bucket, world.s3)

    def interfere() -> bool:
        other = world.manifest()
        other.pending = Journal("other", "before", ["x"], [])
        manifests.write(store, KEY, other)
        return False

    with pytest.raises(ConflictError, match="somebody else has changed"):
        world.deploy(world.target(TWO), time_is_up=interfere)


def test_a_call_that_lambda_repeats_at_once_is_no_conflict(world: World) -> None:
    world.deploy(world.target(ONE))
    store = S3Store(world.bucket, world.s3)
    repeated: list[str] = []

    def repeat() -> bool:
        if not repeated:
            repeated.append(manifests.write(store, KEY, world.manifest()))
            world.deploy(world.target(TWO))
        return False

    world.deploy(world.target(TWO), time_is_up=repeat)
    assert {key: bodies(world)[key] for key in TWO} == TWO
    assert world.manifest().pending is None


def test_a_download_keeps_its_headers_in_the_grace_period(world: World) -> None:
    """A file with such an ending is no compressed copy unless the original is there."""
    names = ("data.tar.gz", "model.bin.zst")
    world.deploy(world.target({**ONE, **dict.fromkeys(names, b"packed")}))
    before = world.stored()
    world.deploy(world.target(ONE))
    after = world.stored()
    for name in names:
        assert after[name].obsolete == "Test"
        assert after[name].content_type == before[name].content_type
        assert after[name].content_encoding is None
