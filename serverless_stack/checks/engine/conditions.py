"""The conditions of a template, and which of their outcomes are possible together."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.graphs import components
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.values import mapping

_MAX_OUTCOMES: Final = 16
_MAX_COMBINATIONS: Final = 512
_MAX_LEVELS: Final = 50
_MAX_STEPS: Final = 100_000
_ARGUMENTS: Final = {
    "Fn::Equals": (2, 2),
    "Fn::Not": (1, 1),
    "Fn::And": (1, 10),
    "Fn::Or": (1, 10),
}
_OTHER: Final = object()
"""The value of an operand that no condition compares it with."""

_Values = Mapping[str, object]
_Variables = dict[str, dict[object, None]]


class Conditions:
    """Evaluates the conditions of one template.

    What is known only at deploy time is a variable. An unknown operand of `Fn::Equals` is one of
    the texts that it is compared with, or another one. A condition that cannot be evaluated is
    true or false. Conditions on the same parameter are therefore evaluated together.

    The work is bounded: each condition is evaluated once per combination of variables, all
    evaluations of a template have a number of steps together, and a condition that depends on
    itself, or on too many levels of others, is a variable.

    Args:
        conditions: The conditions, by name.
        parameters: The parameters, whose allowed values bound the values of references.
        text: Returns an operand as text, with a token if it is known only at deploy time.
    """

    def __init__(
        self,
        conditions: Mapping[str, object],
        parameters: Mapping[str, object],
        text: Callable[[object], str],
    ) -> None:
        self._conditions = conditions
        self._parameters = parameters
        self._text = text
        self._opaque = _opaque(conditions)
        self._steps = 0
        self._decided: dict[str, bool | None] = {}
        self._outcomes: dict[tuple[tuple[str, ...], str | None], list[dict[str, bool]] | None] = {}
        self._variables_of: dict[str, _Variables] = {}

    def decided(self, name: str) -> bool | None:
        """Return whether a condition is true; None if that is known only at deploy time."""
        if name not in self._decided:
            outcomes = self.outcomes((name,), None)
            unique = outcomes is not None and len(outcomes) == 1
            self._decided[name] = outcomes[0][name] if outcomes and unique else None
        return self._decided[name]

    def outcomes(self, names: tuple[str, ...], holding: str | None) -> list[dict[str, bool]] | None:
        """Return the possible combinations of outcomes; None if there are too many to evaluate.

        Args:
            names: The conditions.
            holding: A condition that is true in all of them.
        """
        key = names, holding
        if key not in self._outcomes:
            self._outcomes[key] = self._evaluated(names, holding)
        return self._outcomes[key]

    def _evaluated(
        self, names: tuple[str, ...], holding: str | None
    ) -> list[dict[str, bool]] | None:
        variables: _Variables = {}
        for name in (*names, *([] if holding is None else [holding])):
            _merge(variables, self._variables({"Condition": name}))
        count = 1
        for values in variables.values():
            count *= len(values)
            if count > _MAX_COMBINATIONS:
                return None
        rows: dict[tuple[bool, ...], None] = {}
        for combination in itertools.product(*variables.values()):
            if count > 1 and self._steps > _MAX_STEPS:
                return None
            evaluate = _Evaluation(self, dict(zip(variables, combination, strict=True)))
            if holding is None or evaluate.holds({"Condition": holding}):
                rows[tuple(evaluate.holds({"Condition": name}) for name in names)] = None
        if len(rows) > _MAX_OUTCOMES:
            return None
        # True comes first.
        return [dict(zip(names, row, strict=True)) for row in sorted(rows, reverse=True)]

    def parts(self, condition: object) -> tuple[str, list[object]]:
        """Return the function of a condition and its arguments, which counts as a step.

        The function is "Condition" for a name, and empty for what cannot be evaluated.
        """
        self._steps += 1
        if isinstance(condition, dict) and len(condition) == 1:
            ((name, argument),) = condition.items()
            if name == "Condition" and isinstance(argument, str):
                is_known = argument in self._conditions and argument not in self._opaque
                return (str(name), [argument]) if is_known else ("", [condition])
            low, high = _ARGUMENTS.get(str(name), (1, 0))
            if isinstance(argument, list) and low <= len(argument) <= high:
                return str(name), argument
        return "", [condition]

    def definition(self, name: object) -> object:
        """Return a condition by name."""
        return self._conditions[str(name)]

    def operands(self, arguments: list[object]) -> list[str]:
        """Return the operands of `Fn::Equals` as texts."""
        return [self._text(argument) for argument in arguments]

    def _variables(self, condition: object) -> _Variables:
        """Return the variables of a condition, with the values that each can have."""
        function, arguments = self.parts(condition)
        if function == "Condition":
            name = str(arguments[0])
            if name not in self._variables_of:
                self._variables_of[name] = self._variables(self.definition(name))
            return self._variables_of[name]
        variables: _Variables = {}
        if not function:
            variables[_key(condition)] = {True: None, False: None}
        elif function == "Fn::Equals":
            unknown = [item for item in arguments if is_unresolved(self._text(item))]
            if len(unknown) == 1:
                (operand,) = unknown
                other = self._text(arguments[1 if operand is arguments[0] else 0])
                values = self._allowed(operand) or [other, _OTHER]
                variables[_key(operand)] = dict.fromkeys(values)
            elif unknown and _key(arguments[0]) != _key(arguments[1]):
                variables[_key(condition)] = {True: None, False: None}
        else:
            for argument in arguments:
                _merge(variables, self._variables(argument))
        return variables

    def _allowed(self, operand: object) -> list[object]:
        """Return all values that an operand can have; nothing if it can have any."""
        name = operand.get("Ref") if isinstance(operand, dict) and len(operand) == 1 else None
        parameter = mapping(self._parameters.get(name)) if isinstance(name, str) else {}
        allowed = parameter.get("AllowedValues")
        return [self._text(value) for value in allowed] if isinstance(allowed, list) else []


class _Evaluation:
    """Evaluates conditions with one value for each variable, and each named condition once."""

    def __init__(self, conditions: Conditions, values: _Values) -> None:
        self._conditions = conditions
        self._values = values
        self._named: dict[str, bool] = {}

    def holds(self, condition: object) -> bool:
        function, arguments = self._conditions.parts(condition)
        if not function:
            return self._values[_key(condition)] is True
        if function == "Condition":
            name = str(arguments[0])
            if name not in self._named:
                self._named[name] = self.holds(self._conditions.definition(name))
            return self._named[name]
        if function == "Fn::Equals":
            return self._equal(condition, arguments)
        outcomes = [self.holds(argument) for argument in arguments]
        if function == "Fn::Not":
            return not outcomes[0]
        return any(outcomes) if function == "Fn::Or" else all(outcomes)

    def _equal(self, condition: object, arguments: list[object]) -> bool:
        left, right = self._conditions.operands(arguments)
        unknown = is_unresolved(left), is_unresolved(right)
        if unknown == (False, False):
            return left == right
        if unknown == (True, True):
            same = _key(arguments[0]) == _key(arguments[1])
            return same or self._values[_key(condition)] is True
        if unknown[0]:
            return self._values[_key(arguments[0])] == right
        return self._values[_key(arguments[1])] == left


def _opaque(conditions: Mapping[str, object]) -> frozenset[str]:
    """Return the conditions that depend on themselves, or on too many levels of others."""
    graph = {
        str(name): [item for item in _named_in(condition) if item in conditions]
        for name, condition in conditions.items()
    }
    levels: dict[str, int] = {}
    opaque: set[str] = set()
    for component in components(graph):
        name = component[0]
        levels[name] = 1 + max((levels.get(item, 0) for item in graph[name]), default=0)
        if len(component) > 1 or name in graph[name] or levels[name] > _MAX_LEVELS:
            opaque.update(component)
            levels.update(dict.fromkeys(component, 0))
    return frozenset(opaque)


def _named_in(condition: object) -> Iterator[str]:
    """Yield the names of the conditions that a condition refers to."""
    waiting = [condition]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name = value.get("Condition")
            if isinstance(name, str):
                yield name
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _merge(variables: _Variables, others: _Variables) -> None:
    for name, values in others.items():
        variables.setdefault(name, {}).update(values)


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
