import http.client
import io
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import Request, urlopen

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.runtime.objects import (
    Conditions,
    NotFound,
    NotModified,
    ObjectInfo,
    ObjectReader,
    ObjectStore,
    PreconditionFailed,
    StoredObject,
    Unavailable,
)
from serverless_stack.runtime.objects.models import encode_json
from tests.runtime.servers import free_port

ODD = st.text(
    st.sampled_from("a/. ?#%+&<>\"'\\\u00fc\U0001f600\t\n\r\x01\x1b\x7f\x85\ufffe\uffff"),
    min_size=1,
)


@pytest.fixture
def store(use_aws: dict[str, str]) -> ObjectStore:
    name = f"objects-{secrets.token_hex(6)}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return ObjectStore(name, prefix="app/")


def test_bytes_text_and_json(store: ObjectStore) -> None:
    written = store.put(
        "a.bin", b"\x00\xff", content_type="x/y", metadata={"By": "ada"}, cache_control="no-cache"
    )
    found = store.get("a.bin")
    assert found.body == b"\x00\xff"
    assert (found.info.etag, found.info.size) == (written.etag, 2)
    assert found.info.content_type == "x/y"
    assert found.info.metadata == {"by": "ada"}
    store.put_text("gr\u00fc\u00dfe.txt", "Gr\u00fc\u00dfe")
    assert store.get("gr\u00fc\u00dfe.txt").text == "Gr\u00fc\u00dfe"
    assert store.head("gr\u00fc\u00dfe.txt").content_type == "text/plain; charset=utf-8"
    store.put_json("a.json", {"a": [1, None, "\u00fc"]})
    assert store.get("a.json").json() == {"a": [1, None, "\u00fc"]}


def test_the_prefix_is_put_before_every_key(store: ObjectStore) -> None:
    store.put("a", b"1")
    assert ObjectStore(store.bucket_name).get("app/a").body == b"1"


