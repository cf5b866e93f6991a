import asyncio

import pytest

from serverless_stack.local.emulator.cdn.cache import Cache, Key
from serverless_stack.local.emulator.cdn.freshness import NOT_STORED, Freshness
from serverless_stack.local.emulator.cdn.messages import Response


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> Cache:
    return Cache(clock, most_bytes=100)


def key(path: str, query: str = "", distribution: str = "E1") -> Key:
    return Key(distribution, path, query, ())


FIVE = Freshness(5)


def sized(size: int) -> Response:
    return Response(200, {}, b"." * size)


def test_a_response_is_cached_until_it_expires(cache: Cache, clock: Clock) -> None:
    cache.put(key("/a"), sized(10), FIVE)
    clock.now = 4.9
    kept = cache.get(key("/a"))
    assert kept is not None
    assert (kept.response, cache.age(kept)) == (sized(10), 4)
    clock.now = 5
    assert cache.get(key("/a")) is None
    assert cache.find(key("/a")) is not None


def test_an_uncacheable_response_drops_the_cached_one(cache: Cache) -> None:
    cache.put(key("/a"), sized(10), FIVE)
    cache.put(key("/a"), sized(10), NOT_STORED)
    assert cache.get(key("/a")) is None


def test_the_least_recently_used_is_dropped(cache: Cache) -> None:
    for path in ("/a", "/b"):
        cache.put(key(path), sized(50), FIVE)
    cache.get(key("/a"))
    cache.put(key("/c"), sized(50), FIVE)
    assert [cache.get(key(path)) is not None for path in ("/a", "/b", "/c")] == [True, False, True]
    cache.put(key("/d"), sized(101), FIVE)
    assert cache.get(key("/d")) is None
    assert len(cache) == 2


def test_an_encoded_star_is_no_wildcard(cache: Cache) -> None:
    for path in ("/a%2A", "/ab"):
        cache.put(key(path), sized(1), FIVE)
    assert cache.invalidate("E1", ["/a%2A"]) == 1
    assert cache.get(key("/ab")) is not None


@pytest.mark.parametrize(
    ("paths", "dropped"),
    [
        (["/a"], {"/a"}),
        (["/a*"], {"/a", "/a?x=1", "/a/b", "/a%20b"}),
        (["/a/*"], {"/a/b"}),
        (["/a%20b"], {"/a%20b"}),
        (["/%61"], {"/a"}),
        (["/a?x=1"], {"/a?x=1"}),
        (["/a?*"], {"/a?x=1"}),
        (["/b", "/a/b"], {"/b", "/a/b"}),
        (["/*"], {"/a", "/a?x=1", "/a/b", "/a%20b", "/b"}),
        (["/A", "/a/", "/c*"], set()),
    ],
)
def test_an_invalidation(cache: Cache, paths: list[str], dropped: set[str]) -> None:
    kept = {
        text: key(*text.partition("?")[::2]) for text in ("/a", "/a?x=1", "/a/b", "/a%20b", "/b")
    }
    for each in (*kept.values(), key("/a", distribution="E2")):
        cache.put(each, sized(1), FIVE)
    assert cache.invalidate("E1", paths) == len(dropped)
    assert {text for text, each in kept.items() if cache.get(each) is None} == dropped
    assert cache.get(key("/a", distribution="E2")) is not None


def test_expired_responses_are_served_for_some_time(cache: Cache, clock: Clock) -> None:
    cache.put(key("/a"), sized(1), Freshness(5, while_revalidating=10, on_error=20))
    cache.put(key("/b"), sized(1), FIVE)
    entries = [cache.find(key("/a")), cache.find(key("/b"))]
    for now, revalidating, on_error in ((14, True, True), (16, False, True), (26, False, False)):
        clock.now = now
        (first, second) = entries
        assert first is not None
        assert second is not None
        assert cache.serves_while_revalidating(first) is revalidating
        assert cache.serves_on_error(first) is on_error
        assert not cache.serves_while_revalidating(second)
        assert cache.serves_on_error(second)


def test_an_expired_response_is_held(cache: Cache, clock: Clock) -> None:
    cache.put(key("/a"), sized(1), FIVE)
    clock.now = 6
    cache.hold(key("/a"), 10)
    clock.now = 15
    kept = cache.get(key("/a"))
    assert kept is not None
    assert cache.age(kept) == 15
    clock.now = 16
    assert cache.get(key("/a")) is None


async def fetch(cache: Cache, waits: list[bool]) -> None:
    async with cache.alone(key("/a")) as waited:
        waits.append(waited)
        await asyncio.sleep(0)


def test_requests_for_one_key_wait_for_the_first(cache: Cache) -> None:
    waits: list[bool] = []

    async def three() -> None:
        await asyncio.gather(*(fetch(cache, waits) for _ in range(3)))
        await fetch(cache, waits)

    asyncio.run(three())
    assert waits == [False, True, True, False]
