"""Which edits of handlers are packaged again without a synthesis."""

from collections.abc import Sequence
from pathlib import Path

from serverless_stack.synthesis.packages import Made, packaged_again

SHOP = {"path": "Shop/A", "source": "/app/shop", "python": "3.13"}
SHOP_ON_312 = {"path": "Shop/B", "source": "/app/shop", "python": "3.12"}
OTHER = {"path": "Shop/C", "source": "/app/other", "python": "3.13"}
ASSETS = {"Shop/A/Function": "a", "Shop/B/Function": "b", "Shop/C": "c", "Shop/AB": "d"}
SAVED = [Path("/app/shop/lib/index.py")]


def again(made: Sequence[Made]) -> Sequence[tuple[str, Path] | None]:
    return [(f"new {each['path']}", Path("/cache")) for each in made]


def test_all_functions_of_an_edited_source_are_packaged_again() -> None:
    found = packaged_again(SAVED, [SHOP, SHOP_ON_312, OTHER], ASSETS, again)
    assert found == {
        "a": ("new Shop/A", Path("/cache")),
        "b": ("new Shop/B", Path("/cache")),
    }


def test_files_that_are_of_no_source_are_left_to_a_synthesis() -> None:
    assert packaged_again([*SAVED, Path("/app/app.py")], [SHOP], ASSETS, again) == {}
    assert packaged_again([Path("/app/app.py")], [SHOP], ASSETS, again) == {}


def test_two_sources_of_the_same_content_are_left_to_a_synthesis() -> None:
    assert packaged_again(SAVED, [SHOP, OTHER], {**ASSETS, "Shop/C": "a"}, again) == {}


def test_what_only_a_synthesis_can_tell_is_left_to_it() -> None:
    assert (
        packaged_again(SAVED, [SHOP, SHOP_ON_312], ASSETS, lambda made: [None, ("n", Path())]) == {}
    )
    same = packaged_again(
        SAVED, [SHOP], ASSETS, lambda made: [("a", Path())]
    )  # a file left out of it
    assert same == {}
    assert packaged_again(SAVED, [{**SHOP, "path": "Shop/New"}], ASSETS, again) == {}
