"""Conditions of policy statements, and which of them are at least as strict as others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from serverless_stack.testing.review.compare.values import canonical, items, mapping

# Operators that one of their values has to meet. A value less is stricter.
_ONE_OF: Final = re.compile(
    r"(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress|Bool|BinaryEquals"
    r"|(Numeric|Date)Equals)(IfExists)?",
    re.IGNORECASE,
)
# Operators that all of their values have to meet. A value more is stricter.
_NONE_OF: Final = re.compile(
    r"(String(NotEquals|NotEqualsIgnoreCase|NotLike)|Arn(NotEquals|NotLike)|NotIpAddress"
    r"|(Numeric|Date)NotEquals)(IfExists)?",
    re.IGNORECASE,
)

_FUNCTIONS: Final = ("Fn::", "Ref")
"""Intrinsic functions, which are known only at deploy time."""

_Tests = dict[tuple[str, str], frozenset[str]]


def implies(condition: object, other: object) -> bool:
    """Return whether each request that meets a condition certainly meets another one."""
    tests, others = _tests(condition), _tests(other)
    return all(
        test in tests and _is_as_strict(test[0], tests[test], values)
        for test, values in others.items()
    )


def _is_as_strict(operator: str, values: frozenset[str], others: frozenset[str]) -> bool:
    if _ONE_OF.fullmatch(operator):
        return values <= others
    return values >= others if _NONE_OF.fullmatch(operator) else values == others


def _tests(condition: object) -> _Tests:
    """Return the values of each operator and key. All of these tests have to be met."""
    if condition is None:
        return {}
    whole = {("", ""): frozenset([canonical(condition)])}
    if not isinstance(condition, Mapping):
        return whole
    tests: _Tests = {}
    for operator, keys in condition.items():
        for key, values in mapping(keys).items():
            test = (str(operator).lower(), str(key).lower())
            if test in tests or str(key).startswith(_FUNCTIONS):
                return whole
            tests[test] = frozenset(map(canonical, items(values)))
        if not isinstance(keys, Mapping) or str(operator).startswith(_FUNCTIONS):
            return whole
    return tests
