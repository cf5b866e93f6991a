"""Answers that S3 does not give: a page of a proxy, nothing, half an object, an endless list."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from serverless_stack.runtime.objects import ObjectError, ObjectStore, Unavailable
from tests.answering import same_answer

PAGE = "<html><body>please log in</body></html>"
LIST = """<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>
</ListBucketResult>"""


@contextmanager
def answering(body: str, length: int | None = None) -> Iterator[ObjectStore]:
    """A bucket at a server that always says the same."""

    headers = {
        "Content-Length": str(length),
        "ETag": '"e"',
        "Last-Modified": "Wed, 01 Jan 2031 00:00:00 GMT",
    }
    with same_answer(body, headers=None if length is None else headers) as client:
        yield ObjectStore("b", client=client)


CALLS: dict[str, Callable[[ObjectStore], object]] = {
    "get": lambda store: store.get("a"),
    "head": lambda store: store.head("a"),
    "exists": lambda store: store.exists("a"),
    "put": lambda store: store.put("a", b"1"),
    "page": lambda store: store.page(),
    "list": lambda store: list(store.list()),
    "versions": lambda store: store.versions("a"),
    "delete": lambda store: store.delete("a"),
    "copy": lambda store: store.copy("a", "b"),
}


@pytest.mark.parametrize("body", [PAGE, ""], ids=["a page", "nothing"])
@pytest.mark.parametrize("call", CALLS)
def test_what_s3_does_not_say_is_an_error(call: str, body: str) -> None:
    with answering(body) as store, pytest.raises(ObjectError):
        CALLS[call](store)


def test_half_an_object_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("before")
    with answering("half", length=1000) as store:
        for call in (
            lambda: store.get("a"),
            lambda: store.download("a", tmp_path / "a"),
            lambda: store.download("a", io.BytesIO()),
        ):
            with pytest.raises(Unavailable):
                call()
    assert (tmp_path / "a").read_text() == "before"


def test_a_list_that_does_not_continue_ends() -> None:
    with answering(LIST) as store, pytest.raises(ObjectError, match="does not continue"):
        list(store.list())
