"""JSON in the store: plain where it can be, and what is not ours is a miss."""

import json
import math
from collections import OrderedDict, defaultdict
from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from serverless_stack.runtime.caching import (
    JSON,
    MISSING,
    Codec,
    JsonCodec,
    MsgpackCodec,
    ValueTooLarge,
)
from serverless_stack.runtime.caching.base import CacheEntry

MIDDAY = datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    article: str
    price: Decimal


@dataclass
class Order:
    id: str
    at: datetime
    lines: list[Line] = field(default_factory=list)
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.total = len(self.lines)


@dataclass
class Marked:
    marks: dict[str, str]


class Customer(BaseModel):
    name: str = Field(alias="Name")
    born: date

    @field_validator("born")
    @classmethod
    def in_the_past(cls, born: date) -> date:
        if born.year > 2100:
            raise ValueError("not born yet")
        return born


class Colour(Enum):
    RED = ("r", 1)


class Level(IntEnum):
    HIGH = 3


class Word(StrEnum):
    YES = "yes"


class Permission(Flag):
    READ = 1
    WRITE = 4


class Point(NamedTuple):
    x: int
    y: int


TYPED = JsonCodec(types=(Line, Order, Marked, Customer, Colour))
PLAIN = [
    None,
    True,
    -(2**70),
    1.5,
    "käse 🧀",
    {"a": [1, {"b": None}], "$c": 1, "d": "$"},
    {},
    [],
    '{"$date": "2026-01-31"}',
    ['{"$', "$"],
]
TAGGED = [
    MIDDAY,
    datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=-3, seconds=5))),
    datetime.max,
    date(1, 1, 1),
    time(23, 59, tzinfo=UTC),
    timedelta(days=-1, microseconds=1),
    Decimal("9.90"),
    b"\x00\xff",
    UUID(int=7),
    {1, 2, 3},
    frozenset({"a"}),
    (1, (2, [3])),
    {1: "a", None: "b", (1, 2): {"x": MIDDAY}},
    {"at": MIDDAY, "prices": [Decimal("1"), Decimal("Infinity")]},
    {"$date": "2026-01-31"},
    {"$$date": {"$tuple": [1]}},
    [{"$": 1}, {"$type": ["Line", []]}, {"": 1}],
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_what_json_has_is_plain_json_for_other_programs(value: object) -> None:
    data = JSON.encode(value)

    assert json.loads(data) == value
    assert JSON.decode(data) == value


@pytest.mark.parametrize("value", TAGGED, ids=repr)
def test_what_json_lacks_comes_back_as_it_was(value: object) -> None:
    data = JSON.encode(value)
    found = JSON.decode(data)

    json.loads(data)  # it is JSON all the same
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        Line("tea", Decimal("3.20")),
        [Order("7", MIDDAY, [Line("tea", Decimal("3.20"))])],
        Marked({"$date": "no date"}),
        Customer(Name="Ada", born=date(1815, 12, 10)),
        {"who": Customer(Name="$date", born=date(1815, 12, 10))},
        Colour.RED,
    ],
    ids=lambda value: type(value).__name__,
)
def test_classes_that_are_named_come_back(value: object) -> None:
    found = TYPED.decode(TYPED.encode(value))

    assert found == value
    assert type(found) is type(value)


@dataclass
class Cents:
    amount: int

    def __post_init__(self) -> None:
        self.amount *= 100  # given in euros


@dataclass
class Rated:
    net: int
    rate: InitVar[int] = 19
    gross: int = field(init=False, default=0)

    def __post_init__(self, rate: int) -> None:
        self.gross = self.net * (100 + rate) // 100


@dataclass
class Doubled:
    number: int
    computed: list[int] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        self.double = 2 * self.number

    @cached_property
    def triple(self) -> int:
        self.computed.append(1)
        return 3 * self.number


@dataclass(frozen=True, slots=True)
class Slotted:
    x: int


def test_dataclasses_come_back_without_being_computed_anew() -> None:
    codec = JsonCodec(types=(Cents, Rated, Order, Doubled, Slotted))
    counted = Order("7", MIDDAY)
    counted.total = 3

    for value in (Cents(3), Rated(100, 7), counted, Slotted(1)):
        assert codec.decode(codec.encode(value)) == value


