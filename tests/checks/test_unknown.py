"""No rule speaks of what is known at deploy time only, wherever in a template it is."""

import copy
import random
from collections.abc import Iterator

import pytest

from serverless_stack.checks import check_template
from tests.checks.cases import Case, Json, cases

_UNKNOWN: tuple[object, ...] = (
    {"Fn::ImportValue": "Network"},
    {"Fn::Transform": [{"Name": "AWS::Include", "Parameters": {"Location": "s3://shared/part"}}]},
    "{{resolve:ssm:/network/part}}",
)
# What cannot be told from what is meant, or is wrong whatever the value is.
_KNOWN_ANYHOW: frozenset[str] = frozenset()
_Path = tuple[str | int, ...]

ALONE = [case for case in cases() if not case.good_others and len(str(case.good)) < 5000]


def places(value: object, path: _Path = ()) -> Iterator[_Path]:
    """Where a value can be put: not within a function."""
    yield path
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict) and not any(str(key).startswith(("Fn::", "Ref")) for key in value):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, each in items:
        yield from places(each, (*path, key))


def with_unknown(case: Case, chance: random.Random) -> tuple[Json, str]:
    """A good template with one value that is not known, and where."""
    template: Json = copy.deepcopy({"Resources": case.good, **case.good_sections})
    resources: object = template["Resources"]
    assert isinstance(resources, dict)
    logical_id = chance.choice(sorted(id for id in resources if resources[id].get("Properties")))
    path = chance.choice(list(places(resources[logical_id]["Properties"])))
    holder, (*above, last) = resources[logical_id], ("Properties", *path)
    for key in above:
        holder = holder[key]
    holder[last] = chance.choice(_UNKNOWN)
    return template, ".".join(map(str, (logical_id, *path)))


@pytest.mark.parametrize("seed", range(8))
def test_unknown_values_in_good_templates(seed: int) -> None:
    chance = random.Random(seed)
    told = []
    for _ in range(150):
        case = chance.choice(ALONE)
        try:
            template, where = with_unknown(case, chance)
        except IndexError:  # it has no properties
            continue
        before = {(f.rule, f.resource) for f in _found(case)}
        told += [
            (str(case), where, f.rule, f.message)
            for f in check_template(template, case.region)
            if (f.rule, f.resource) not in before and f.rule not in _KNOWN_ANYHOW
        ]
    assert told == []


def _found(case: Case) -> list[object]:
    return list(check_template({"Resources": case.good, **case.good_sections}, case.region))
