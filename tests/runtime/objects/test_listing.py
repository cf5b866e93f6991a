"""Lists of versions: their order, their pages, and an answer that does not go on."""

import secrets

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.runtime.objects import ObjectError, ObjectStore, ObjectVersion
from serverless_stack.runtime.objects.listing import Listing


@pytest.fixture
def store(use_aws: dict[str, str]) -> ObjectStore:
    name = f"lists-{secrets.token_hex(6)}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return ObjectStore(name, prefix="app/")


def test_versions_and_delete_markers_in_order(store: ObjectStore) -> None:
    one = store.put("a", b"1")
    store.delete("a")
    two = store.put("a", b"22")
    store.put("b/c", b"3")
    page = store.version_page(delimiter="/")
    first, marker, last = page.versions
    assert first == ObjectVersion(
        "a", two.version_id, first.last_modified, True, False, 2, two.etag
    )
    assert (marker.key, marker.is_delete_marker, marker.is_latest) == ("a", True, False)
    assert (marker.size, marker.etag) == (0, "")
    assert (last.version_id, last.is_latest) == (one.version_id, False)
    assert (page.prefixes, page.next_token) == (("b/",), "")
    store.delete("a")
    assert store.version_page("a").versions[0].is_delete_marker
    assert store.version_page("a").versions[0].is_latest
    assert [each.version_id for each in store.versions("a")] == [two.version_id, one.version_id]
    # A marker is deleted as a version is, which brings the object back.
    store.delete("a", version_id=store.version_page("a").versions[0].version_id)
    assert store.get("a").body == b"22"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages(store: ObjectStore, limit: int) -> None:
    written = [store.put(key, b"x").version_id for key in ("a/1", "b", "b", "b", "c")]
    found: list[str] = []
    token = ""
    while True:
        page = store.version_page(limit=limit, token=token)
        assert len(page.versions) <= limit
        found += [each.version_id for each in page.versions]
        token = page.next_token
        if not token:
            break
    assert found == [written[0], *written[3:0:-1], written[4]]


def test_more_versions_than_a_page_has(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serverless_stack.runtime.objects.listing._MAX_LISTED", 2)
    written = [store.put("a", b"x").version_id for _ in range(5)]
    store.put("ab", b"other")
    assert [each.version_id for each in store.versions("a")] == written[::-1]
    assert store.versions("gone") == ()


def answer(next_key: str, next_version: str | None) -> dict[str, object]:
    marker = {} if next_version is None else {"NextVersionIdMarker": next_version}
    return {"IsTruncated": True, "NextKeyMarker": next_key, **marker}


def test_a_page_that_ends_at_a_folder_has_no_version() -> None:
    client = boto3.client("s3", region_name="eu-west-1")
    listing = Listing(client, "bucket", "app/")
    asked = {"Bucket": "bucket", "Prefix": "app/", "MaxKeys": 2, "Delimiter": "/"}
    with Stubber(client) as stubber:
        stubber.add_response("list_object_versions", answer("app/x/", None), asked)
        stubber.add_response(
            "list_object_versions",
            answer("app/y/z", "v1"),
            {**asked, "KeyMarker": "app/x/"},
        )
        stubber.add_response(
            "list_object_versions",
            {"IsTruncated": False},
            {**asked, "KeyMarker": "app/y/z", "VersionIdMarker": "v1"},
        )
        token = listing.version_page("", "/", 2, "").next_token
        token = listing.version_page("", "/", 2, token).next_token
        assert listing.version_page("", "/", 2, token).next_token == ""


def test_a_list_that_does_not_go_on_is_an_error() -> None:
    client = boto3.client("s3", region_name="eu-west-1")
    listing = Listing(client, "bucket", "")
    with Stubber(client) as stubber:
        for _ in range(2):
            stubber.add_response("list_object_versions", answer("x/", None))
        token = listing.version_page("", "/", 1000, "").next_token
        with pytest.raises(ObjectError, match="the list does not continue"):
            listing.version_page("", "/", 1000, token)
