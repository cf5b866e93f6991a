import pytest

from serverless_stack.local.emulator.cdn.cache import Cache, Key
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


def sized(size: int) -> Response:
    return Response(200, {}, b"." * size)


def test_a_response_is_cached_until_it_expires(cache: Cache, clock: Clock) -> None:
    cache.put(key("/a"), sized(10), 5)
    clock.now = 4.9
    kept = cache.get(key("/a"))
    assert kept is not None
    assert (kept.response, cache.age(kept)) == (sized(10), 4)
    clock.now = 5
    assert cache.get(key("/a")) is None
    assert len(cache) == 0


def test_an_uncacheable_response_drops_the_cached_one(cache: Cache) -> None:
    cache.put(key("/a"), sized(10), 5)
    cache.put(key("/a"), sized(10), 0)
    assert cache.get(key("/a")) is None


def test_the_least_recently_used_is_dropped(cache: Cache) -> None:
    for path in ("/a", "/b"):
        cache.put(key(path), sized(50), 5)
    cache.get(key("/a"))
    cache.put(key("/c"), sized(50), 5)
    assert [cache.get(key(path)) is not None for path in ("/a", "/b", "/c")] == [True, False, True]
    cache.put(key("/d"), sized(101), 5)
    assert cache.get(key("/d")) is None
    assert len(cache) == 2


def test_an_encoded_star_is_no_wildcard(cache: Cache) -> None:
    for path in ("/a%2A", "/ab"):
        cache.put(key(path), sized(1), 5)
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
        cache.put(each, sized(1), 5)
    assert cache.invalidate("E1", paths) == len(dropped)
    assert {text for text, each in kept.items() if cache.get(each) is None} == dropped
    assert cache.get(key("/a", distribution="E2")) is not None
