"""Answers that S3 does not give: a proxy's page, another bucket's list, half a list, none."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from serverless_stack._shared.content.headers import Headers
from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content import transfer
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.stores import ABSENT
from serverless_stack.operations.content.stores.s3 import S3Store
from tests.answering import same_answer

TEXT = Headers("text/plain")
LIST = """<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{name}</Name>
<Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>
<EncodingType>url</EncodingType>{more}{contents}</ListBucketResult>"""
ITEM = """<Contents><Key>{key}</Key><LastModified>2026-01-31T00:00:00.000Z</LastModified>
<ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>"""
WHOLE = "<IsTruncated>false</IsTruncated>"
PAGE = "<html><body>please log in</body></html>"


def listing(
    *keys: str, name: str = "b", prefix: str = "p/", more: str = WHOLE, count: int = -1
) -> str:
    contents = "".join(ITEM.format(key=key) for key in keys)
    count = len(keys) if count < 0 else count
    return LIST.format(name=name, prefix=prefix, count=count, more=more, contents=contents)


@contextmanager
def answering(body: str, status: int = 200) -> Iterator[S3Store]:
    """The bucket ``b`` of a server that always says the same."""

    with same_answer(body, status=status) as client:
        yield S3Store("b", client)


WRONG_LISTS = {
    "a page": PAGE,
    "a page that is no XML": "<!DOCTYPE html><p>hi<br>",
    "nothing": "",
    "an error": "<Error><Code>InternalError</Code></Error>",
    "half a list": listing("p/a", "p/b")[:-60],
    "no word of an end": listing("p/a", more=""),
    "more, and no token": listing("p/a", more="<IsTruncated>true</IsTruncated>"),
    "a token, and no more": listing(
        more=f"{WHOLE}<NextContinuationToken>t</NextContinuationToken>"
    ),
    "the same token for ever": listing(
        more="<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    ),
    "another bucket": listing("p/a", name="other"),
    "another prefix": listing("q/a", prefix="q/"),
    "keys of another prefix": listing("p/a", "q/a"),
    "fewer keys than it counts": listing("p/a", count=2),
    "keys that it does not count": listing("p/a", count=0),
}


@pytest.mark.parametrize("name", WRONG_LISTS)
def test_what_is_no_list_is_no_empty_bucket(name: str) -> None:
    with answering(WRONG_LISTS[name]) as store:
        with pytest.raises((ContentError, ClientError, BotoCoreError)):
            store.list_prefix("p/")
        with pytest.raises((ContentError, ClientError, BotoCoreError)):
            manifests.keys_of_others(store, "own")


def test_a_list() -> None:
    with answering(listing("p/a", "p/%C3%BC")) as store:
        assert [item.key for item in store.list_prefix("p/")] == ["p/a", "p/\u00fc"]
    with answering(listing()) as store:
        assert store.list_prefix("p/") == []


@pytest.mark.parametrize("body", [PAGE, ""])
def test_a_page_is_no_object_and_no_success(body: str) -> None:
    with answering(body) as store:
        for call in (
            lambda: store.read("k"),
            lambda: store.write("k", b"x", TEXT),
            lambda: transfer.etag_of(store, "k"),
            lambda: transfer.copy(store, "k", "b", "other", "e", 1),
            lambda: transfer.expire(store, "k", "no-store", {}),
        ):
            with pytest.raises((ContentError, ClientError, BotoCoreError)):
                call()
        deleted = store.delete(["a", "bell\x07"])
        assert deleted == dict.fromkeys(
            ("a", "bell\x07"), "the answer does not say that it was deleted"
        )


def test_a_manifest_that_cannot_be_read_for_now_still_claims_its_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise its files would be deleted as those of nobody."""
    with answering(PAGE) as store:
        with answering(listing(".serverless-stack/a.json.gz", prefix=".serverless-stack/")) as one:
            items = one.list_prefix(".serverless-stack/")
        monkeypatch.setattr(store, "list_prefix", lambda prefix: items)
        with pytest.raises(ContentError, match="it has no ETag"):
            manifests.keys_of_others(store, "own")


@pytest.mark.parametrize("replaces", [ABSENT, "etag"])
def test_a_store_without_conditional_writes(
    replaces: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "<Error><Code>NotImplemented</Code><Message>If-Match</Message></Error>"
    with answering(body, 501) as store:
        refused = store.client.put_object
        conditions: list[object] = []

        def put(**arguments: object) -> object:
            given = [arguments[name] for name in ("IfMatch", "IfNoneMatch") if name in arguments]
            conditions.extend(given)
            return refused(**arguments) if given else {"ETag": '"new"'}  # type: ignore[arg-type]

        monkeypatch.setattr(store.client, "put_object", put)
        assert store.write("k", b"x", TEXT, replaces=replaces) == "new"
    assert len(conditions) == 1
    assert "b has no conditional writes: k is overwritten" in caplog.text