def test_files_of_any_size(store: ObjectStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000
    (tmp_path / "large").write_bytes(content)
    store.upload("large", tmp_path / "large", content_type="x/y", metadata={"a": "b"})
    assert store.head("large").metadata == {"a": "b"}
    store.download("large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    store.upload("open", io.BytesIO(b"open"))
    target = io.BytesIO()
    store.download("open", target)
    assert target.getvalue() == b"open"


@pytest.mark.parametrize(
    ("first", "last", "part"),
    [(0, 3, b"0123"), (7, None, b"789"), (-2, None, b"89"), (None, 2, b"012"), (None, None, None)],
)
def test_parts(store: ObjectStore, first: int | None, last: int | None, part: bytes | None) -> None:
    store.put("digits", b"0123456789")
    found = store.get("digits", first=first, last=last)
    assert found.body == (part or b"0123456789")
    assert found.info.size == 10


@pytest.mark.parametrize(("first", "last"), [(5, 4), (-2, 4)])
def test_parts_that_are_none(store: ObjectStore, first: int, last: int) -> None:
    with pytest.raises(ValueError, match="`last` must be"):
        store.get("digits", first=first, last=last)


def test_conditions_of_reading(store: ObjectStore) -> None:
    etag = store.put("a", b"1").etag
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert store.get("a", conditions=Conditions(if_match=etag)).body == b"1"
    with pytest.raises(NotModified):
        store.get("a", conditions=Conditions(if_none_match=etag))
    with pytest.raises(PreconditionFailed):
        store.get("a", conditions=Conditions(if_match='"other"'))
    with pytest.raises(NotModified):
        store.get("a", conditions=Conditions(if_modified_since=tomorrow))


def test_conditions_of_writing(store: ObjectStore) -> None:
    etag = store.put("a", b"1", conditions=Conditions(create_only=True)).etag
    with pytest.raises(PreconditionFailed):
        store.put("a", b"2", conditions=Conditions(create_only=True))
    store.put("a", b"2", conditions=Conditions(if_match=etag))
    with pytest.raises(PreconditionFailed):
        store.put("a", b"3", conditions=Conditions(if_match=etag))
    assert store.get("a").body == b"2"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.get("a", conditions=Conditions(create_only=True)), "`create_only` must be"),
        (lambda s: s.put("a", b"", conditions=Conditions(if_none_match="x")), "conditions must"),
        (
            lambda s: s.put("a", b"", conditions=Conditions(if_match="x", create_only=True)),
            "`create_only` must be False with `if_match`",
        ),
        (
            lambda s: s.put("a", b"", metadata={"a": "\u00fc"}),
            "`metadata` must have values of printable ASCII",
        ),
        (lambda s: s.put("a", b"", metadata={"a": "x" * 2048}), "must be 2048 bytes at most"),
        (lambda s: s.put("a", b"", metadata={"a b": "c"}), "`metadata` must have names of letters"),
        (lambda s: s.put("a", b"", metadata={"a:b": "c"}), "`metadata` must have names of letters"),
        (lambda s: s.put("a", b"", metadata={"A": "1", "a": "2"}), "different in lower case"),
        (lambda s: s.put("a", b"", metadata={"a": " b"}), "without blanks around them"),
        (
            lambda s: s.put("a", b"", content_type="x/y\r\nX: y"),
            "`content_type` must be text in ISO",
        ),
        (lambda s: s.put("a", b"", cache_control="\u20ac"), "`cache_control` must be text in ISO"),
        (lambda s: s.put("a", 7), "`body` must be bytes; .*, got: 7"),
        (lambda s: s.put_json("a", {"price": float("nan")}), "not JSON compliant"),
        (lambda s: s.put("\udcff", b""), "`key` must be text without lone surrogates"),
        (lambda s: s.put("", b""), "`key` must not be empty"),
        (lambda s: s.put(b"a", b""), "`key` must be a string, got: b'a'"),
        (lambda s: s.get(None), "`key` must be a string, got: None"),
        (lambda s: s.presigned_get(Path("a")), r"`key` must be a string, got: PosixPath\('a'\)"),
        (lambda s: s.page(None), "`prefix` must be a string, got: None"),
        (lambda s: next(s.list(5)), "`prefix` must be a string, got: 5"),
        (lambda s: s.version_page(None), "`prefix` must be a string, got: None"),
        (lambda s: s.put("\u00fc" * 511, b""), "`key` must be between 1 and 1024 bytes, got: 1026"),
        (lambda s: s.page(limit=1001), "`limit` must be between 1 and 1000, got: 1001"),
        (lambda s: s.version_page(limit=0), "`limit` must be between 1 and 1000, got: 0"),
        (lambda s: s.versions(""), "`key` must not be empty"),
        (lambda s: s.get("a", first=1.5), "`first` must be a whole number, got: 1.5"),
        (lambda s: s.get("a", last=True), "`last` must be a whole number, got: True"),
        (lambda s: s.put("a", b"", metadata={"a": 1}), "`metadata` must be text, got: 'a': 1"),
        (lambda s: s.put("a", b"", metadata={1: "a"}), "`metadata` must be text, got: 1: 'a'"),
        (lambda s: s.delete("a", "b", version_id="1"), "`version_id` must be used with one key"),
        (
            lambda s: s.presigned_get("a", expires_in=0),
            "`expires_in` must be a whole number between 1 and 604800",
        ),
        (lambda s: s.presigned_get("a", expires_in=604801), "`expires_in` must be"),
        (lambda s: s.presigned_get("a", expires_in=60.5), "`expires_in` must be a whole number"),
        (
            lambda s: s.presigned_get("a", response_headers={"Content-Disposition": "\u2013"}),
            "`response_headers` must be text in ISO-8859-1",
        ),
        (
            lambda s: s.presigned_get("a", response_headers={"Content-Type": "a\r\nX: y"}),
            "`response_headers` must be text in ISO-8859-1",
        ),
        (
            lambda s: s.presigned_post("a/${filename}", max_size=1, content_type="x/y"),
            r"`key` must not contain \$\{filename\} for a form",
        ),
        (
            lambda s: s.presigned_post(
                "a", max_size=1, content_type="x/y", metadata={"a": "${filename}"}
            ),
            r"`metadata` and `success_redirect` must not contain \$\{filename\}",
        ),
        (
            lambda s: s.presigned_post("a", max_size=1, content_type="x/y", metadata={"a b": "c"}),
            "`metadata` must have names of letters",
        ),
        (
            lambda s: s.presigned_post(
                "a", max_size=1, content_type="x/y", success_redirect="/thanks"
            ),
            "`success_redirect` must be the https:// or http:// address of a page, got: '/thanks'",
        ),
        (lambda s: s.presigned_put("a", content_type="x/y", size=-1), "`size` must be a whole"),
        (lambda s: s.presigned_get("a", response_headers={"X-A": "1"}), "`response_headers` must"),
        (
            lambda s: s.presigned_post("a", max_size=1, min_size=2, content_type="x/y"),
            "`max_size` must be a whole number between 2 and",
        ),
    ],
)
def test_what_is_refused_before_it_is_sent(
    store: ObjectStore, call: Callable[[ObjectStore], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        call(store)


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.get("gone"),
        lambda s: s.head("gone"),
        lambda s: s.copy("gone", "b"),
        lambda s: s.change_metadata("gone", content_type="x/y"),
        lambda s: s.download("gone", io.BytesIO()),
        lambda s: ObjectStore("no-such-bucket-at-all").get("a"),
        lambda s: ObjectStore("no-such-bucket-at-all").upload("a", __file__),
        lambda s: ObjectStore("no-such-bucket-at-all").upload("a", io.BytesIO(b"x")),
    ],
)
def test_what_is_not_there(store: ObjectStore, call: Callable[[ObjectStore], object]) -> None:
    with pytest.raises(NotFound):
        call(store)


