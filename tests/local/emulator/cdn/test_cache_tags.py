"""Cache tags: which responses have them, and what an invalidation by tag drops."""

import pytest

from serverless_stack.local.emulator.cdn.messages import HIT, MISS, Request, Response
from serverless_stack.local.emulator.cdn.steps.cache_tags import invalid_tag, invalidate, tags_of
from tests.local.emulator.cdn.world import World, answer

HEADER = "x-amz-meta-cache-tag"
TAGS = {"/a": "product-1, Red", "/b": "product-2,red", "/c": "product-10"}


def tagged(request: Request) -> Response:
    tags = TAGS.get(request.uri)
    response = answer(request.uri)
    return response.with_headers(x_amz_meta_cache_tag=tags) if tags else response


def viewed(world: World) -> dict[str, str]:
    return {path: world.view(path).outcome for path in ("/a", "/b", "/c", "/d")}


@pytest.fixture
def world() -> World:
    world = World(origins={"main": tagged}, settings={"cache_tag_header": HEADER})
    viewed(world)
    return world


@pytest.mark.parametrize(
    ("items", "dropped"),
    [
        (["#product-1"], {"/a"}),
        (["#PRODUCT-2"], {"/b"}),
        (["#red"], {"/a", "/b"}),
        (["#red", "/d"], {"/a", "/b", "/d"}),
        (["#product-10", "/a*"], {"/a", "/c"}),
        (["#product-*"], set()),
        (["#/a"], set()),
    ],
)
def test_a_tag_drops_what_has_it(world: World, items: list[str], dropped: set[str]) -> None:
    assert invalidate(world.cache, "E1", items) == len(dropped)
    outcomes = viewed(world)
    assert {path for path, outcome in outcomes.items() if outcome == MISS} == dropped
    assert set(outcomes.values()) <= {HIT, MISS}


def test_other_distributions_keep_theirs(world: World) -> None:
    assert invalidate(world.cache, "E2", ["#red", "/*"]) == 0


def test_without_the_setting_the_header_means_nothing() -> None:
    world = World(origins={"main": tagged})
    viewed(world)
    assert invalidate(world.cache, "E1", ["#red"]) == 0


def test_every_variant_of_an_object_has_the_tags(world: World) -> None:
    world.view("/a", headers={"Accept-Encoding": "gzip"})
    assert invalidate(world.cache, "E1", ["#product-1"]) == 2


def test_the_first_fifty_valid_tags_count() -> None:
    values = [",".join(f"t{number}" for number in range(60)), "late"]
    assert tags_of(values) == {f"t{number}" for number in range(50)}
    assert tags_of([" A ,a,, b c ,ü", "x" * 257, "y" * 256]) == {"a", "y" * 256}


@pytest.mark.parametrize("item", ["#", "#a b", "#a,b", "#ü", "#" + "x" * 257])
def test_malformed_tags(item: str) -> None:
    assert invalid_tag(["/a b", "#fine", item]) == item
    assert invalid_tag(["/a b", "#fine"]) is None
