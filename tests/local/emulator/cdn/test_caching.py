"""The cache of a distribution: what is kept, confirmed, and served when an origin fails."""

from dataclasses import replace

import pytest

from serverless_stack.local.emulator.cdn.config import Behaviour, ErrorResponse
from serverless_stack.local.emulator.cdn.exchange import OriginUnreachableError
from serverless_stack.local.emulator.cdn.messages import (
    ERROR,
    HIT,
    MISS,
    REFRESH_HIT,
    Request,
    Response,
)
from serverless_stack.local.emulator.cdn.policies import CachePolicy, Selection, Selections
from tests.local.emulator.cdn.world import OPTIMIZED, World, answer, versioned


def refuse(request: Request) -> Response:
    raise OriginUnreachableError("refused")


def test_hits_have_an_age(world: World) -> None:
    assert world.view("/a").outcome == MISS
    world.clock.now = 7
    reply = world.view("/a")
    assert (reply.outcome, reply.body, reply.header("age")) == (HIT, b"/a", "7")
    assert world.view("/a", "HEAD").outcome == HIT
    assert world.reached() == ["main"]


@pytest.fixture
def world() -> World:
    return World(origins={"main": lambda request: answer(request.uri, cache_control="max-age=10")})


def test_what_is_never_stored(world: World) -> None:
    for method in ("POST", "HEAD", "OPTIONS"):
        replace_methods(world, methods=("GET", "HEAD", "POST", "OPTIONS"))
        assert [world.view("/a", method).outcome for _ in range(2)] == [MISS, MISS]
    assert len(world.cache) == 0


def replace_methods(world: World, **changes: tuple[str, ...]) -> None:
    config = world.distribution.config
    behaviours = tuple(replace(each, **changes) for each in config.behaviours)  # type: ignore[arg-type]
    world.distribution = replace(world.distribution, config=replace(config, behaviours=behaviours))


def test_options_are_cached_if_the_behaviour_says_so(world: World) -> None:
    methods = ("GET", "HEAD", "OPTIONS")
    replace_methods(world, methods=methods, cached_methods=methods)
    assert [world.view("/a", "OPTIONS").outcome for _ in range(2)] == [MISS, HIT]
    assert world.view("/a").outcome == MISS


def test_the_key_has_what_the_policy_selects(world: World) -> None:
    key = Selections(
        Selection.of("whitelist", ["X-Lang"], lower=True),
        Selection.of("allExcept", ["session"]),
        Selection.of("whitelist", ["w"]),
    )
    world.policies["optimized"] = replace(OPTIMIZED, key=key)
    first = world.view("/a?w=1&x=1", headers={"X-Lang": "de", "Cookie": "a=1; session=1"})
    same = world.view("/a?x=2&w=1", headers={"X-Lang": "de", "Cookie": "session=2; a=1"})
    assert (first.outcome, same.outcome) == (MISS, HIT)
    for path, lang, cookie in (
        ("/a?w=2", "de", "a=1"),
        ("/a?w=1", "fr", "a=1"),
        ("/a?w=1", "de", "b=1"),
    ):
        reply = world.view(path, headers={"X-Lang": lang, "Cookie": cookie})
        assert reply.outcome == MISS
    (_name, request) = world.calls[0]
    assert request.headers["x-lang"] == ["de"]
    assert (request.query, request.header("cookie")) == ("w=1", "a=1")


def test_an_expired_object_is_confirmed() -> None:
    page = answer("page", etag='"1"', last_modified="Sat, 31 Jan 2026 12:00:00 GMT", x_served="1")
    world = World(origins={"main": versioned(page)})
    world.view()
    world.clock.now = 61
    reply = world.view()
    assert (reply.status, reply.outcome, reply.body) == (200, REFRESH_HIT, b"page")
    (_name, request) = world.calls[-1]
    assert request.header("if-none-match") == '"1"'
    assert request.header("if-modified-since") == "Sat, 31 Jan 2026 12:00:00 GMT"
    world.clock.now = 100
    assert world.view().outcome == HIT
    assert len(world.reached()) == 2


def test_a_changed_object_replaces_the_expired_one() -> None:
    pages = iter([answer("old", etag='"1"'), answer("new", etag='"2"')])
    world = World(origins={"main": lambda request: next(pages)})
    world.view()
    world.clock.now = 61
    assert [world.view().body for _ in range(2)] == [b"new", b"new"]


def failing_after_the_first(failure: Response | None, control: str = "max-age=10") -> World:
    count = 0

    def handle(request: Request) -> Response:
        nonlocal count
        count += 1
        if count == 1:
            return answer("page", cache_control=control)
        return failure if failure is not None else refuse(request)

    return World(origins={"main": handle}, errors=(ErrorResponse(502, ttl=30),))


@pytest.mark.parametrize("failure", [None, answer("", 502)])
def test_an_expired_object_outlives_its_origin(failure: Response | None) -> None:
    world = failing_after_the_first(failure)
    world.view()
    world.clock.now = 11
    assert (world.view().status, world.view().body) == (200, b"page")
    assert len(world.reached()) == 2
    # The origin is tried again after the error caching minimum TTL.
    world.clock.now = 42
    assert world.view().body == b"page"
    assert len(world.reached()) == 1


@pytest.mark.parametrize(
    ("control", "status"),
    [
        ("max-age=10, stale-if-error=0", 502),
        ("max-age=10, stale-if-error=5", 200),
        ("max-age=10, stale-if-error=1", 502),
    ],
)
def test_stale_if_error(control: str, status: int) -> None:
    world = failing_after_the_first(None, control)
    world.view()
    world.clock.now = 12
    assert world.view().status == status


