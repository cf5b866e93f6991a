from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.operations.invalidation.trie import Trie, _commons

TEXTS = st.sets(
    st.one_of(st.text("ab\0", max_size=5), st.text("aé日\U0010ffff\0", max_size=5), st.text()),
    min_size=1,
    max_size=20,
).map(sorted)


@given(TEXTS)
def test_what_neighbours_have_in_common(texts: list[str]) -> None:
    assert _commons(texts) == [*(common(*pair) for pair in pairwise(texts)), 0]


def common(one: str, other: str) -> int:
    return next(length for length in range(len(one), -1, -1) if other.startswith(one[:length]))


def test_nodes_are_where_changed_texts_part() -> None:
    texts = ["a1", "a2", "a3", "b1", "b2", "c", "d1", "d2", "d3"]
    changed = [text in {"a1", "a3", "b1", "b2", "d1"} for text in texts]
    trie = Trie(texts, changed, [0 if marked else 1 for marked in changed], bool)
    assert trie.prefixes == ["a", ""]
    assert trie.collateral == [1, None]
    assert [[trie.leaf(leaf) for leaf in leaves] for leaves in trie.leaves] == [
        [("a1", False), ("a3", False)],
        [("b", True), ("d1", False)],
    ]
    assert trie.children == [(), (0,)]


def test_a_wildcard_that_is_not_allowed_is_no_leaf() -> None:
    trie = Trie(["aa", "ab", "ba"], [True] * 3, [0] * 3, lambda prefix: prefix not in {"", "a"})
    assert trie.prefixes == ["a", ""]
    assert trie.collateral == [None, None]
    assert trie.leaves == [(0, 1), (2,)]