def test_attributes_beside_the_fields_come_back_save_cached_properties() -> None:
    codec = JsonCodec(types=(Doubled,))
    value = Doubled(7)
    assert value.triple == 21

    found = codec.decode(codec.encode(value))

    assert isinstance(found, Doubled)
    assert vars(found) == {"number": 7, "computed": [1], "double": 14}
    assert found.triple == 21


def test_dataclass_with_a_field_that_was_never_set_is_refused() -> None:
    @dataclass
    class Lazy:
        x: int = field(init=False)

    with pytest.raises(TypeError, match="object is not JSON"):
        JsonCodec(types=(Lazy,)).encode(Lazy())


def test_model_whose_validator_would_change_it_is_refused() -> None:
    class Price(BaseModel):
        cents: int

        @field_validator("cents")
        @classmethod
        def in_cents(cls, euros: int) -> int:
            return 100 * euros

    with pytest.raises(ValueError, match=r"its validators would change .*Price"):
        JsonCodec(types=(Price,)).encode(Price(cents=3))


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 7, 1, 12, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        datetime(2026, 10, 25, 2, 30, fold=1),
        time(2, 30, tzinfo=BERLIN),
        time(2, 30, fold=1),
        datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=-3))),
    ],
    ids=repr,
)
def test_time_zone_and_fold_come_back(value: datetime | time) -> None:
    found = JSON.decode(JSON.encode(value))

    assert repr(found) == repr(value)
    if isinstance(value, datetime):
        assert isinstance(found, datetime)
        assert found.utcoffset() == value.utcoffset()
        assert repr(found + timedelta(days=180)) == repr(value + timedelta(days=180))


class Odd(tzinfo):
    def utcoffset(self, at: datetime | None, /) -> timedelta:
        return timedelta(hours=1)

    def dst(self, at: datetime | None, /) -> timedelta:
        return timedelta(0)

    def tzname(self, at: datetime | None, /) -> str:
        return "odd"


@pytest.mark.parametrize("zone", [Odd(), timezone(timedelta(hours=1), "CET")])
def test_time_zone_that_could_not_come_back_is_refused(zone: tzinfo) -> None:
    with pytest.raises(TypeError, match="a time zone is not JSON unless it is an offset or"):
        JSON.encode(datetime(2026, 1, 31, tzinfo=zone))


def test_extra_fields_of_a_model_come_back() -> None:
    class Open(BaseModel, extra="allow"):
        name: str

    codec = JsonCodec(types=(Open,))
    value = Open.model_validate({"name": "Ada", "more": 1})

    assert codec.decode(codec.encode(value)) == value


@pytest.mark.parametrize(
    "value", [Line("tea", Decimal(1)), Customer(Name="Ada", born=date(1815, 12, 10)), Colour.RED]
)
def test_classes_that_are_not_named_are_refused_and_a_miss(value: object) -> None:
    name = type(value).__name__
    with pytest.raises(TypeError, match=rf"{name} is not JSON: .* JsonCodec\(types=\({name},\)\)"):
        JSON.encode(value)
    assert JSON.decode(TYPED.encode(value)) is MISSING