def test_existence_and_deletion(store: ObjectStore) -> None:
    store.put("a", b"1")
    store.put("b", b"1")
    assert store.exists("a")
    store.delete("a", "b", "never there")
    assert not store.exists("a")


def test_lists(store: ObjectStore) -> None:
    for name in ("a/1", "a/2", "b/1", "c"):
        store.put(name, b"1")
    page = store.page(delimiter="/")
    assert [each.key for each in page.objects] == ["c"]
    assert page.prefixes == ("a/", "b/")
    first = store.page(limit=3)
    assert [each.key for each in first.objects] == ["a/1", "a/2", "b/1"]
    assert [each.key for each in store.page(token=first.next_token).objects] == ["c"]
    assert [each.key for each in store.list("a/")] == ["a/1", "a/2"]


def test_changing_metadata_keeps_the_rest(store: ObjectStore) -> None:
    store.put("a", b"1", content_type="x/y", metadata={"a": "1"}, cache_control="no-cache")
    store.change_metadata("a", content_type="x/z")
    found = store.get("a")
    assert (found.body, found.info.content_type, found.info.metadata) == (b"1", "x/z", {"a": "1"})
    store.change_metadata("a", metadata={"b": "2"})
    assert store.head("a").metadata == {"b": "2"}
    assert store.head("a").content_type == "x/z"
    raw = store.client.head_object(Bucket=store.bucket_name, Key="app/a")
    assert raw["CacheControl"] == "no-cache"


def test_changing_metadata_keeps_what_is_not_named(store: ObjectStore) -> None:
    """A page that was compressed cannot be read without its encoding."""
    kept = {
        "ContentEncoding": "gzip",
        "ContentDisposition": "attachment",
        "ContentLanguage": "de",
        "StorageClass": "STANDARD_IA",
    }
    place = {"Bucket": store.bucket_name, "Key": "app/a"}
    store.client.put_object(**place, Body=b"1", Expires=datetime(2030, 1, 1, tzinfo=UTC), **kept)  # type: ignore[arg-type]
    store.change_metadata("a", cache_control="no-cache")
    found = store.client.head_object(**place)  # type: ignore[arg-type]
    assert {name: found.get(name) for name in kept} == kept
    assert "2030" in found["ResponseMetadata"]["HTTPHeaders"]["expires"]
    assert found["CacheControl"] == "no-cache"


