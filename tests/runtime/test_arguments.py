"""Arguments of a wrong type: every public door refuses them, before anything is asked."""

import asyncio
import io
import re
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

import pytest

from serverless_stack.runtime.caching import (
    AsyncLazyLoading,
    AsyncWriteThrough,
    Budget,
    EmfMetrics,
    JsonCodec,
    LazyLoading,
    MemcachedStore,
    MemoryStore,
    MsgpackCodec,
    Namespace,
    NamespacedStore,
    RedisStore,
    WriteThrough,
    cached,
)
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.objects import Conditions, ObjectReader, ObjectStore, safe_key

Untyped: TypeAlias = Any  # the doors are called with what their types do not allow
STRATEGIES: tuple[Untyped, ...] = (LazyLoading, AsyncLazyLoading, WriteThrough, AsyncWriteThrough)
LOADERS: tuple[Untyped, ...] = (LazyLoading, AsyncLazyLoading)
WRITERS: tuple[Untyped, ...] = (WriteThrough, AsyncWriteThrough)
CODECS: tuple[Untyped, ...] = (JsonCodec, MsgpackCodec)
NO_TEXT: tuple[object, ...] = (None, 5, b"k", ["k"])
URL = "127.0.0.1:1"


class NoClient:
    """A client of S3 that must not be asked."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def ask(*args: object, **kwargs: object) -> object:
            raise AssertionError(f"{name} was asked")

        return ask


def loaded(key: str) -> str:
    return key


def unreachable(*endpoint: Endpoint) -> Untyped:
    raise AssertionError("a client was made")


def memory() -> Untyped:
    return MemoryStore()


def objects() -> Untyped:
    client: Untyped = NoClient()
    return ObjectStore("bucket", client=client)


def redis() -> Untyped:
    return RedisStore(unreachable)


def memcached() -> Untyped:
    return MemcachedStore(Endpoint("127.0.0.1", 1), None, unreachable)


def namespaced() -> Untyped:
    return Namespace("shop").on(MemoryStore())


def refusals() -> list[tuple[str, object, Callable[[], object]]]:
    """The name of each argument, a wrong value, and the door with it."""
    doors: list[tuple[str, object, Callable[[], object]]] = []
    rest: tuple[object, ...]

    def door(argument: str, *values: object) -> Callable[[Untyped], None]:
        def add(call: Untyped) -> None:
            doors.extend((argument, value, partial(call, value)) for value in values)

        return add

    for kind in STRATEGIES:
        no_store: tuple[object, ...] = (
            None,
            5,
            "redis://x",
            {},
            MemoryStore,
            RedisStore.from_env,
            object(),
        )
        door("store", *no_store)(lambda v, kind=kind: kind(v, loaded))
        argument = "load" if kind in LOADERS else "save"
        door(argument, None, 5, "f")(lambda v, kind=kind: kind(MemoryStore(), v))
        for option in ("random", *(("clock", "load_many", "on_event") if kind in LOADERS else ())):
            door(option, 5, "f")(
                lambda v, kind=kind, o=option: kind(MemoryStore(), loaded, **{o: v})
            )
        if kind in WRITERS:
            door("invalidate", 1, "no", None)(
                lambda v, kind=kind: kind(MemoryStore(), loaded, invalidate=v)
            )
            door("key", *NO_TEXT)(lambda v, kind=kind: kind(MemoryStore(), loaded).put(v, 1))
            continue
        for method in ("get", "lookup", "invalidate"):
            door("key", *NO_TEXT)(
                lambda v, kind=kind, m=method: getattr(kind(MemoryStore(), loaded), m)(v)
            )
        for method in ("get", "lookup"):
            door("load", 5, "f")(
                lambda v, kind=kind, m=method: getattr(kind(MemoryStore(), loaded), m)("k", v)
            )
        door("keys", "abc", b"abc", None, 5)(
            lambda v, kind=kind: kind(MemoryStore(), loaded).get_many(v)
        )
        door("key", *NO_TEXT)(lambda v, kind=kind: kind(MemoryStore(), loaded).get_many([v]))

    door("store", 5, "redis://x", {}, MemoryStore, object())(lambda v: cached(v))
    door("key", 5, "k")(lambda v: cached(memory(), key=v))
    door("on_event", 5, "f")(lambda v: cached(memory(), on_event=v))
    door("clock", 5, None)(lambda v: Budget(1, v))
    door("store", None, "redis://x", MemoryStore)(lambda v: Namespace("shop").on(v))
    door("namespace", None, "shop")(lambda v: NamespacedStore(memory(), v))
    door("clock", None, 5)(lambda v: Namespace("shop").on(memory(), clock=v))
    door("name", *NO_TEXT)(lambda v: Namespace(v))
    door("schema", None, "1")(lambda v: Namespace("shop", v))
    door("key", *NO_TEXT)(lambda v: Namespace("shop").key(v))

    for make in (memory, redis, memcached, namespaced):
        for method, rest in (("get", ()), ("set", (1,)), ("add", (1,)), ("delete_if", (1,))):
            door("key", *NO_TEXT)(lambda v, s=make, m=method, r=rest: getattr(s(), m)(v, *r))
        for method in ("delete", "increment"):
            door("key", *NO_TEXT)(lambda v, s=make, m=method: getattr(s(), m)(v))
        door("keys", "abc", b"abc", None, 5)(lambda v, s=make: s().get_many(v))
        door("values", ["a"], "a", None, 5)(lambda v, s=make: s().set_many(v, 60))
        door("ttl", "60", 1.5)(lambda v, s=make: s().set("k", 1, v))
        door("by", "1", 1.5, None)(lambda v, s=make: s().increment("k", v))

    door("codec", None, 5, "json", JsonCodec)(lambda v: MemoryStore(codec=v))
    door("codec", None, JsonCodec)(lambda v: RedisStore(unreachable, codec=v))
    door("codec", None, JsonCodec)(lambda v: MemcachedStore.from_url(f"memcached://{URL}", codec=v))
    door("max_entries", None, "5", 1.5)(lambda v: MemoryStore(v))
    door("clock", None, 5)(lambda v: MemoryStore(clock=v))
    door("primary", None, "redis://x", 5)(lambda v: RedisStore(v))
    door("reader", "redis://x", 5)(lambda v: RedisStore(unreachable, v))
    door("url", None, 5, b"redis://x")(lambda v: RedisStore.from_url(v))
    door("reader_url", 5, b"redis://x")(lambda v: RedisStore.from_url(f"redis://{URL}", v))
    door("env_prefix", None, 5)(lambda v: RedisStore.from_env(v))
    door("endpoint", None, URL)(lambda v: MemcachedStore(v, None, unreachable))
    door("find_nodes", 5)(lambda v: MemcachedStore(Endpoint("a", 1), v, unreachable))
    door("connect", None, 5)(lambda v: MemcachedStore(Endpoint("a", 1), None, v))
    door("url", None, 5, b"memcached://x")(lambda v: MemcachedStore.from_url(v))
    door("env_prefix", None, 5)(lambda v: MemcachedStore.from_env(v))
    for codec in CODECS:
        door("types", None, 5, Endpoint)(lambda v, codec=codec: codec(v))
        door("compress_over", "5", 1.5)(lambda v, codec=codec: codec(compress_over=v))
        door("max_bytes", None, "5")(lambda v, codec=codec: codec(max_bytes=v))
    door("namespace", None, 5)(lambda v: EmfMetrics(v))
    door("dimensions", ["a"], 5, "a")(lambda v: EmfMetrics(dimensions=v))
    door("dimensions", 5, None)(lambda v: EmfMetrics(dimensions={"a": v}))
    door("write", None, 5)(lambda v: EmfMetrics(write=v))
    door("clock", None, 5)(lambda v: EmfMetrics(clock=v))

    for kind in (ObjectReader, ObjectStore):
        door("bucket_name", *NO_TEXT, "")(lambda v, kind=kind: kind(v))
        door("prefix", *NO_TEXT)(lambda v, kind=kind: kind("b", prefix=v))
        door("client", 5, "s3", NoClient)(lambda v, kind=kind: kind("b", client=v))
        door("env_prefix", *NO_TEXT)(lambda v, kind=kind: kind.from_env(v))
    for method, rest in (
        ("get", ()),
        ("head", ()),
        ("exists", ()),
        ("versions", ()),
        ("presigned_get", ()),
        ("delete", ()),
        ("put", (b"",)),
        ("put_text", ("",)),
        ("put_json", ({},)),
        ("upload", (io.BytesIO(),)),
        ("download", (io.BytesIO(),)),
        ("change_metadata", ()),
        ("copy", ("b",)),
    ):
        door("key", *NO_TEXT)(lambda v, m=method, r=rest: getattr(objects(), m)(v, *r))
    for method in ("get", "head", "delete"):
        door("version_id", None, 5)(lambda v, m=method: getattr(objects(), m)("k", version_id=v))
    for method in ("put", "upload", "put_text", "put_json", "change_metadata"):
        arguments: dict[str, tuple[object, ...]] = {
            "put": (b"",),
            "put_text": ("",),
            "put_json": ({},),
            "upload": (io.BytesIO(),),
        }
        rest = arguments.get(method, ())
        for option, values in (
            ("metadata", (["a"], "a", 5, [])),
            ("content_type", (None, 5) if method != "put_json" else ()),
            ("cache_control", (None, 5) if method in ("put", "change_metadata") else ()),
            ("conditions", (None, "x") if method in ("put", "put_text", "put_json") else ()),
        ):
            door(option, *values)(
                lambda v, m=method, r=rest, o=option: getattr(objects(), m)("k", *r, **{o: v})
            )
    door("body", None, "text", 5, io.BytesIO())(lambda v: objects().put("k", v))
    door("text", None, b"text", 5)(lambda v: objects().put_text("k", v))
    door("file", None, 5, b"x", io.StringIO())(lambda v: objects().upload("k", v))
    door("file", None, 5, b"x", io.StringIO())(lambda v: objects().download("k", v))
    door("to", *NO_TEXT)(lambda v: objects().copy("k", v))
    door("first", "1", 1.5)(lambda v: objects().get("k", first=v))
    door("last", "1", 1.5)(lambda v: objects().get("k", last=v))
    door("conditions", None, "etag", {})(lambda v: objects().get("k", conditions=v))
    door("prefix", *NO_TEXT)(lambda v: objects().list(v))
    for method in ("page", "version_page"):
        door("prefix", *NO_TEXT)(lambda v, m=method: getattr(objects(), m)(v))
        door("delimiter", None, 5)(lambda v, m=method: getattr(objects(), m)(delimiter=v))
        door("token", None, 5)(lambda v, m=method: getattr(objects(), m)(token=v))
        door("limit", None, "5", 1.5)(lambda v, m=method: getattr(objects(), m)(limit=v))
    door("response_headers", ["a"], "a", 5)(
        lambda v: objects().presigned_get("k", response_headers=v)
    )
    door("response_headers", 5, None)(
        lambda v: objects().presigned_get("k", response_headers={"Content-Type": v})
    )
    door("response_headers", 5, None)(
        lambda v: objects().presigned_get("k", response_headers={v: "a"})
    )
    door("expires_in", None, "60")(lambda v: objects().presigned_get("k", expires_in=v))
    door("content_type", None, 5)(lambda v: objects().presigned_put("k", content_type=v))
    door("size", "5", 1.5)(lambda v: objects().presigned_put("k", content_type="a/b", size=v))
    door("content_type", None, 5)(
        lambda v: objects().presigned_post("k", max_size=1, content_type=v)
    )
    for option in ("if_match", "if_none_match"):
        door(option, None, 5)(lambda v, o=option: Conditions(**{o: v}))
    for option in ("if_modified_since", "if_unmodified_since"):
        door(option, "yesterday", 5)(lambda v, o=option: Conditions(**{o: v}))
    door("create_only", None, "yes", 1)(lambda v: Conditions(create_only=v))
    door("name", *NO_TEXT)(lambda v: safe_key(v))
    return doors


def name_of(part: object) -> str:
    return re.sub(r"\W+", " ", str(part))[:20]


@pytest.mark.parametrize(("argument", "value", "call"), refusals(), ids=name_of)
def test_wrong_type_is_refused_in_our_words(
    argument: str, value: object, call: Callable[[], object]
) -> None:
    def run() -> None:
        done = call()
        if isinstance(done, Coroutine):
            asyncio.run(done)

    with pytest.raises(ValueError, match=rf"^`{argument}` must .*, got: ") as caught:
        run()
    assert repr(value)[:20] in str(caught.value)


def test_url_in_place_of_a_store_is_shown_without_its_password() -> None:
    url: Untyped = "redis://ada:secret@host:6379"

    with pytest.raises(ValueError, match=r"such as RedisStore .*, got: 'redis://host:6379'$"):
        LazyLoading(url, loaded)


def test_store_of_your_own_needs_its_methods_only() -> None:
    class Own:
        def __getattr__(self, name: str) -> object:
            return getattr(inner, name)

    inner = MemoryStore()
    own: Untyped = Own()
    assert LazyLoading(own, loaded).get("k") == "k"
    assert inner.get("k") == "k"