class Nanoseconds(datetime):
    """As pandas' Timestamp is one, with more than a datetime has."""


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (OrderedDict(a=1), "dict"),
        (defaultdict(list, {"a": [1]}), "dict"),
        (type("Markup", (str,), {})("<b>"), "str"),
        ({type("Name", (str,), {})("a"): 1}, "str"),
        (type("Float64", (float,), {})(1), "float"),
        (type("Rows", (list,), {})(), "list"),
        (Nanoseconds(2026, 1, 31), "datetime"),
        (type("Money", (Decimal,), {})(1), "Decimal"),
        (type("Id", (UUID,), {})(int=1), "UUID"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclass_of_a_built_in_type_is_refused(value: object, base: str) -> None:
    for codec in (JSON, MsgpackCodec()):
        with pytest.raises(TypeError, match=f"is not JSON: it would come back as a {base}"):
            codec.encode(value)


@pytest.mark.parametrize(
    "value", [Level.HIGH, {Word.YES: Word.YES}, {Word.YES: 1, "no": 2}, Point(1, 2), Permission(5)]
)
def test_named_subclasses_of_built_in_types_come_back(value: object) -> None:
    types = (Level, Word, Point, Permission)
    with pytest.raises(TypeError, match="name it to the codec"):
        JSON.encode(value)
    for codec in (JsonCodec(types=types), MsgpackCodec(types=types)):
        found = codec.decode(codec.encode(value))
        assert repr(found) == repr(value)
        assert type(found) is type(value)


class Base:
    __slots__ = ("__mangled", "below")

    def __init__(self) -> None:
        self.below = 1
        self.__mangled = 2

    def sum(self) -> int:
        return self.below + self.__mangled


@dataclass(slots=True)
class Above(Base):
    x: int

    def __post_init__(self) -> None:
        Base.__init__(self)


def test_attributes_in_slots_of_a_base_come_back() -> None:
    codec = JsonCodec(types=(Above,))
    found = codec.decode(codec.encode(Above(7)))
    assert isinstance(found, Above)
    assert (found.x, found.below, found.sum()) == (7, 1, 3)


def test_member_of_an_enum_that_is_a_dataclass_is_the_member() -> None:
    class Planet(Line, Enum):
        EARTH = ("tea", Decimal(1))

    codec = JsonCodec(types=(Planet, Line))
    assert codec.decode(codec.encode(Planet.EARTH)) is Planet.EARTH


@pytest.mark.parametrize("value", [object(), {"x": [object()]}, 1j, len, MISSING])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="is not JSON"):
        JSON.encode(value)


@pytest.mark.parametrize(
    "value",
    [math.nan, [math.inf], "\ud800", {"\udc00": 1}, 10**5000],
    ids=["NaN", "infinity", "a surrogate", "a surrogate in a key", "too many digits"],
)
def test_values_without_a_json_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # Unicode's and JSON's own messages
        JSON.encode(value)


def test_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="contains itself or is too deep"):
        JSON.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1 2",
        b"\xff\xfe",
        b'"\xff"',
        b"[" * 100_000,
        b"NaN",
        b"[-Infinity]",
        b' {"a": NaN}',
        b'{"$unknown":1}',
        b'{"$date":"2026-13-01"}',
        b'{"$date":5}',
        b'{"$set":[[]]}',
        b'{"$map":[1]}',
        b'{"$bytes":"*"}',
        b'{"$type":["os.system",["true"]]}',
        b'{"$type":["Line",[["article","tea"]]]}',
        b'{"$type":["Line",[["article","tea"],["price",1],["rest",1]]]}',
        b'{"$type":["Customer",[["name","Ada"],["born","2200-01-01"]]]}',
        b'{"$type":["Colour","blue"]}',
        b'{"$type":1}',
        b"\x01",
        b"\x01not deflated",
        b"\x03",
        b"\x03" + bytes(16),
        b"\x03" + b"\xff" * 16 + b"1",
        b"\x03" + bytes(16) + b"\x03" + bytes(16) + b"1",
        b"\x7f",
    ],
)
def test_corrupt_and_foreign_entries_are_a_miss(data: bytes) -> None:
    assert TYPED.decode(data) is MISSING


def test_absent_entry_is_a_miss() -> None:
    assert JSON.decode(None) is MISSING


@pytest.mark.parametrize("data", [b' {"a": 1}\n', b'\n\t{"a": 1}', b'{"a": 1} '])
def test_blanks_of_other_programs_are_fine(data: bytes) -> None:
    assert JSON.decode(data) == {"a": 1}


@pytest.mark.parametrize("codec", [JSON, JsonCodec(compress_over=10)], ids=["plain", "compressed"])
@pytest.mark.parametrize("value", [None, "x" * 100, {"at": MIDDAY}])
def test_age_comes_back_with_the_value(codec: Codec, value: object) -> None:
    entry = CacheEntry(value, 1_700_000_000.25, 1_700_000_300.5)

    assert codec.decode(codec.encode(entry)) == entry


