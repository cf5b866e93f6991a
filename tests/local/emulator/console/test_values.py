"""Entries of caches as text."""

import datetime
import decimal
import json
import pickle
import struct

import pytest

from serverless_stack.local.emulator.console import values
from serverless_stack.runtime.caching.base import CacheEntry
from serverless_stack.runtime.caching.codecs import framing
from serverless_stack.runtime.caching.codecs.json import JsonCodec
from serverless_stack.runtime.caching.codecs.msgpack import MsgpackCodec

VALUE = {
    "name": "café",
    "price": decimal.Decimal("9.90"),
    "day": datetime.date(2026, 11, 29),
    "numbers": [0, 127, 128, -1, -33, 70000, -70000, 2**40, -(2**40), 0.5],
    "flags": [True, False, None],
    "long": "x" * 300,
    "many": list(range(40)),
    "map": {str(number): number for number in range(20)},
}


def test_the_first_bytes_are_those_of_the_codecs() -> None:
    assert values.DEFLATED == framing.DEFLATED
    assert values.MSGPACK == framing.MSGPACK
    assert values.AGED == framing.AGED


@pytest.mark.parametrize("codec", [JsonCodec(), JsonCodec(compress_over=1)], ids=["plain", "small"])
def test_json_is_indented(codec: JsonCodec) -> None:
    found = values.describe(codec.encode(VALUE))
    shown = json.loads(found["text"])
    assert shown["price"] == {"$decimal": "9.90"}
    assert shown["numbers"] == VALUE["numbers"]
    assert found["codec"].startswith("JSON")
    assert not found["cut"]


@pytest.mark.parametrize("compress_over", [None, 1])
def test_msgpack_is_read(compress_over: int | None) -> None:
    found = values.describe(MsgpackCodec(compress_over=compress_over).encode(VALUE))
    shown = json.loads(found["text"])
    for name in ("name", "numbers", "flags", "long", "many", "map"):
        assert shown[name] == VALUE[name]
    assert found["codec"] == ("msgpack" if compress_over is None else "msgpack, compressed")


def test_an_entry_with_times_shows_them() -> None:
    found = values.describe(JsonCodec().encode(CacheEntry([1], 1000.0, 2000.0)))
    assert (found["fresh_until"], found["valid_until"]) == (1000.0, 2000.0)
    assert json.loads(found["text"]) == [1]


def test_the_beginning_of_a_long_value_is_text() -> None:
    content = ("é" * 1000).encode()[:-1]
    found = values.describe(content, 10**8)
    assert found["cut"]
    assert found["size"] == 10**8
    assert found["text"] == "é" * 999


class Exploding:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Exploding()),
        b"",
        b"\x01not deflated",
        b"\x02\xdf\xff\xff\xff\xff",
        b"\x02" + b"\x91" * 5000,
        b"\x02\xc1",
        b"\x03short",
        b"\x03" + struct.pack(">dd", float("nan"), float("inf")) + b"x",
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
    ids=[
        "pickle",
        "empty",
        "deflated",
        "huge",
        "deep",
        "reserved",
        "aged",
        "no time",
        "bytes",
        "brackets",
    ],
)
def test_foreign_bytes_are_shown_and_never_run(content: bytes) -> None:
    found = values.describe(content)
    assert isinstance(found["text"], str)
    json.dumps(found, allow_nan=False)
    assert found["size"] == len(content)
