"""Rules on circular dependencies."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.graphs import components
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Link, Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation
from serverless_stack.checks.template.sections import section

RULES = RuleList()

_MAX_STEPS: Final = 2000
# CloudFormation waits for what these refer to, and not for what `Metadata` does.
_WAITING: Final = ("Properties", "DependsOn", "UpdatePolicy")
_Outcomes = Mapping[str, bool]
_Graph = Mapping[str, tuple[Link, ...]]


@RULES.template("TEMPLATE-020", page="Circular dependency between resources")
def cycles(template: Template) -> Iterator[Violation]:
    """Resources must not depend on each other in a circle.

    CloudFormation refuses circular dependencies. Remove one of the references, or move what both
    need to a resource of its own.
    """
    graph = _graph(template)
    targets = {source: [link.target for link in links] for source, links in graph.items()}
    for component in components(targets):
        if len(component) == 1 and component[0] not in targets.get(component[0], ()):
            continue
        cycle = _shortest(template, graph, component)
        if cycle:
            yield _violation(cycle)


def _graph(template: Template) -> _Graph:
    """Return the references and dependencies of each resource."""
    resources = section(template, "Resources")
    return {
        source: tuple(
            link for link in links if link.target in resources and link.path.startswith(_WAITING)
        )
        for source, links in template.links_from.items()
    }


def _shortest(template: Template, graph: _Graph, component: list[str]) -> list[Link]:
    """Return the shortest cycle in a group that is possible under some conditions."""
    members, steps = set(component), 0
    best: list[Link] = []
    for start in component:
        waiting: list[tuple[str, list[Link], dict[str, bool]]] = [(start, [], {})]
        seen = {(start, frozenset[tuple[str, bool]]())}
        while waiting and steps < _MAX_STEPS:
            name, way, outcomes = waiting.pop(0)
            if best and len(way) + 1 >= len(best):
                break
            for link in graph.get(name, ()):
                steps += 1
                if link.target not in members:
                    continue
                decided = _decided(template, link, outcomes)
                if decided is None:
                    continue
                if link.target == start:
                    best = [*way, link]
                    break
                key = (link.target, frozenset(decided.items()))
                if key not in seen:
                    seen.add(key)
                    waiting.append((link.target, [*way, link], decided))
    return best


def _decided(template: Template, link: Link, outcomes: _Outcomes) -> dict[str, bool] | None:
    """Return the outcomes with those that a link needs; None if they contradict each other."""
    found = dict(outcomes)
    resources = section(template, "Resources")
    needed = set(link.branches)
    for logical_id in (link.source, link.target):
        condition = mapping(resources.get(logical_id)).get("Condition")
        if isinstance(condition, str):
            needed.add((condition, True))
    for name, outcome in needed:
        name, outcome = _plain(template, name, outcome)
        constant = template.resolver.condition(name)
        known = found.setdefault(name, outcome if constant is None else constant)
        if known != outcome:
            return None
    return found


def _plain(template: Template, name: str, outcome: bool) -> tuple[str, bool]:
    """Return the condition that a negation refers to, with the outcome inverted."""
    conditions = section(template, "Conditions")
    for _ in range(len(conditions)):
        denied = mapping(conditions.get(name)).get("Fn::Not")
        other = mapping(denied[0]).get("Condition") if isinstance(denied, list) and denied else None
        if not isinstance(other, str):
            break
        name, outcome = other, not outcome
    return name, outcome


def _violation(cycle: list[Link]) -> Violation:
    steps = [f"{link.source} ({link.path}: {_shown(link)})" for link in cycle]
    way = " -> ".join([*steps, cycle[0].source])
    first = cycle[0]
    message = (
        f"`{first.path}` must not wait for {first.source} itself, got: {way}; take one of these "
        "references out, or make a resource of its own of what two of them share"
    )
    return Violation(first.path, [link.source for link in cycle], message, first.source)


def _shown(link: Link) -> str:
    attribute = f".{link.attribute}" if link.attribute else ""
    return f"{link.kind} {link.target}{attribute}"
