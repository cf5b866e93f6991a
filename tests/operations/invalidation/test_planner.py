from random import Random
from urllib.parse import unquote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serverless_stack.operations.invalidation import InvalidationPlan, plan, urls
from tests.operations.invalidation import brute_force

SEGMENTS = st.sampled_from(["a", "b", "ab", "a b", "ü", "index.html", "x%2F", "c*", "d?", "~"])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
TREES = st.lists(st.tuples(KEYS, st.booleans()), min_size=1, max_size=6)
SMALL = st.lists(
    st.tuples(
        st.sampled_from(
            ["a", "b", "ab", "aa", "a/b", "a/c", "b/a", "index.html", "a/index.html", "bb"]
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def planned(tree: list[tuple[str, bool]], **settings: object) -> InvalidationPlan:
    keys = dict(tree)
    changed = [key for key, is_changed in keys.items() if is_changed]
    return plan(changed, keys, **settings)  # type: ignore[arg-type]


def sides(tree: list[tuple[str, bool]], prefix: str = "") -> tuple[set[str], set[str]]:
    keys = dict(tree)
    needed = brute_force.urls((key for key, changed in keys.items() if changed), prefix)
    return needed, brute_force.urls(keys, prefix) - needed


@given(TREES, st.integers(1, 12), st.booleans(), st.sampled_from(["", "docs"]))
def test_every_changed_url_is_dropped_and_the_collateral_counted(
    tree: list[tuple[str, bool]], max_paths: int, query_strings: bool, prefix: str
) -> None:
    found = planned(tree, max_paths=max_paths, query_strings=query_strings, path_prefix=prefix)
    needed, others = sides(tree, prefix)

    def dropped(url: str) -> list[bool]:
        return [
            any(brute_force.drops(path, request) for path in found.paths)
            for request in brute_force.requests(url, query_strings)
        ]

    assert all(all(dropped(url)) for url in needed)
    assert found.collateral == sum(any(dropped(url)) for url in others)
    assert len(found.paths) <= max_paths
    for path in found.paths:
        assert path.startswith("/")
        assert "*" not in path[:-1]
        assert path.isascii()
        assert " " not in path


@settings(max_examples=300, deadline=None)
@given(SMALL, st.integers(1, 6), st.booleans())
def test_nothing_is_better(
    tree: list[tuple[str, bool]], max_paths: int, query_strings: bool
) -> None:
    needed, others = sides(tree)
    assume(len(needed) * (1 + query_strings) <= 8)
    found = planned(tree, max_paths=max_paths, query_strings=query_strings)
    prefixes = sorted(
        {url[:length] for url in needed | others for length in range(2, len(url) + 1)}
    )
    best = brute_force.best(needed, others, prefixes, max_paths, query_strings)
    if best is None:
        assert found == InvalidationPlan(("/*",), len(others))
    else:
        assert (found.collateral, found.cost) == best
        assert "/*" not in found.paths


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 12),
    st.integers(2, 700),
    st.sampled_from([0.05, 0.3, 0.5, 0.9]),
    st.integers(1, 40),
    st.randoms(use_true_random=False),
)
def test_nothing_is_better_in_larger_trees(
    folders: int, pages: int, share: float, max_paths: int, chance: Random
) -> None:
    ends = chance.choice([[""], ["/index.html"], ["", ".html", "/index.html", "/x"]])
    keys = [f"f{page % folders:02}/p{page}{chance.choice(ends)}" for page in range(pages)]
    keys += ["".join(chance.choice("abc/") for _ in range(5)) for _ in range(chance.randrange(20))]
    keys += [f"f{folder:02}/index.html" for folder in range(chance.randrange(folders))]
    changed = [key for key in keys if chance.random() < share]
    assume(changed)
    found = plan(changed, keys, max_paths=max_paths)
    needed, everything = brute_force.urls(changed), brute_force.urls(keys)
    least = brute_force.least(needed, everything, max_paths)
    if least is None:
        assert found == InvalidationPlan(("/*",), len(everything - needed))
    else:
        assert (found.collateral, found.cost) == least


FOLDERS = st.lists(st.sampled_from(["a", "a", "b", "a-", "aé", "aè"]), max_size=3)
FILES = st.sampled_from(["index.html", "index.html", "i", "x.html", "index.html.br", ""])


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(FOLDERS, FILES).map(lambda key: "/".join([*key[0], key[1]])).filter(bool),
            st.booleans(),
        ),
        min_size=5,
        max_size=25,
    ),
    st.integers(1, 15),
)
def test_nothing_is_better_where_folders_lie_in_folders(
    tree: list[tuple[str, bool]], max_paths: int
) -> None:
    needed, others = sides(tree)
    found = planned(tree, max_paths=max_paths)
    least = brute_force.least(needed, needed | others, max_paths)
    if least is None:
        assert found == InvalidationPlan(("/*",), len(others))
    else:
        assert (found.collateral, found.cost) == least


