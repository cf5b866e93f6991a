"""Which edits of handlers are packaged again without a synthesis."""

from collections.abc import Sequence
from pathlib import Path

from serverless_stack.synthesis.packages import Made, packaged_again, with_replacements

SHOP = {"asset": "a", "source": "/app/shop", "python": "3.13"}
SHOP_ON_312 = {"asset": "b", "source": "/app/shop", "python": "3.12"}
OTHER = {"asset": "c", "source": "/app/other", "python": "3.13"}
SAVED = [Path("/app/shop/lib/index.py")]


def again(made: Sequence[Made]) -> Sequence[tuple[str, Path] | None]:
    return [(f"new {each['asset']}", Path("/cache")) for each in made]


def test_all_functions_of_an_edited_source_are_packaged_again() -> None:
    found = packaged_again(SAVED, [SHOP, SHOP_ON_312, OTHER], again)
    assert found == {"a": ("new a", Path("/cache")), "b": ("new b", Path("/cache"))}
    assert with_replacements([SHOP, OTHER], found) == [{**SHOP, "asset": "new a"}, OTHER]


def test_files_that_are_of_no_source_are_left_to_a_synthesis() -> None:
    assert packaged_again([*SAVED, Path("/app/app.py")], [SHOP], again) == {}
    assert packaged_again([Path("/app/app.py")], [SHOP], again) == {}


def test_two_sources_of_the_same_content_are_left_to_a_synthesis() -> None:
    assert packaged_again(SAVED, [SHOP, {**OTHER, "asset": "a"}], again) == {}


def test_what_only_a_synthesis_can_tell_is_left_to_it() -> None:
    assert packaged_again(SAVED, [SHOP, SHOP_ON_312], lambda made: [None, ("n", Path())]) == {}
    same = packaged_again(SAVED, [SHOP], lambda made: [("a", Path())])  # a file left out of it
    assert same == {}
