import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack._shared.content.rules import matches
from serverless_stack.operations.content.filters import Filter, chooser, filters_of

GLOBS = st.sampled_from(["*", "a*", "*/b", "a/*", "a", "?", "b"])
FILTERS = st.lists(st.builds(Filter, GLOBS, st.booleans()), max_size=4)
KEYS = st.text("ab/", min_size=1, max_size=4).filter(lambda key: not key.endswith("/"))


@given(FILTERS, KEYS)
def test_the_last_filter_that_matches_decides(filters: list[Filter], key: str) -> None:
    expected = not (filters and filters[0].includes)
    for pattern, includes in filters:
        if matches(pattern, key):
            expected = includes
    assert chooser(filters)(key) is expected


@given(FILTERS, KEYS)
def test_no_folder_is_left_out_that_has_a_chosen_key(filters: list[Filter], key: str) -> None:
    chosen = chooser(filters)
    folders = [key[: n + 1] for n, character in enumerate(key) if character == "/"]
    if chosen(key):
        assert all(map(chosen, folders))


@pytest.mark.parametrize(
    ("include", "exclude", "chosen"),
    [
        ([], [], {"a.js": True, "b.css": True}),
        (["*.js"], [], {"a.js": True, "b.css": False}),
        (["*.js"], ["a*"], {"a.js": False, "b.js": True, "b.css": False}),
        ([], ["a*"], {"a.js": False, "b.css": True, "a/": False, "b/": True}),
    ],
)
def test_what_excludes_wins(
    include: list[str], exclude: list[str], chosen: dict[str, bool]
) -> None:
    decide = chooser(filters_of(include, exclude))
    assert {key: decide(key) for key in chosen} == chosen
