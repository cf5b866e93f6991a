"""Randomly broken templates, which no schema would accept."""

import copy
from collections.abc import Callable
from random import Random

Json = dict[str, object]

_NAMES = ("Resources", "Properties", "Type", "Ref", "Fn::If", "Fn::GetAtt", "Value", "Default")
_VALUES: tuple[Callable[[Random], object], ...] = (
    lambda _: None,
    lambda _: True,
    lambda chance: chance.choice([0, -1, 1, 2**70, -1.5, 1e308, float("inf"), float("nan")]),
    lambda chance: chance.choice(["", "*", "inf", "NaN", "1_0", "²", "\ud800", "\0", "a" * 5000]),
    lambda _: [],
    lambda _: {},
    lambda _: [[[]], {}, None],
    lambda _: {"": None, "Fn::If": 1},
    lambda chance: chance.choice(
        ["${", "${}", "${!a}", "${Token[x]}", "#{Token[1]}", "{{resolve:"]
    ),
    lambda chance: {"Ref": chance.choice(["AWS::NoValue", "AWS::Region", "Nothing", 1, [], None])},
    lambda chance: {"Fn::GetAtt": chance.choice([[], ["A"], ["A", "B"], "A.B", 1, ["A", {}], {}])},
    lambda chance: {"Fn::If": chance.choice([[], ["A", 1, 2], ["A", 1], {}, [[], {}, None], "A"])},
    lambda chance: {
        "Fn::Sub": chance.choice(["${A}${B.C}", ["${A}", {"A": []}], [], {}, 1, [1, 2]])
    },
    lambda chance: {
        "Fn::Join": chance.choice([["", []], [1, 2], ["", {"Ref": "A"}], [], "a", None])
    },
    lambda chance: {"Fn::Select": chance.choice([[0, []], ["1", "ab"], [{}, {}], "²", ["²", [1]]])},
    lambda chance: {"Fn::Split": chance.choice([["", "a"], ["/", {"Ref": "A"}], [[], []], {}])},
    lambda chance: {"Fn::FindInMap": chance.choice([["A", "B", "C"], [{}, [], 1], [], "A"])},
    lambda _: {"Fn::Transform": {"Name": "A"}},
    lambda _: {"Condition": "A"},
)


def mutated(template: Json, chance: Random, count: int) -> Json:
    """Return a copy with so many of its values replaced, taken out, doubled, added or moved."""
    found = copy.deepcopy(template)
    for _ in range(count):
        _mutate(found, chance)
    return found


def _mutate(template: Json, chance: Random) -> None:
    places = list(_places(template))
    if not places:
        return
    holder, key = chance.choice(places)
    other, other_key = chance.choice(places)
    kind = chance.randrange(6)
    new = chance.choice(_VALUES)(chance)
    if isinstance(holder, dict):
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder[chance.choice(_NAMES)] = new
        elif kind == 2:
            holder[str(key) + "2"] = copy.deepcopy(holder[key])
        elif kind == 3:
            holder[key] = copy.deepcopy(_at(other, other_key))
        elif kind == 4:
            holder[key] = {"Fn::If": ["Any", holder[key], new]}
        else:
            holder[key] = new
    elif isinstance(holder, list) and isinstance(key, int):
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder.insert(key, new)
        elif kind == 2:
            holder.append(copy.deepcopy(holder[key]))
        elif kind == 3:
            holder[key] = copy.deepcopy(_at(other, other_key))
        else:
            holder[key] = new


def _at(holder: object, key: object) -> object:
    if isinstance(holder, dict):
        return holder[key]
    return holder[key] if isinstance(holder, list) and isinstance(key, int) else None


def _places(template: Json) -> list[tuple[object, object]]:
    """Return each value that can be broken, as what holds it and where."""
    found: list[tuple[object, object]] = []
    waiting: list[object] = [template]
    while waiting:
        each = waiting.pop()
        pairs: list[tuple[object, object]] = []
        if isinstance(each, dict):
            pairs = list(each.items())
        elif isinstance(each, list):
            pairs = list(enumerate(each))
        found += [(each, key) for key, _ in pairs]
        waiting += [value for _, value in pairs if isinstance(value, dict | list)]
    return found