def test_an_expired_object_does_not_hide_a_client_error() -> None:
    world = failing_after_the_first(answer("gone", 404))
    world.view()
    world.clock.now = 11
    assert world.view().status == 404


def test_stale_while_revalidate() -> None:
    pages = iter(["old", "new", "newer"])
    world = World(
        origins={
            "main": lambda request: answer(
                next(pages), cache_control="max-age=10, stale-while-revalidate=60"
            )
        }
    )
    world.view()
    world.clock.now = 11
    assert [world.view().body for _ in range(2)] == [b"old", b"new"]
    assert world.reached() == ["main", "main"]


def test_errors_are_cached_for_their_ttl() -> None:
    world = World(
        origins={"main": lambda request: answer("no", 404)}, errors=(ErrorResponse(404, ttl=30),)
    )
    assert [world.view().outcome for _ in range(2)] == [ERROR, ERROR]
    assert world.reached() == ["main"]
    world.clock.now = 31
    world.view()
    assert world.reached() == ["main"]


def test_errors_without_caching() -> None:
    behaviour = Behaviour("*", "main", cache_policy="off")
    world = World(behaviours=(behaviour,), origins={"main": lambda request: answer("no", 500)})
    for _ in range(2):
        world.view()
    assert len(world.reached()) == 2
    declared = World(
        behaviours=(behaviour,),
        origins={"main": lambda request: answer("no", 500)},
        errors=(ErrorResponse(500, ttl=5),),
    )
    for _ in range(2):
        declared.view()
    assert len(declared.reached()) == 1


COOKIES = replace(OPTIMIZED, key=Selections(cookies=Selection("all")))


@pytest.mark.parametrize(
    ("policy", "control", "first", "second"),
    [
        (OPTIMIZED, "max-age=10", [], []),
        (COOKIES, "max-age=10", ["a=1"], ["a=1"]),
        (COOKIES, 'max-age=10, no-cache="Set-Cookie"', ["a=1"], []),
    ],
)
def test_cookies_of_the_origin(
    policy: CachePolicy, control: str, first: list[str], second: list[str]
) -> None:
    world = World(
        origins={"main": lambda request: answer("", set_cookie="a=1", cache_control=control)},
        policies={"optimized": policy},
    )
    assert world.view().headers.get("set-cookie", []) == first
    assert world.view().headers.get("set-cookie", []) == second


PAGE = answer("0123456789", etag='"1"', last_modified="Sat, 31 Jan 2026 12:00:00 GMT")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"1"'}, 304),
        ({"If-None-Match": 'W/"1", "2"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"2"', "If-Modified-Since": "Sat, 31 Jan 2026 12:00:00 GMT"}, 200),
        ({"If-Modified-Since": "Sat, 31 Jan 2026 12:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Sat, 31 Jan 2026 11:00:00 GMT"}, 200),
        ({"If-Modified-Since": "soon"}, 200),
    ],
)
def test_conditions_of_a_stored_object(headers: dict[str, str], status: int) -> None:
    world = World(origins={"main": lambda request: PAGE})
    world.view()
    reply = world.view(headers=headers)
    assert (reply.status, reply.body) == (status, PAGE.body if status == 200 else b"")
    assert world.reached() == ["main"]


@pytest.mark.parametrize(
    ("text", "body", "content_range"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-30", PAGE.body, "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_part_of_a_stored_object(text: str, body: bytes, content_range: str) -> None:
    world = World(origins={"main": lambda request: PAGE})
    world.view()
    reply = world.view(headers={"Range": text})
    assert (reply.status, reply.body) == (206, body)
    assert reply.header("content-range") == content_range


@pytest.mark.parametrize(
    "text", ["bytes=5-6,1-2", "bytes=1-4,3-6", "bytes=4-2", "lines=1-2", "bytes=a-b", "bytes=-"]
)
def test_ranges_that_give_the_whole_object(text: str) -> None:
    world = World(origins={"main": lambda request: PAGE})
    world.view()
    assert world.view(headers={"Range": text}).status == 200


def test_several_parts_and_none() -> None:
    world = World(origins={"main": lambda request: PAGE})
    world.view()
    several = world.view(headers={"Range": "bytes=0-1,4-5"})
    assert several.status == 206
    assert several.header("content-type").startswith("multipart/byteranges")
    assert several.body.count(b"Content-Range: bytes") == 2
    none = world.view(headers={"Range": "bytes=10-"})
    assert (none.status, none.header("content-range")) == (416, "bytes */10")


def test_a_range_of_an_older_object_gives_the_whole_one() -> None:
    world = World(origins={"main": lambda request: PAGE})
    world.view()
    for etag, status in (('"1"', 206), ('"0"', 200)):
        reply = world.view(headers={"Range": "bytes=0-1", "If-Range": etag})
        assert reply.status == status


def test_a_range_that_is_not_stored_comes_from_the_origin() -> None:
    def part(request: Request) -> Response:
        return answer("01", 206) if request.header("range") else PAGE

    world = World(origins={"main": part})
    assert world.view(headers={"Range": "bytes=0-1"}).status == 206
    assert len(world.cache) == 0
    # An origin without ranges sends the whole object, which is stored.
    whole = World(origins={"main": lambda request: PAGE})
    assert whole.view(headers={"Range": "bytes=0-1"}).status == 200
    assert whole.view(headers={"Range": "bytes=0-1"}).status == 206


def test_an_invalidation_overtakes_a_fetch() -> None:
    pages = iter(["old", "new"])

    def change(request: Request) -> Response:
        page = next(pages)
        if page == "old":
            site.cache.invalidate("E1", ["/*"])
        return answer(page)

    site = World(origins={"main": change})
    assert [site.view().body for _ in range(3)] == [b"old", b"new", b"new"]