@settings(max_examples=200, deadline=None)
@given(
    SMALL,
    st.integers(1, 4),
    st.lists(st.sampled_from(["/a/*", "/b*", "a?", "/*/c", "/ab"]), min_size=1, max_size=2),
)
def test_excluded_paths_are_never_dropped(
    tree: list[tuple[str, bool]], max_paths: int, exclude_paths: list[str]
) -> None:
    found = planned(tree, max_paths=max_paths, exclude_paths=exclude_paths)
    patterns = [pattern if pattern.startswith("/") else f"/{pattern}" for pattern in exclude_paths]

    def guarded(url: str) -> bool:
        return any(brute_force.matches(pattern, url) for pattern in patterns)

    candidates = ["/" + "/".join(parts) for parts in _texts(4)]
    for path in found.paths:
        assert not any(guarded(url) and brute_force.drops(path, url) for url in candidates)
    needed, others = sides(tree)
    served = {url for url in needed if not guarded(url)}
    assert all(any(brute_force.drops(path, url) for path in found.paths) for url in served)
    allowed = sorted(
        {
            url[:length]
            for url in needed | others
            for length in range(2, len(url) + 1)
            if not any(guarded(url[:length] + tail) for tail in _tails())
        }
    )
    rest = {url for url in others if not guarded(url)}
    best = brute_force.best(served, rest, allowed, max_paths, False)
    if best is not None:
        assert (found.collateral, found.cost) == best
    else:
        assert found.cost > max_paths


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["/api/*", "/ap?", "/a/*", "/b%C3%A9/*", "/*/b/*", "/api/"]), min_size=1
    ),
    st.sampled_from([1, 5, 30]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_merging_the_urls_of_a_folder_does_not_matter(
    exclude_paths: list[str], max_paths: int, query_strings: bool, seed: int
) -> None:
    chance = Random(seed)
    names = ["a", "ap", "api", "apis", "b", "bé"]
    folders = ["/".join(chance.choices(names, k=chance.randint(1, 3))) for _ in range(40)]
    keys = [f"{folder}/{chance.choice(['index.html', 'index.html', 'x'])}" for folder in folders]
    changed = [key for key in keys if chance.random() < 0.5]

    def size() -> tuple[int, int]:
        planned = plan(
            changed,
            keys,
            max_paths=max_paths,
            query_strings=query_strings,
            exclude_paths=exclude_paths,
        )
        return planned.collateral, planned.cost

    merged = size()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(urls, "_with_folders", every_folder_by_itself)
        assert size() == merged


def every_folder_by_itself(
    keys: list[str], changed: set[str], index_document: str, _excluded: object
) -> tuple[list[str], set[str]]:
    texts = set(keys)
    for key in keys:
        if key.endswith(f"/{index_document}"):
            folder = key.removesuffix(index_document)
            texts |= {folder, folder[:-1]}
            changed |= {folder, folder[:-1]} if key in changed else set()
    return sorted(texts), set()


def _texts(length: int) -> list[list[str]]:
    texts: list[list[str]] = [[]]
    for _ in range(length):
        texts += [[*text, part] for text in texts for part in ("a", "b", "c", "ab")]
        texts = [list(text) for text in {tuple(text) for text in texts if len(text) <= 2}]
    return texts


def _tails() -> list[str]:
    return ["", *("".join(t) for t in ("a", "b", "c", "/", "/c", "a/c", "b/c", "/a/c", "x/c"))]


@given(TREES, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(tree: list[tuple[str, bool]], random: object) -> None:
    keys = dict(tree)
    changed = [key for key, is_changed in keys.items() if is_changed]
    found = plan(changed, keys, max_paths=3)
    mixed = list(keys) * 2
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert plan(changed[::-1] * 2, mixed, max_paths=3) == found


@pytest.mark.parametrize(
    ("changed", "others", "paths"),
    [
        ([], ["a"], ()),
        (["a.html"], ["b.html"], ("/a.html",)),
        (["index.html"], ["b.html"], ("/", "/index.html")),
        # the root has no second slash: `//` is the URL of an object that did not change
        (["index.html"], ["/"], ("/", "/index.html")),
        (["a/index.html"], ["b.html"], ("/a*",)),
        (["a/index.html"], ["a.html"], ("/a", "/a/*")),
        (["a/index.html"], ["a/b.html"], ("/a", "/a/", "/a/index.html")),
        (["a/x", "a/y"], ["b"], ("/a/*",)),
        # `/a/index.html` changed as a folder: what it is the document of did not
        (["a/x", "a/index.html/index.html"], ["a/index.html"], ("/a/index.html*", "/a/x")),
        (["p1.html", "p2.html"], ["pq.html"], ("/p1.html", "/p2.html")),
        (["gr\u00fc\u00dfe/a b.html"], ["x"], ("/gr%C3%BC%C3%9Fe/a%20b.html",)),
        (["a+b(c)'&=.html"], ["x"], ("/a+b(c)'&=.html",)),
        (
            ["100%.html", "a*.html", "what?.html", "~a"],
            ["a", "1", "w"],
            ("/100%25.html", "/a%2A.html", "/what%3F.html", "/%7Ea"),
        ),
        (["gone.html"], [], ("/gone.html",)),
    ],
)
def test_paths(changed: list[str], others: list[str], paths: tuple[str, ...]) -> None:
    found = plan(changed, [*changed, *others])
    assert set(found.paths) == set(paths)
    assert found.collateral == 0
    assert found == plan(changed, others)


def test_path_prefix_precedes_every_key() -> None:
    for prefix in ("docs", "/docs", "/docs/"):
        found = plan(["index.html", "a b"], ["x"], path_prefix=prefix)
        assert found.paths == ("/docs", "/docs/", "/docs/a%20b", "/docs/index.html")


def test_the_longest_and_deepest_keys() -> None:
    keys = ["a" * length for length in range(1, 1025)]
    assert plan(keys[::2], keys, max_paths=512).collateral == 0
    found = plan(keys[::2], keys, max_paths=511)
    assert (found.cost, found.collateral) == (511, 2)


def test_the_last_character_of_unicode() -> None:
    last = "\U0010ffff"
    found = plan([f"a{last}/x", f"a{last}/y"], ["a", "b"])
    assert found.paths == ("/a%F4%8F%BF%BF/*",)
    assert plan([f"{last}{last}", f"{last}a"], ["a"]).paths == ("/%F4%8F%BF%BF*",)


def test_query_strings() -> None:
    assert plan(["x"], ["x", "y"], query_strings=True).paths == ("/x*",)
    assert plan(["x"], ["x", "xy"], query_strings=True).paths == ("/x", "/x?*")
    assert plan(["x", "xy"], ["x", "xy", "z"], query_strings=True).paths == ("/x*",)
    # the root: `/*` would drop everything
    assert plan(["index.html"], ["index.html", "a"], query_strings=True).paths == (
        "/",
        "/?*",
        "/index.html*",
    )


def test_nothing_unchanged_is_dropped_within_max_paths() -> None:
    keys = [f"p/{number:03}.html" for number in range(100)]
    found = plan(keys[:50:2], keys, max_paths=25)
    assert (found.cost, found.collateral) == (25, 0)
    found = plan(keys[:50:2], keys, max_paths=24)
    # ten pages, of which five have changed, become one wildcard
    assert (found.cost, found.collateral) == (21, 5)


def test_the_whole_site_is_the_last_resort() -> None:
    keys = [f"{name}.html" for name in "abcdef"]
    assert plan(keys, keys, max_paths=6).cost == 6
    assert plan(keys, [*keys, "g"], max_paths=5) == InvalidationPlan(("/*",), 1)


def test_excluded_paths_take_precedence_over_max_paths() -> None:
    keys = ["a1", "b1", "c1"]
    assert plan(keys, keys, max_paths=1, exclude_paths=["/api/*"]).paths == ("/a1", "/b1", "/c1")
    found = plan(["a/1", "api/x"], ["a/1", "a/2"], max_paths=1, exclude_paths=["/api/*"])
    assert found == InvalidationPlan(("/a/1",), 0)
    # `/ap*` would drop `/api/`
    found = plan(["ap/index.html", "b/index.html"], ["x"], exclude_paths=["/api/*"])
    assert found.paths == ("/ap", "/ap/*", "/b*")
    found = plan(["ap", "b"], ["x"], exclude_paths=["/api/*"], query_strings=True)
    assert found.paths == ("/ap", "/ap?*", "/b*")
    for query_strings in (False, True):
        found = plan(["a/1"], ["a/2"], exclude_paths=["/a/*"], query_strings=query_strings)
        assert found == InvalidationPlan((), 0)


def test_a_pattern_matches_plain_and_encoded_urls() -> None:
    for pattern in ("/~ada/*", "/%7Eada/*"):
        found = plan(["~ada/x", "~bob/x", "~bob/y"], ["~a"], max_paths=1, exclude_paths=[pattern])
        assert found.paths == ("/%7Ebob/*",)


def test_batches_fit_into_the_quotas() -> None:
    singles = [f"/{number:05}" for number in range(6001)]
    wildcards = [f"/w{number:02}*" for number in range(31)]
    batches = InvalidationPlan(tuple(singles + wildcards), 0).batches()
    assert sorted(path for batch in batches for path in batch) == sorted(singles + wildcards)
    for batch in batches:
        assert sum(path.endswith("*") for path in batch) <= 15
        assert sum(not path.endswith("*") for path in batch) <= 3000
    assert len(batches) == 3
    assert InvalidationPlan((), 0).batches() == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_paths": 0}, "`max_paths` must be 1 or more, got: 0"),
        ({"index_document": ""}, "`index_document` must be a file name without a slash, got: ''"),
        ({"index_document": "a/b"}, "`index_document` must be a file name without a slash"),
        (
            {"exclude_paths": "/api/*"},
            "`exclude_paths` must be a list of patterns, got: '/api/\\*'",
        ),
        (
            {"exclude_paths": ["/*"]},
            "`exclude_paths` must leave some paths to invalidate, got: '/\\*'",
        ),
    ],
)
def test_refused_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(["a"], ["a"], **arguments)  # type: ignore[arg-type]


def test_one_text_is_refused_as_keys() -> None:
    with pytest.raises(ValueError, match="`changed_keys` must be a list of keys, got: 'a/b'"):
        plan("a/b", ["a/b"])


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="`changed_keys` must be keys of at least one character"):
        plan([""], ["a"])


def test_paths_are_encoded_once() -> None:
    (path,) = plan(["a%20b"], ["x"]).paths
    assert path == "/a%2520b"
    assert unquote(path) == "/a%20b"


def test_tags_count_among_the_paths() -> None:
    keys = ["a/1", "a/2", "a/3", "b/1", "b/2"]
    changed = ["a/1", "a/2", "b/1"]
    planned = plan(changed, keys, max_paths=4, tags=["x"])
    assert (planned.paths, planned.tags, planned.cost) == (("/a/1", "/a/2", "/b/1"), ("x",), 4)
    fewer = plan(changed, keys, max_paths=4, tags=["x", "y"])
    assert (len(fewer.paths), fewer.cost, fewer.collateral) == (2, 4, 1)
    assert plan(changed, keys, max_paths=1, tags=["x", "y"]).paths == ("/*",)
    assert plan([], keys, tags=["X", "x"]).batches() == (("#X",),)
