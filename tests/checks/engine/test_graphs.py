from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from networkx import DiGraph, strongly_connected_components

from serverless_stack.checks.engine.graphs import components

NODES = st.sampled_from("abcdef")


@given(st.dictionaries(NODES, st.lists(NODES, max_size=4), max_size=6))
def test_components_are_those_of_networkx(graph: dict[str, list[str]]) -> None:
    edges = [(source, target) for source, targets in graph.items() for target in targets]
    expected: DiGraph[str] = DiGraph()
    expected.add_nodes_from(graph)
    expected.add_edges_from(edges)
    found = list(components(graph))
    assert {frozenset(each) for each in found} == {
        frozenset(each) for each in strongly_connected_components(expected)
    }
    position = {node: index for index, each in enumerate(found) for node in each}
    assert all(position[target] <= position[source] for source, target in edges)


def test_deep_graphs_do_not_exceed_the_recursion_limit() -> None:
    graph = {str(n): [str(n + 1)] for n in range(50_000)}
    assert sum(1 for _ in components(graph)) == 50_001