@pytest.mark.parametrize("expires", ["0", "-1"])
def test_changing_metadata_keeps_an_expiry_that_is_no_date(
    store: ObjectStore, expires: str
) -> None:
    store.put("a", b"1")
    place = {"Bucket": store.bucket_name, "Key": "app/a"}
    url = store.client.generate_presigned_url("put_object", Params=place)
    urlopen(Request(url, b"1", {"Expires": expires, "Content-Type": ""}, method="PUT"))
    store.change_metadata("a", cache_control="no-cache")
    found = store.client.head_object(Bucket=store.bucket_name, Key="app/a")
    assert str(dict(found)["ExpiresString"]).endswith(("1970 00:00:00 GMT", "1969 23:59:59 GMT"))


DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]
LOOP: list[object] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({1: "a"}, TypeError),
        ([{"a": {None: 1}}], TypeError),
        ({1: "a", "1": "b"}, TypeError),
        (datetime(2026, 1, 31), TypeError),
        (Decimal(1), TypeError),
        ({"a": {1, 2}}, TypeError),
        (b"a", TypeError),
        ([float("nan")], ValueError),
        ({"a": float("-inf")}, ValueError),
        ("\ud800", ValueError),
        (LOOP, ValueError),
        (DEEP, ValueError),
    ],
    ids=lambda each: type(each).__name__,
)
def test_json_that_would_not_come_back_is_refused(value: Any, error: type[Exception]) -> None:  # noqa: ANN401
    with pytest.raises(error):
        ObjectStore("my-bucket").put_json("a", value)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_json_comes_back(value: Any) -> None:  # noqa: ANN401
    info = ObjectInfo("a", 0, "", datetime(2026, 1, 31, tzinfo=UTC))
    assert StoredObject(info, encode_json(value)).json() == value


def test_changing_metadata_of_what_somebody_writes_meanwhile(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a", b"1")
    head = store.client.head_object

    def head_then_write(**arguments: str) -> object:
        found = head(**arguments)  # type: ignore[arg-type]
        store.put("a", b"2", metadata={"by": "somebody"})
        return found

    monkeypatch.setattr(store.client, "head_object", head_then_write)
    with pytest.raises(PreconditionFailed):
        store.change_metadata("a", content_type="x/y")
    monkeypatch.undo()
    assert store.head("a").metadata == {"by": "somebody"}


def test_text_and_json_with_metadata_and_conditions(store: ObjectStore) -> None:
    once = Conditions(create_only=True)
    store.put_text("a", "1", metadata={"by": "ada"}, conditions=once)
    store.put_json("b", 1, metadata={"by": "ada"}, conditions=once)
    assert store.head("a").metadata == store.head("b").metadata == {"by": "ada"}
    with pytest.raises(PreconditionFailed):
        store.put_text("a", "2", conditions=once)
    with pytest.raises(PreconditionFailed):
        store.put_json("b", 2, conditions=once)


def test_a_presigned_put_limits_the_size(store: ObjectStore) -> None:
    url = store.presigned_put("up", content_type="text/plain", size=5)
    assert fetch("PUT", url, b"hello", Content_Type="text/plain")[0] == 200
    signed = parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0]
    assert {"content-length", "content-type", "host"} <= set(signed.split(";"))


def test_copies_and_versions(store: ObjectStore) -> None:
    store.put("a", b"1", content_type="x/y")
    store.put("a", b"2")
    store.put("ab", b"3")
    latest, first = store.versions("a")
    assert store.get("a", version_id=first.version_id).body == b"1"
    assert store.get("a").info.version_id == latest.version_id
    store.copy("a", "c")
    assert store.get("c").body == b"2"
    store.delete("a", version_id=latest.version_id)
    assert store.get("a").body == b"1"


def test_a_reader_reads_what_a_store_wrote(store: ObjectStore) -> None:
    store.put_text("a", "1")
    reader = ObjectReader(store.bucket_name, prefix="app/")
    assert reader.get("a").text == "1"
    assert [each.key for each in reader.list()] == ["a"]
    assert not hasattr(reader, "put")


