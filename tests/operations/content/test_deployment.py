import random
import zipfile

import pytest

from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.rules import IMMUTABLE, REVALIDATE, CacheRule
from serverless_stack.operations.content.errors import ContentError, OutOfTimeError
from serverless_stack.operations.content.removal import delete, release
from serverless_stack.operations.content.target import Source
from serverless_stack.operations.content.transfer import SMALL
from tests.operations.content.world import Stored, World

HTML = "text/html; charset=utf-8"
JS = "text/javascript; charset=utf-8"
ONE = {
    "index.html": b"one",
    "about.html": b"about",
    "assets/app.1.js": b"one()",
    "assets/app.1.js.br": b"\x0b",
    "logo.png": b"png",
}
TWO = {
    "index.html": b"two",
    "about.html": b"about",
    "new/index.html": b"new",
    "assets/app.2.js": b"two()",
    "logo.png": b"png2",
}


def test_the_first_deployment(world: World) -> None:
    result = world.deploy(world.target(ONE))
    assert (result.uploaded, result.removed, result.invalidated) == (5, 0, ())
    assert world.stored() == {
        "index.html": Stored(b"one", HTML, REVALIDATE, None, None),
        "about.html": Stored(b"about", HTML, REVALIDATE, None, None),
        "assets/app.1.js": Stored(b"one()", JS, IMMUTABLE, None, None),
        "assets/app.1.js.br": Stored(b"\x0b", JS, IMMUTABLE, "br", None),
        "logo.png": Stored(b"png", "image/png", REVALIDATE, None, None),
    }
    manifest = world.manifest()
    assert manifest.version == result.version
    assert manifest.pending is None
    assert set(manifest.files) == set(ONE)


def test_the_same_content_does_nothing(world: World) -> None:
    first = world.deploy(world.target(ONE))
    again = world.deploy(world.target(world.source(ONE, zipfile.ZIP_STORED)))
    assert again.version == first.version
    assert (again.uploaded, world.steps) == (0, [])
    assert len(world.invalidations) == 1


def test_only_what_changed(world: World) -> None:
    world.deploy(world.target(ONE))
    result = world.deploy(world.target(TWO))
    assert (result.uploaded, result.removed) == (4, 2)
    # The changed image and page, and the new page, whose absence may be cached; no asset.
    assert result.invalidated == ("index.html", "logo.png", "new/index.html")
    stored = world.stored()
    assert stored["assets/app.1.js"] == Stored(
        b"one()", JS, "public, max-age=0, s-maxage=60", None, "Test"
    )
    assert stored["assets/app.1.js.br"].content_encoding == "br"
    assert {key for key, each in stored.items() if each.obsolete is None} == set(TWO)
    assert set(world.manifest().obsolete) == {"assets/app.1.js", "assets/app.1.js.br"}


def test_assets_go_before_documents_and_deletes_come_last(world: World) -> None:
    world.deploy(world.target(ONE))
    world.deploy(world.target(TWO))
    places = {step: place for place, step in enumerate(world.steps)}
    order = [
        "begun",
        "uploaded assets/app.2.js",
        "assets",
        "uploaded new/index.html",
        "new documents",
        "uploaded index.html",
        "documents",
        "invalidated",
        "expired assets/app.1.js",
        "expired",
        "committed",
    ]
    assert sorted(order, key=places.__getitem__) == order


def test_going_back_and_forth_gives_new_versions(world: World) -> None:
    for content in (ONE, TWO, ONE, TWO):
        world.deploy(world.target(content))
    versions = [version for version, _replaces, _keys in world.invalidations]
    assert len(set(versions)) == 4
    assert [replaces for _version, replaces, _keys in world.invalidations] == ["", *versions[:-1]]
    assert {k for k, each in world.stored().items() if each.obsolete is None} == set(TWO)


def test_headers_alone_are_written_without_bytes(world: World) -> None:
    world.deploy(world.target(ONE))
    result = world.deploy(world.target(ONE, cache_control=[CacheRule("*", "no-cache")]))
    assert result.uploaded == 5
    assert [step for step in world.steps if step.startswith("uploaded")] == []
    assert {each.cache_control for each in world.stored().values()} == {"no-cache"}
    assert set(result.invalidated) == set(ONE)


def test_a_file_that_comes_back(world: World) -> None:
    for content in (ONE, TWO):
        world.deploy(world.target(content))
    same = world.deploy(world.target({**TWO, "assets/app.1.js": b"one()"}))
    assert same.invalidated == ()
    assert world.stored()["assets/app.1.js"] == Stored(b"one()", JS, IMMUTABLE, None, None)
    world.deploy(world.target(TWO))
    other = world.deploy(world.target({**TWO, "assets/app.1.js": b"other()"}))
    assert other.invalidated == ("assets/app.1.js",)


def test_files_of_others_are_left_alone(world: World) -> None:
    world.s3.put_object(Bucket=world.bucket, Key="site/theirs.html", Body=b"theirs")
    for content in (ONE, TWO):
        world.deploy(world.target(content))
    delete(world.s3, world.target())
    assert {key: each.body for key, each in world.stored("").items()} == {
        "site/theirs.html": b"theirs"
    }


