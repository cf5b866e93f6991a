"""Limits of S3 as ranges, without an emulator."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.local.emulator.s3.limits import LIMITS, operation_of, refusal
from serverless_stack.local.emulator.s3.request import Request

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
MIB = 1024**2


def code(request: Request) -> str | None:
    refused = refusal(request)
    return refused.code if refused else None


@settings(deadline=None)
@given(TEXT.filter(bool), st.integers(1000, 1048))
def test_keys_are_measured_in_bytes(start: str, size: int) -> None:
    key = start + "x" * (size - len(start.encode()))
    expected = "KeyTooLongError" if len(key.encode()) > 1024 else None
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert code(Request(method, "b", key)) == expected


@settings(deadline=None)
@given(st.dictionaries(st.text("ab-", min_size=1), TEXT, max_size=5), st.integers(1980, 2060))
def test_metadata_is_measured_in_bytes_together(more: dict[str, str], size: int) -> None:
    used = sum(len(name) + len(value.encode()) for name, value in more.items())
    metadata = {**more, "rest": "x" * (size - used - 4)}
    headers = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
    total = sum(len(name) + len(value.encode()) for name, value in metadata.items())
    request = Request("PUT", "b", "k", {**headers, "content-type": "x" * 3000})
    assert code(request) == ("MetadataTooLarge" if total > 2048 else None)


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.data())
def test_parts_are_ordered_and_all_but_the_last_are_large(
    numbers: list[int], data: st.DataObject
) -> None:
    sizes = {number: data.draw(st.sampled_from([1, 5 * MIB - 1, 5 * MIB])) for number in numbers}
    parts = "".join(f"<Part><PartNumber>{number}</PartNumber></Part>" for number in numbers)
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    request = Request("POST", "b", "k", {}, {"uploadId": "u"}, body, sizes)
    if sorted(set(numbers)) != numbers:
        assert code(request) == "InvalidPartOrder"
    elif any(sizes[number] < 5 * MIB for number in numbers[:-1]):
        assert code(request) == "EntityTooSmall"
    else:
        assert code(request) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("ab", max_size=2), st.text("ab", max_size=2)), max_size=12))
def test_tags(tags: list[tuple[str, str]]) -> None:
    items = "".join(
        f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in tags
    )
    body = f"<Tagging><TagSet>{items}</TagSet></Tagging>".encode()
    keys = [key for key, _value in tags]
    found = code(Request("PUT", "b", "k", {}, {"tagging": ""}, body))
    if len(tags) > 10:
        assert found == "BadRequest"
    else:
        valid = len(set(keys)) == len(keys) and "" not in keys
        assert found == (None if valid else "InvalidTag")


@settings(deadline=None)
@given(st.binary(max_size=40), st.sampled_from(sorted(set(LIMITS) - {"ListObjects"})))
def test_no_body_is_too_odd(body: bytes, operation: str) -> None:
    queries = ("tagging", "delete", "cors", "lifecycle", "policy", "uploadId", "uploads")
    for query in ({}, *({name: ""} for name in queries)):
        for method in ("PUT", "POST"):
            for key in ("", "k"):
                request = Request(method, "b", key, {}, query, body)
                if operation_of(request) == operation:
                    refusal(request)


@pytest.mark.parametrize(
    ("method", "key", "query", "headers", "operation"),
    [
        ("PUT", "k", {}, {}, "PutObject"),
        ("PUT", "k", {"X-Amz-Signature": "s", "x-id": "PutObject"}, {}, "PutObject"),
        ("PUT", "k", {"AWSAccessKeyId": "a", "Signature": "s", "Expires": "1"}, {}, "PutObject"),
        ("PUT", "k", {}, {"x-amz-copy-source": "/b/k"}, "CopyObject"),
        ("PUT", "k", {"partNumber": "1", "uploadId": "u"}, {}, "UploadPart"),
        ("PUT", "k", {"partNumber": "1", "uploadId": "u"}, {"x-amz-copy-source": "b/k"}, ""),
        ("PUT", "k", {"acl": ""}, {}, ""),
        ("GET", "k", {}, {}, ""),
        ("PUT", "", {}, {}, "CreateBucket"),
        ("PUT", "", {"versioning": ""}, {}, ""),
        ("GET", "", {"list-type": "2", "prefix": "p"}, {}, "ListObjects"),
        ("GET", "", {"location": ""}, {}, ""),
    ],
)
def test_operations(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], operation: str
) -> None:
    assert operation_of(Request(method, "b", key, headers, query)) == operation


@pytest.mark.parametrize(
    ("source", "changes", "expected"),
    [
        ("b/k", {}, "InvalidRequest"),
        ("/b/k", {}, "InvalidRequest"),
        ("%62/%6B", {}, "InvalidRequest"),
        ("b/k", {"x-amz-metadata-directive": "COPY"}, "InvalidRequest"),
        ("b/k", {"x-amz-metadata-directive": "REPLACE"}, None),
        ("b/k", {"x-amz-storage-class": "STANDARD"}, None),
        ("b/k", {"x-amz-server-side-encryption": "AES256"}, None),
        ("b/k?versionId=1", {}, None),
        ("b/other", {}, None),
        ("other/k", {}, None),
    ],
)
def test_copies_onto_themselves(source: str, changes: dict[str, str], expected: str) -> None:
    request = Request("PUT", "b", "k", {"x-amz-copy-source": source, **changes})
    assert code(request) == expected
