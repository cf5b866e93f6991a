"""A change that permits more is always told; one that permits no more never is."""

import fnmatch
import itertools
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.testing.review import review
from serverless_stack.testing.review.access.patterns import are_disjoint, matches
from tests.constructs.templates import Json
from tests.testing.review.access.test_permissions import policy, statement, warned
from tests.testing.review.small import template

ACTIONS = ("s3:Get", "s3:Put", "s3:Let", "iam:Get")
RESOURCES = ("arn:a", "arn:b", "arn:ab")
TEAMS, STAGES = ("x", "y", "z"), ("1", "2")
HASHES = ("0" * 64, "f" * 64)

_ACTION_PATTERNS = st.sampled_from(["*", "s3:*", "S3:get", "s3:?et", "iam:*", "s3:P*", "s3:Get"])
_RESOURCE_PATTERNS = st.sampled_from(["*", "arn:a", "arn:b", "arn:a*", "arn:?", "arn:*b"])
_CONDITIONS = st.sampled_from(
    [
        None,
        {"StringEquals": {"team": "x"}},
        {"StringEquals": {"team": ["x", "y"]}},
        {"StringNotEquals": {"Team": ["x"]}},
        {"StringNotEquals": {"team": ["y", "x"]}},
        {"StringEquals": {"team": "x", "stage": "1"}},
        {"StringEquals": {"stage": 1}, "StringNotEquals": {"team": "x"}},
    ]
)


