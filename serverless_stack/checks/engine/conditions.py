"""The conditions of a template: which of them hold together, without guessing."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved

_MOST_OUTCOMES: Final = 16
_MOST_VALUES: Final = 512
_OTHER: Final = object()
"""The value of an operand that no condition compares it with."""

_Values = Mapping[str, object]


class Conditions:
    """Evaluates the conditions of one template.

    What is known only at deploy time is a variable: an operand of `Fn::Equals`, which is one of
    the texts that it is compared with, or another one; or what cannot be evaluated at all, which
    holds or does not. So conditions on the same parameter are seen together.

    Args:
        conditions: The conditions, by name.
        parameters: The parameters, whose allowed values are all that a reference can be.
        text: Gives an operand as text; `is_unresolved` tells one that is known at deploy time only.
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
        self._decided: dict[str, bool | None] = {}
        self._outcomes: dict[tuple[tuple[str, ...], str | None], list[dict[str, bool]] | None] = {}

    def decided(self, name: str) -> bool | None:
        """Tell whether a condition holds; None if that is known only at deploy time."""
        if name not in self._decided:
            found = self.outcomes((name,), None)
            both = found is None or len(found) != 1
            self._decided[name] = None if both or not found else found[0][name]
        return self._decided[name]

    def outcomes(self, names: tuple[str, ...], holding: str | None) -> list[dict[str, bool]] | None:
        """The combinations that conditions can have; None if they are too many to look at.

        Args:
            names: The conditions.
            holding: Another one that holds.
        """
        key = names, holding
        if key not in self._outcomes:
            self._outcomes[key] = self._found(names, holding)
        return self._outcomes[key]

    def _found(self, names: tuple[str, ...], holding: str | None) -> list[dict[str, bool]] | None:
        variables: dict[str, dict[object, None]] = {}
        for name in (*names, *([holding] if holding is not None else [])):
            for variable, values in self._variables({"Condition": name}, ()):
                variables.setdefault(variable, {}).update(dict.fromkeys(values))
        count = 1
        for choices in variables.values():
            count *= len(choices)
            if count > _MOST_VALUES:
                return None
        found: dict[tuple[bool, ...], None] = {}
        for combination in itertools.product(*variables.values()):
            chosen = dict(zip(variables, combination, strict=True))
            if holding is None or self._holds({"Condition": holding}, chosen, ()):
                found[tuple(self._holds({"Condition": name}, chosen, ()) for name in names)] = None
        if len(found) > _MOST_OUTCOMES:
            return None
        # What holds comes first.
        return [dict(zip(names, each, strict=True)) for each in sorted(found, reverse=True)]

    def _parts(
        self, condition: object, within: tuple[str, ...]
    ) -> tuple[str, list[object], tuple[str, ...]]:
        """The function of a condition, its arguments, and the names that it is in.

        No function is what cannot be evaluated, also what is in its own definition.
        """
        if isinstance(condition, dict) and len(condition) == 1:
            ((name, argument),) = condition.items()
            known = isinstance(argument, str) and argument in self._conditions
            if name == "Condition" and known and argument not in within:
                return name, [self._conditions[argument]], (*within, argument)
            counts = {
                "Fn::Equals": (2, 2),
                "Fn::Not": (1, 1),
                "Fn::And": (1, 10),
                "Fn::Or": (1, 10),
            }
            low, high = counts.get(str(name), (1, 0))
            if isinstance(argument, list) and low <= len(argument) <= high:
                return str(name), argument, within
        return "", [condition], within

    def _variables(
        self, condition: object, within: tuple[str, ...]
    ) -> Iterator[tuple[str, list[object]]]:
        """What is not known of a condition, with the values that it can have."""
        function, arguments, within = self._parts(condition, within)
        if not function:
            yield _key(condition), [True, False]
        elif function == "Fn::Equals":
            one, other = (self._text(each) for each in arguments)
            unknown = [each for each in arguments if is_unresolved(self._text(each))]
            if len(unknown) == 1:
                (operand,) = unknown
                known = other if operand is arguments[0] else one
                yield _key(operand), self._allowed(operand) or [known, _OTHER]
            elif unknown and _key(arguments[0]) != _key(arguments[1]):
                yield _key(condition), [True, False]
        else:
            for each in arguments:
                yield from self._variables(each, within)

    def _holds(self, condition: object, values: _Values, within: tuple[str, ...]) -> bool:
        function, arguments, within = self._parts(condition, within)
        if not function:
            return values[_key(condition)] is True
        if function == "Fn::Equals":
            return self._equal(condition, arguments, values)
        found = [self._holds(each, values, within) for each in arguments]
        if function == "Fn::Not":
            return not found[0]
        return any(found) if function == "Fn::Or" else all(found)

    def _equal(self, condition: object, operands: list[object], values: _Values) -> bool:
        one, other = (self._text(each) for each in operands)
        unknown = [is_unresolved(one), is_unresolved(other)]
        if unknown == [False, False]:
            return one == other
        if unknown == [True, True]:
            same = _key(operands[0]) == _key(operands[1])
            return same or values[_key(condition)] is True
        return (
            values[_key(operands[0])] == other if unknown[0] else values[_key(operands[1])] == one
        )

    def _allowed(self, operand: object) -> list[object]:
        """All that an operand can be; nothing if that is anything."""
        name = operand.get("Ref") if isinstance(operand, dict) and len(operand) == 1 else None
        parameter = self._parameters.get(name) if isinstance(name, str) else None
        allowed = parameter.get("AllowedValues") if isinstance(parameter, dict) else None
        return [self._text(each) for each in allowed] if isinstance(allowed, list) else []


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
