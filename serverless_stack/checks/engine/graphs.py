"""Strongly connected components of a directed graph."""

from collections.abc import Iterable, Iterator, Mapping


def components(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield the groups of nodes that all reach each other, by Tarjan's algorithm.

    A group comes after those that it leads to. A node that reaches no other one that reaches it
    is a group of its own. The work is linear, and no recursion limits the depth of the graph.
    """
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: dict[str, None] = {}
    for root in sorted(graph):
        if root in index:
            continue
        index[root] = lowest[root] = len(index)
        stack[root] = None
        work = [(root, iter(graph.get(root, ())))]
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == index[node]:
                    component: list[str] = []
                    while not component or component[-1] != node:
                        component.append(stack.popitem()[0])
                    yield sorted(component)
            elif target not in index:
                index[target] = lowest[target] = len(index)
                stack[target] = None
                work.append((target, iter(graph.get(target, ()))))
            elif target in stack:
                lowest[node] = min(lowest[node], index[target])