def _lists(patterns: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return patterns | st.lists(patterns, min_size=1, max_size=3)


@st.composite
def statements(draw: st.DrawFn) -> Json:
    action = draw(st.sampled_from(["Action", "Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    made: Json = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(_lists(_ACTION_PATTERNS)),
        resource: draw(_lists(_RESOURCE_PATTERNS)),
    }
    condition = draw(_CONDITIONS)
    return made if condition is None else {**made, "Condition": condition}


POLICIES = st.lists(statements(), min_size=1, max_size=3)


def _listed(value: object) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _names(source: Json, key: str, name: str) -> bool:
    lower = str.lower if key == "Action" else str
    for negated in (False, True):
        patterns = source.get(f"Not{key}" if negated else key)
        if patterns is not None:
            hit = any(fnmatch.fnmatchcase(lower(name), lower(p)) for p in _listed(patterns))
            return hit is not negated
    return False


def _holds(condition: object, context: Mapping[str, str]) -> bool:
    if not isinstance(condition, dict):
        return True
    return all(
        (context[key.lower()] in _listed(values)) is (operator == "StringEquals")
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def permitted(policies: list[Json]) -> set[tuple[str, ...]]:
    """Return all requests that the statements permit, by the definition of IAM."""
    requests: set[tuple[str, ...]] = set()
    for action, on, team, stage in itertools.product(ACTIONS, RESOURCES, TEAMS, STAGES):
        context = {"team": team, "stage": stage}
        effects = {
            each["Effect"]
            for each in policies
            if _names(each, "Action", action)
            and _names(each, "Resource", on)
            and _holds(each.get("Condition"), context)
        }
        if effects == {"Allow"}:
            requests.add((action, on, team, stage))
    return requests


def warnings(old: list[Json], new: list[Json]) -> list[str]:
    before, after = (policy(*each, PolicyName="p") for each in (old, new))
    return list(review(template(It=before), template(It=after)).warnings)


@settings(max_examples=1000)
@given(POLICIES, POLICIES)
def test_a_widening_is_always_told(old: list[Json], new: list[Json]) -> None:
    if not permitted(new) <= permitted(old):
        assert warnings(old, new)


@settings(max_examples=300)
@given(POLICIES, st.integers(0, 2**32))
def test_the_same_in_other_words_is_never_told(old: list[Json], seed: int) -> None:
    chance = random.Random(seed)
    new: list[Json] = []
    for each in old:
        action = _listed(each.get("Action", []))
        parts = [{**each, "Action": part} for part in action] if action else [each]
        new += parts if chance.random() < 0.5 else [{k: each[k] for k in sorted(each)}]
    new += [each for each in old if each["Effect"] == "Deny"]
    chance.shuffle(new)
    assert warnings(old, new) == []


@settings(max_examples=300)
@given(POLICIES, st.integers(0, 2**32))
def test_a_narrower_policy_is_never_told(old: list[Json], seed: int) -> None:
    chance = random.Random(seed)
    new = [dict(each) for each in old]
    allowing = [each for each in new if each["Effect"] == "Allow"]
    for each in allowing:
        kind = chance.randrange(5)
        if kind == 0:
            new.remove(each)
        elif kind == 1:
            tests = dict(each.get("Condition") or {})
            each["Condition"] = {**tests, "Bool": {"aws:SecureTransport": True}}
        elif kind == 2 and "NotAction" in each:
            each["NotAction"] = [*_listed(each["NotAction"]), "kms:*"]
        elif kind == 3 and "Action" in each:
            each["Action"] = _listed(each["Action"])[:1]
        elif kind == 4 and each.get("Action") in ("*", ["*"]):
            del each["Action"]
            each["NotAction"] = "iam:*"
    new.append({"Effect": "Deny", "Action": "*", "Resource": "arn:b"})
    assert warnings(old, new) == []


PATTERNS = st.text("ab*?", max_size=5)


@given(PATTERNS, PATTERNS)
def test_patterns_against_all_short_texts(a: str, b: str) -> None:
    texts = ["".join(t) for n in range(6) for t in itertools.product("abc", repeat=n)]
    of_a = {text for text in texts if fnmatch.fnmatchcase(text, a)}
    of_b = {text for text in texts if fnmatch.fnmatchcase(text, b)}
    if matches(a, b):
        assert of_b <= of_a
    if are_disjoint(a, b):
        assert not of_a & of_b
    elif len(a) + len(b) < 6:
        assert of_a & of_b


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (statement("s3:Get", f"arn/{HASHES[0]}.zip"), statement("s3:Get", f"arn/{HASHES[1]}.zip")),
        (statement("s3:Get", {"Ref": "A"}), statement("s3:Get", {"Fn::Sub": "${A}"})),
        (
            statement("s3:Get", {"Fn::Join": ["", [{"Fn::GetAtt": "B.Arn"}, "/*"]]}),
            statement("s3:Get", {"Fn::Sub": "${B.Arn}/*"}),
        ),
        (
            statement("s3:Get", Condition={"StringEquals": {"a": ["x", "y"]}}),
            statement("s3:Get", Condition={"stringequals": {"A": ["y", "x"]}}),
        ),
    ],
)
def test_what_means_the_same(old: Json, new: Json) -> None:
    assert warned(policy(old, PolicyName="a"), policy(new, PolicyName="b")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (statement("s3:Get?bject"), statement("s3:Get*bject")),
        (statement(effect="Deny"), {**statement(), "Effect": {"Fn::If": ["C", "Allow", "Deny"]}}),
        (
            statement("s3:Get", Condition={"StringEquals": {"a": {"Fn::If": ["C", "x", "y"]}}}),
            statement("s3:Get", Condition={"StringEquals": {"a": {"Fn::If": ["C", "y", "x"]}}}),
        ),
        (
            statement("s3:Get", Condition={"Bool": {"a": True}, "bool": {"A": False}}),
            statement("s3:Get", Condition={"Bool": {"a": True}}),
        ),
    ],
)
def test_what_means_more(old: Json, new: Json) -> None:
    assert warned(policy(old, PolicyName="a"), policy(new, PolicyName="b")) != []


def test_large_policies_are_compared_soon() -> None:
    actions = [f"s3:Act{number}" for number in range(300)]
    resources = [f"arn:{number}/*" for number in range(300)]
    old = [statement(actions, resources, Sid=f"S{number}") for number in range(20)]
    assert warnings(old, [*old[1:], {**old[0], "Sid": "Other"}]) == []
