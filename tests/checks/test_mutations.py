"""No template makes a rule crash, however broken it is."""

import copy
import datetime
import math
import random
from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from serverless_stack.checks import check_template
from serverless_stack.testing.snapshots import rendering
from tests.checks.cases import Json, cases
from tests.seeds import seeds

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
SNAPSHOTS = sorted(path for path in TESTS.rglob("*.yaml") if "__snapshots__" in path.parts)
SECTIONS: Json = {
    "Conditions": {"Known": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Parameters": {"Stage": {"Type": "String"}},
}
WRONG: list[object] = [
    *(None, True, False, 0, -1, 1.5, 3, 1e300, -1e300, math.nan, math.inf, 10**400),
    *("", "x", "²", "1e400", "9" * 50, "${Token[x]}", "{{resolve:ssm:x}}", "arn:", "cron()"),
    *([], {}, [None], [[]], {"a": None}, [{"Ref": "Nope"}], {1: 2}),
    *({"Ref": "Nope"}, {"Ref": "Bucket"}, {"Ref": ["x"]}, {"Ref": "AWS::NoValue"}),
    *({"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::GetAtt": 1}, {"Fn::If": ["Known", 1, {}]}),
    *({"Fn::Join": ["", ["a", {"Ref": "x"}]]}, {"Fn::Sub": "a${B}"}, {"Fn::If": 1}),
    # What is no JSON, from a YAML reader or a program.
    *({(1, 2): 3}, {None: {True: 1}}, (1, ["a"]), {"x"}, b"x", object(), Decimal("1.5")),
    *(datetime.date(2012, 10, 17), OrderedDict(a=None)),
]


def places(value: object) -> Iterator[tuple[object, object]]:
    """Yield each value in a template: what it is in, and its key or index."""
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from places(value[key])
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield value, index
            yield from places(each)


def mutate(template: Json, chance: random.Random) -> Json:
    """Put one to three wrong values into a copy."""
    made = copy.deepcopy(template)
    for _ in range(chance.randint(1, 3)):
        found = list(places(made.get("Resources")))
        if found:
            holder, key = chance.choice(found)
            holder[key] = copy.deepcopy(chance.choice(WRONG))  # type: ignore[index]
    return made


@pytest.mark.parametrize("seed", seeds(20, 4))
def test_mutated_cases(seed: int) -> None:
    chance = random.Random(seed)
    sources = [some for case in cases() for some in (case.bad, case.good) if len(str(some)) < 5000]
    for _ in range(1000):
        check_template(
            mutate({"Resources": chance.choice(sources), **SECTIONS}, chance), "eu-west-1"
        )


def test_mutated_snapshots() -> None:
    chance = random.Random(0)
    for path in SNAPSHOTS:
        template = rendering.parse(path.read_text())
        for _ in range(20):
            check_template(mutate(template, chance))
