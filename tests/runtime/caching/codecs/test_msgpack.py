import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.runtime.caching import (
    JSON,
    MISSING,
    LazyLoading,
    MemoryStore,
    MsgpackCodec,
    ValueTooLarge,
)
from serverless_stack.runtime.caching.base import CacheEntry
from tests.runtime.caching.codecs.test_json import TAGGED, TYPED, VALUES, Line, repr_of

CODEC = MsgpackCodec(types=(Line,))


@given(VALUES)
def test_every_value_comes_back(value: object) -> None:
    assert repr_of(CODEC.decode(CODEC.encode(value))) == repr_of(value)


@pytest.mark.parametrize("value", [*TAGGED, Line("tea", Decimal("3.20"))], ids=repr)
def test_what_msgpack_lacks_comes_back(value: object) -> None:
    assert repr_of(CODEC.decode(CODEC.encode(value))) == repr_of(value)


@given(st.binary().map(lambda data: b"\x02" + data) | st.binary())
def test_no_bytes_crash_it(data: bytes) -> None:
    CODEC.decode(data)


def test_bytes_and_floats_are_smaller_than_in_json() -> None:
    value = {"picture": bytes(range(256)) * 4, "measures": [0.1234567890123] * 50}

    assert len(CODEC.encode(value)) < 0.7 * len(JSON.encode(value))


def test_age_and_compression() -> None:
    codec = MsgpackCodec(compress_over=50)
    aged = CacheEntry({"text": "x" * 1000, "at": datetime(2026, 1, 31, tzinfo=UTC)}, 1.5, 2.5)

    assert len(codec.encode(aged)) < 150
    assert codec.decode(codec.encode(aged)) == aged


def test_json_of_earlier_days_is_read() -> None:
    assert CODEC.decode(TYPED.encode(Line("tea", Decimal(3)))) == Line("tea", Decimal(3))


def test_json_does_not_read_msgpack() -> None:
    assert JSON.decode(CODEC.encode({"a": 1})) is MISSING


def test_counters_count() -> None:
    store = MemoryStore(codec=CODEC)
    store.set("count", 41)

    assert store.increment("count") == 42
    assert store.get("count") == 42


def test_lazy_loading_with_it() -> None:
    lazy = LazyLoading(MemoryStore(codec=CODEC), lambda key: (key, b"x"), soft_ttl=10)
    lazy.get("a")

    assert lazy.lookup("a").hit
    assert lazy.get("a") == ("a", b"x")


@pytest.mark.parametrize("value", [[2**64], {"a": -(2**63) - 1}])
def test_integers_of_more_than_64_bits_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="more than 64 bits"):
        CODEC.encode(value)


def test_value_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueTooLarge, match="must have 10 bytes or fewer, got: 104"):
        MsgpackCodec(max_bytes=10).encode(b"x" * 101)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgpack", None)
    with pytest.raises(ImportError, match=r"needs the `msgpack` library: add `msgpack` to"):
        MsgpackCodec()
