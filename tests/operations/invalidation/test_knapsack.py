from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serverless_stack.operations.invalidation.knapsack import best_cover, fewest_paths
from serverless_stack.operations.invalidation.trie import Trie

FORMS = [
    "{0:05}.html",
    "{1}/{0}",
    "{2}/{1}/{0}.html",
    "{2}/{1}/{3}",
    "{2}/{1}/{3}/{0}.html",
]


def whole_table(trie: Trie, max_paths: int) -> tuple[int, int]:
    """The least collateral, then the fewest paths, from tables of all numbers of paths."""
    tables: list[dict[int, int]] = []
    for collateral, leaves, children in zip(
        trie.collateral, trie.leaves, trie.children, strict=True
    ):
        table = {len(leaves): 0}
        for child in children:
            sums: dict[int, int] = {}
            for paths, some in table.items():
                for more, others in tables[child].items():
                    if paths + more <= max_paths:
                        total = sums.get(paths + more, some + others)
                        sums[paths + more] = min(total, some + others)
            table = sums
        if collateral is not None:
            table[1] = collateral
        tables.append(table)
    return min((least, paths) for paths, least in tables[-1].items() if paths <= max_paths)


def trie_of(texts: list[str], share: float, chance: Random, shortest_wildcard: int = 1) -> Trie:
    texts = sorted(set(texts))
    changed = [chance.random() < share for _ in texts]
    assume(any(changed))
    weights = [0 if is_changed else chance.choice([1, 1, 3]) for is_changed in changed]
    return Trie(texts, changed, weights, lambda prefix: len(prefix) >= shortest_wildcard)


def size(trie: Trie, max_paths: int) -> tuple[int, int]:
    leaves, nodes = best_cover(trie, max_paths)
    assert len(set(leaves)) + len(set(nodes)) == len(leaves) + len(nodes) <= max_paths
    return sum(trie.collateral[node] or 0 for node in nodes), len(leaves) + len(nodes)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(FORMS),
    st.sampled_from([0.02, 0.3, 0.5, 0.9]),
    st.sampled_from([1, 5, 20, 60, 200]),
    st.integers(0, 2**32),
)
def test_the_cover_is_as_good_as_that_of_the_whole_table(
    form: str, share: float, max_paths: int, seed: int
) -> None:
    chance = Random(seed)
    texts = [
        form.format(number, number % 13, chance.randrange(5), chance.randrange(10**6))
        for number in range(1000)
    ]
    trie = trie_of(texts, share, chance)
    assume(fewest_paths(trie) <= max_paths)
    assert size(trie, max_paths) == whole_table(trie, max_paths)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("ab/", min_size=1, max_size=8), min_size=1, max_size=80),
    st.sampled_from([0.1, 0.5, 0.9]),
    st.integers(1, 30),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_the_cover_is_as_good_where_wildcards_are_not_allowed(
    texts: list[str], share: float, max_paths: int, shortest_wildcard: int, chance: Random
) -> None:
    trie = trie_of(texts, share, chance, shortest_wildcard)
    max_paths = max(max_paths, fewest_paths(trie))
    assert size(trie, max_paths) == whole_table(trie, max_paths)


@pytest.mark.parametrize("count", [1, 7, 100])
def test_fewest_paths(count: int) -> None:
    texts = [f"{number:02}/{letter}" for number in range(count) for letter in "abc"]
    changed = [text.endswith(("a", "b")) for text in texts]
    weights = [not is_changed for is_changed in changed]
    assert fewest_paths(Trie(texts, changed, weights, lambda prefix: "/" in prefix)) == count
    assert fewest_paths(Trie(texts, changed, weights, lambda prefix: len(prefix) > 3)) == 2 * count