def fetch(method: str, url: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"{parts.path}?{parts.query}", body, names)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_presigned_urls(store: ObjectStore) -> None:
    url = store.presigned_put("up", content_type="text/plain", expires_in=60)
    assert fetch("PUT", url, b"hello", Content_Type="text/plain")[0] == 200
    assert "content-type" in parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0]
    override = {"Content-Disposition": 'attachment; filename="a.txt"'}
    url = store.presigned_get("up", expires_in=60, response_headers=override)
    assert fetch("GET", url) == (200, b"hello")
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["response-content-disposition"] == [override["Content-Disposition"]]


def test_a_presigned_form_limits_size_and_type(store: ObjectStore) -> None:
    import base64
    import json

    form = store.presigned_post("up", max_size=100, min_size=1, content_type="image/*")
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert ["content-length-range", 1, 100] in policy["conditions"]
    assert ["starts-with", "$Content-Type", "image/"] in policy["conditions"]
    form = store.presigned_post("up", max_size=100, content_type="image/png")
    assert form.fields["Content-Type"] == "image/png"
    assert form.fields["key"] == "app/up"
    form = store.presigned_post(
        "up",
        max_size=100,
        content_type="image/png",
        metadata={"Owner": "ada"},
        success_redirect="https://shop.example.com/thanks",
    )
    added = {
        "success_action_redirect": "https://shop.example.com/thanks",
        "x-amz-meta-owner": "ada",
    }
    assert added.items() <= form.fields.items()
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert all({name: value} in policy["conditions"] for name, value in added.items())


@pytest.mark.parametrize(
    "content_type", ["", "*", "*/*", "/*", "image", "image/", "image/png/*", "image/${filename}"]
)
def test_form_for_what_is_no_media_type_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match="`content_type` must"):
        ObjectStore("my-bucket").presigned_post("a", max_size=1, content_type=content_type)


@pytest.mark.parametrize(
    ("prefix", "key"), [("", "${filename}"), ("${filename}/", "a"), ("${file", "name}.txt")]
)
def test_form_whose_key_the_browser_would_choose_is_refused(prefix: str, key: str) -> None:
    store = ObjectStore("my-bucket", prefix=prefix)
    with pytest.raises(ValueError, match=r"`key` must not contain \$\{filename\} for a form"):
        store.presigned_post(key, max_size=1, content_type="text/plain")


@pytest.mark.parametrize("expires", ["0", "2031", "tomorrow", ""])
def test_response_header_that_is_no_date_is_refused(expires: str) -> None:
    with pytest.raises(ValueError, match="`response_headers` must have an HTTP date as Expires"):
        ObjectReader("my-bucket").presigned_get("a", response_headers={"Expires": expires})