def test_large_values_are_compressed_on_request() -> None:
    codec = JsonCodec(compress_over=100)
    small, large = "x" * 98, "x" * 99

    assert codec.encode(small) == b'"%s"' % small.encode()
    data = codec.encode(large)
    assert len(data) < 50
    assert codec.decode(data) == large
    assert JSON.decode(data) == large  # who does not compress reads it, too


def test_compressed_entry_that_is_cut_off_or_has_a_tail_is_a_miss() -> None:
    data = JsonCodec(compress_over=10).encode(["x" * 100] * 20)

    assert JSON.decode(data[:-1]) is MISSING
    assert JSON.decode(data + b"tail") is MISSING


def test_what_compression_does_not_make_smaller_stays_plain() -> None:
    assert JsonCodec(compress_over=0).encode(1) == b"1"


def test_value_that_is_too_large_is_refused() -> None:
    codec = JsonCodec(max_bytes=100)
    codec.encode("x" * 98)
    with pytest.raises(ValueTooLarge, match="must have 100 bytes or fewer, got: 101"):
        codec.encode("x" * 99)


def test_what_counts_is_the_size_in_the_store() -> None:
    JsonCodec(compress_over=0, max_bytes=100).encode("x" * 5000)


def test_the_default_limit_is_what_memcached_takes() -> None:
    JSON.encode("x" * (1024 * 1024 - 1026))
    with pytest.raises(ValueTooLarge, match="must have 1047552 bytes or fewer, got: 1047553"):
        JSON.encode("x" * (1024 * 1024 - 1025))


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="`compress_over` must be 0 bytes or more, got: -1"):
        JsonCodec(compress_over=-1)
    with pytest.raises(ValueError, match="`max_bytes` must be 1 byte or more, got: 0"):
        JsonCodec(max_bytes=0)


def test_types_are_checked() -> None:
    @dataclass
    class Rows(dict[str, int]):
        x: int

    for kind in (int, Rows, defaultdict):
        with pytest.raises(TypeError, match="`types` must be dataclasses, named tuples, pydantic"):
            JsonCodec(types=(kind,))
    other = type("Line", (Line,), {"__qualname__": "Line"})
    with pytest.raises(ValueError, match="`types` must have different names, got: Line"):
        JsonCodec(types=(Line, other))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.sampled_from([None, UTC])).map(lambda at: at.replace(fold=0))
    | st.dates()
    | st.times().map(lambda moment: moment.replace(fold=0))  # ISO 8601 has no fold
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.uuids()
)
HASHABLE = st.recursive(
    SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
NAMES = st.text(max_size=8) | st.sampled_from(["$date", "$$", "$type", "$", "$map", "$tuple"])
VALUES = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.sets(HASHABLE, max_size=3)
        | st.tuples(inner)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_comes_back(value: object) -> None:
    for codec in (JSON, JsonCodec(compress_over=30)):
        found = codec.decode(codec.encode(value))
        assert repr_of(found) == repr_of(value)


@given(st.binary() | st.text().map(str.encode) | st.binary().map(lambda data: b"\x03" + data))
def test_no_bytes_crash_it(data: bytes) -> None:
    TYPED.decode(data)


@given(VALUES, st.data())
def test_no_damage_crashes_it(value: object, data: st.DataObject) -> None:
    whole = bytearray(JsonCodec(compress_over=20).encode(CacheEntry(value, 1.0, 2.0)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))

    JSON.decode(bytes(whole))
    JSON.decode(bytes(whole[:place]))


def repr_of(value: object) -> object:
    """A form that tells types apart (1 == True == 1.0) and knows no order of sets."""
    if isinstance(value, dict):
        return "dict", sorted(((repr_of(k), repr_of(v)) for k, v in value.items()), key=repr)
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted((repr_of(each) for each in value), key=repr)
    if isinstance(value, list | tuple):
        return type(value).__name__, [repr_of(each) for each in value]
    return type(value).__name__, repr(value)