def test_files_of_an_earlier_tool_are_taken_over_and_invalidated(world: World) -> None:
    world.s3.put_object(Bucket=world.bucket, Key="site/logo.png", Body=b"old")
    result = world.deploy(world.target(ONE))
    assert result.invalidated == ("about.html", "index.html", "logo.png")
    assert world.stored()["logo.png"].body == b"png"


def test_several_sources_and_a_generated_file(world: World) -> None:
    more = {"index.html": b"second", "x.txt": b"x"}
    target = world.target(ONE, more, generated={"config.json": b"{}"}, documents=["config.json"])
    world.deploy(target)
    stored = world.stored()
    assert stored["index.html"].body == b"second"
    assert stored["config.json"] == Stored(
        b"{}", "application/json; charset=utf-8", REVALIDATE, None, None
    )
    plain = world.target(ONE, generated={"config.json": b"[]"}, cache_control=())
    world.deploy(plain)
    assert world.stored()["config.json"].cache_control == "no-cache"


def test_keys_in_unicode(world: World) -> None:
    names = ["größe & co.css", "gro\u0308ße.css", "日本/語.txt", "a+b.txt", "100%.txt", "a  b.txt"]
    files = {name: name.encode() for name in names}
    world.deploy(world.target(files))
    world.deploy(world.target({"x": b"x"}))
    stored = world.stored()
    assert {key: stored[key].body for key in files} == files
    assert {stored[key].obsolete for key in files} == {"Test"}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_large_file_passes_in_parts(world: World, compression: int) -> None:
    large = bytes(range(256)) * ((SMALL + 5_000_000) // 256) + b"end"
    world.deploy(world.target(world.source({"large.bin": large, "a.txt": b"a"}, compression)))
    assert world.stored()["large.bin"].body == large


def test_a_large_file_that_does_not_pack_passes_in_parts_of_8_mib(world: World) -> None:
    """A part may not be below 5 MiB, and a file that is not sent in parts is held whole."""
    large = random.Random(1).randbytes(20 << 20)
    world.deploy(world.target({"film.bin": large}))
    head = world.s3.head_object(Bucket=world.bucket, Key="site/film.bin")
    assert head["ETag"].rstrip('"').endswith("-3")
    assert world.stored()["film.bin"].body == large


def test_many_small_files_in_several_spans(world: World) -> None:
    files = {f"f{n:03}.bin": bytes([n % 256]) * 150_000 for n in range(80)}
    world.deploy(world.target(world.source(files, zipfile.ZIP_STORED)))
    assert {key: each.body for key, each in world.stored().items()} == files


def test_other_bytes_than_those_of_the_index_are_an_error(world: World) -> None:
    source = world.source(ONE)
    wrong = {**source.entries, "logo.png": Entry("logo.png", "0" * 64, 3)}
    with pytest.raises(ContentError, match=r"logo\.png is not the file that was there"):
        world.deploy(world.target(Source(source.bucket, source.key, wrong)))
    missing = {**source.entries, "gone.png": Entry("gone.png", "0" * 64, 3)}
    with pytest.raises(ContentError, match=r"gone\.png is in the index but not in the zip file"):
        world.deploy(world.target(Source(source.bucket, source.key, missing)))


def test_what_somebody_deleted_is_no_error(world: World) -> None:
    world.deploy(world.target(ONE))
    world.s3.delete_object(Bucket=world.bucket, Key="site/assets/app.1.js")
    result = world.deploy(world.target(TWO))
    assert result.removed == 2


def test_without_a_grace_period_obsolete_files_are_left_as_they_are(world: World) -> None:
    world.deploy(world.target(ONE))
    world.deploy(world.target(TWO, grace_period=None))
    assert world.stored()["assets/app.1.js"] == Stored(b"one()", JS, IMMUTABLE, None, None)
    assert "assets/app.1.js" in world.manifest().obsolete


def test_obsolete_files_are_forgotten_when_no_cache_can_have_them(world: World) -> None:
    for content in (ONE, TWO):
        world.deploy(world.target(content))
    world.today = world.today.replace(year=2027)
    world.deploy(world.target({**TWO, "x": b"1"}))
    assert "assets/app.1.js" in world.manifest().obsolete
    world.today = world.today.replace(month=2, day=8)
    world.deploy(world.target({**TWO, "x": b"2"}))
    assert world.manifest().obsolete == {}


def test_when_time_is_up_another_run_goes_on(world: World) -> None:
    files = {f"{n:02}.txt": b"x" for n in range(40)}
    calls = iter(range(1000))
    with pytest.raises(OutOfTimeError):
        world.deploy(world.target(files), time_is_up=lambda: next(calls) > 25)
    pending = world.manifest().pending
    assert pending is not None
    assert 0 < len(pending.done) < 40
    result = world.deploy(world.target(files))
    assert sum(step.startswith("uploaded") for step in world.steps) == 40 - len(pending.done)
    assert result.uploaded == 40
    assert set(world.stored()) == set(files)


def test_an_error_keeps_the_journal_and_a_rollback_restores(world: World) -> None:
    world.deploy(world.target(ONE))
    before = world.stored()
    with pytest.raises(RuntimeError, match="refused"):
        world.deploy(world.target(TWO), refuse="new documents")
    world.deploy(world.target(ONE))
    after = world.stored()
    assert {key: after[key] for key in ONE} == before
    assert {key for key, each in after.items() if each.obsolete} == set(TWO) - set(ONE)
    versions = [version for version, _replaces, _keys in world.invalidations]
    assert len(set(versions)) == 2


def test_deleting_takes_everything_of_its_own(world: World) -> None:
    for content in (ONE, TWO):
        world.deploy(world.target(content))
    assert delete(world.s3, world.target()) == 7
    assert world.stored("") == {}
    assert delete(world.s3, world.target()) == 0


def test_a_deployment_that_was_renamed_keeps_its_files_when_the_old_one_is_deleted(
    world: World,
) -> None:
    """CloudFormation creates the new resource first, and deletes the old one last."""
    world.deploy(world.target(ONE))
    renamed = {"owner": "New", "manifest_key": ".serverless-stack/site/New.json.gz"}
    world.deploy(world.target(TWO, **renamed))
    assert delete(world.s3, world.target()) == 2
    assert set(world.stored()) == {*TWO, "about.html"}
    assert delete(world.s3, world.target(**renamed)) == len({*TWO, "about.html"})
    assert world.stored("") == {}


def test_a_file_that_moves_to_another_deployment_is_not_expired(world: World) -> None:
    other = {"owner": "Other", "manifest_key": ".serverless-stack/Other.json.gz", "prefix": ""}
    world.deploy(world.target(ONE))
    world.deploy(world.target({"site/logo.png": b"theirs", "own.txt": b"x"}, **other))
    without = {key: body for key, body in ONE.items() if key != "logo.png"}
    result = world.deploy(world.target(without))
    assert result.removed == 0
    stored = world.stored()["logo.png"]
    assert (stored.body, stored.obsolete) == (b"theirs", None)
    assert world.manifest().obsolete == {}
    delete(world.s3, world.target())
    assert set(world.stored("")) == {"site/logo.png", "own.txt", other["manifest_key"]}


def test_what_a_deleted_deployment_has_left_is_nobodys(world: World) -> None:
    world.deploy(world.target(ONE))
    release(world.s3, world.target())
    renamed = {"owner": "New", "manifest_key": ".serverless-stack/site/New.json.gz"}
    world.deploy(world.target(ONE, **renamed))
    world.deploy(world.target(TWO, **renamed))
    assert world.stored()["assets/app.1.js"].obsolete == "New"
    # The old one comes back: it goes on with what it knew.
    world.deploy(world.target(ONE))
    assert not world.manifest().released


def test_deleting_without_the_bucket_is_no_error(world: World) -> None:
    nowhere = world.target(bucket="no-such-bucket-at-all")
    assert delete(world.s3, nowhere) == 0
    release(world.s3, nowhere)


def test_compressed_pages_go_with_the_pages(world: World) -> None:
    """They name the same files: before these are there, nobody may see them."""
    pages = {"index.html": b"1", "index.html.br": b"1br", "app.1.js": b"1", "app.1.js.br": b"1"}
    world.deploy(world.target(pages))
    after = {"index.html": b"2", "index.html.br": b"2br", "app.2.js": b"2", "app.2.js.br": b"2"}
    world.deploy(world.target(after))
    places = {step: place for place, step in enumerate(world.steps)}
    assets = places["assets"]
    assert places["uploaded app.2.js"] < assets
    assert places["uploaded app.2.js.br"] < assets
    assert places["uploaded index.html"] > assets
    assert places["uploaded index.html.br"] > assets


def test_an_obsolete_file_beyond_what_one_copy_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 copies up to 5 GB at once, and the rest in parts."""
    transfer = "serverless_stack.operations.content.transfer"
    monkeypatch.setattr(f"{transfer}.LARGEST_COPY", 1_000_000)
    monkeypatch.setattr(f"{transfer}._COPIED_PART", 5 << 20)
    large = bytes(range(256)) * 48_000
    world.deploy(world.target({"large.mp4": large, "a.txt": b"a"}))
    world.deploy(world.target({"a.txt": b"a"}))
    stored = world.stored()["large.mp4"]
    assert (stored.body == large, stored.obsolete) == (True, "Test")
    assert (stored.content_type, stored.cache_control) == (
        "video/mp4",
        "public, max-age=0, s-maxage=60",
    )


def test_a_large_file_does_not_outlast_the_time(world: World) -> None:
    large = bytes(range(256)) * ((SMALL + 20_000_000) // 256)
    source = world.source({"large.bin": large}, zipfile.ZIP_STORED)
    calls = iter(range(1000))
    with pytest.raises(OutOfTimeError):
        world.deploy(world.target(source), time_is_up=lambda: next(calls) > 2)
    assert world.stored() == {}
    uploads = world.s3.list_multipart_uploads(Bucket=world.bucket)
    assert uploads.get("Uploads", []) == []
    world.deploy(world.target(source))
    assert world.stored()["large.bin"].body == large