@given(key=ODD | st.just("a/../b") | st.just("//a") | st.just("."))
@settings(max_examples=25)
def test_presigned_url_names_exactly_its_key(key: str, aws: Mapping[str, str]) -> None:
    """As a client sends it that resolves no dots."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.items():
            patch.setenv(name, value)
        url = urlsplit(ObjectReader("my-bucket").presigned_get(key))
    assert unquote(url.path) == f"/my-bucket/{key}"
    assert url.fragment == ""


def test_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUCKET_NAME", raising=False)
    with pytest.raises(KeyError, match="BUCKET_NAME is not set"):
        ObjectStore.from_env()
    monkeypatch.setenv("UPLOADS_NAME", "uploads")
    store = ObjectStore.from_env("UPLOADS", prefix="x/")
    assert (store.bucket_name, store.prefix) == ("uploads", "x/")
    monkeypatch.setenv("UPLOADS_KEY_PREFIX", "data/")
    assert ObjectStore.from_env("UPLOADS", prefix="x/").prefix == "data/x/"


def test_metadata_is_told_as_it_is_stored(store: ObjectStore) -> None:
    written = store.put("a", b"", metadata={"Made-By": "Ada"})

    assert written.metadata == store.head("a").metadata == {"made-by": "Ada"}


def test_file_that_exists_keeps_its_mode_and_is_replaced_as_a_whole(
    store: ObjectStore, tmp_path: Path
) -> None:
    store.put("secret", b"new")
    file = tmp_path / "secret"
    file.write_bytes(b"old")
    file.chmod(0o600)
    (tmp_path / "link").symlink_to(file)
    store.download("secret", tmp_path / "link")

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)
    with pytest.raises(NotFound):
        store.download("absent", file)
    assert file.read_bytes() == b"new"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "secret"]


def test_new_file_has_the_mode_of_the_umask(store: ObjectStore, tmp_path: Path) -> None:
    store.put("a", b"1")
    before = os.umask(0o077)
    try:
        store.download("a", str(tmp_path / "a"))
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_device_is_not_replaced_by_a_download(store: ObjectStore, tmp_path: Path) -> None:
    store.put("a", b"1")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError, match="only a regular file can be replaced"):
        store.download("a", tmp_path / "pipe")
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


def test_file_whose_name_has_the_longest_length(store: ObjectStore, tmp_path: Path) -> None:
    store.put("a", b"1")
    file = tmp_path / ("\u00fc" * 127)  # 254 bytes
    store.download("a", file)
    assert file.read_bytes() == b"1"


@settings(max_examples=15)
@given(keys=st.lists(ODD, min_size=1, max_size=4, unique=True))
def test_key_that_can_be_written_can_be_listed_copied_and_deleted(
    keys: list[str], aws: Mapping[str, str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.items():
            patch.setenv(name, value)
        store = ObjectStore(f"odd-{secrets.token_hex(6)}", prefix="p/")
        store.client.create_bucket(Bucket=store.bucket_name)
        for key in keys:
            store.put(key, key.encode())
            store.copy(key, f"copy/{key}")
        written = {*keys, *(f"copy/{key}" for key in keys)}
        assert {item.key for item in store.list()} == written
        assert {store.get(f"copy/{key}").text for key in keys} == set(keys)
        store.delete(*keys)
        assert {item.key for item in store.list()} == written - set(keys)
        for key in written - set(keys):
            store.delete(key)
        assert list(store.list()) == []


def test_version_of_an_odd_key_can_be_deleted(store: ObjectStore) -> None:
    first = store.put("bell\x07", b"1")
    second = store.put("bell\x07", b"2")
    store.delete("bell\x07", version_id=second.version_id)
    assert store.get("bell\x07").body == b"1"
    assert store.head("bell\x07").version_id == first.version_id


@pytest.fixture
def real_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS itself, which is not asked."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.mark.usefixtures("real_aws")
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "me-south-1", "cn-north-1"])
@pytest.mark.parametrize("bucket", ["my-bucket", "my.bucket"])
def test_presigned_urls_go_to_the_region(
    bucket: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    store = ObjectStore(bucket)
    for url in (
        store.presigned_get("a"),
        store.presigned_put("a", content_type="text/plain"),
        store.presigned_post("a", max_size=9, content_type="text/plain").url,
    ):
        assert f"s3.{region}.amazonaws.com" in str(urlsplit(url).hostname)


@pytest.mark.usefixtures("real_aws")
def test_threads_share_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    reader = ObjectReader("my-bucket")
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _number: reader.client, range(8)))
    assert all(client is clients[0] for client in clients)


@pytest.mark.usefixtures("real_aws")
def test_endpoint_of_your_own_gets_no_names_for_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.local:4566")

    assert ObjectStore("my-bucket").presigned_get("a").startswith("http://s3.local:4566/my-bucket/")


@pytest.mark.usefixtures("real_aws")
def test_s3_that_cannot_be_reached_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    store = ObjectStore("my-bucket")
    for call in (
        lambda: store.get("a"),
        lambda: store.exists("a"),
        lambda: store.put("a", b"1"),
        lambda: store.upload("a", io.BytesIO(b"1")),
        lambda: store.download("a", tmp_path / "a"),
        lambda: store.page(),
        lambda: store.delete("a"),
    ):
        with pytest.raises(Unavailable, match="Could not connect"):
            call()
    assert list(tmp_path.iterdir()) == []
