"""The work of each rule grows no faster than the template."""

import cProfile
import json
import random
import re
from collections.abc import Callable, Mapping

import pytest

from serverless_stack.checks import check_template, rules
from serverless_stack.checks.engine import runner
from serverless_stack.checks.engine.template import Template
from tests.checks.cases import Case, Json, cases

RULES = {rule.id: rule for rule in rules()}


def renamed(value: object, ids: set[str], number: int) -> object:
    """Return a value with a number appended to all logical ids."""
    if isinstance(value, Mapping):
        return {
            f"{key}x{number}" if key in ids else key: renamed(item, ids, number)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [renamed(item, ids, number) for item in value]
    if isinstance(value, str):
        if value in ids:
            return f"{value}x{number}"
        return re.sub(
            r"\$\{(\w+)",
            lambda found: f"${{{found[1]}x{number}" if found[1] in ids else found[0],
            value,
        )
    return value


def copies(resources: Mapping[str, object], count: int) -> list[Json]:
    """Return so many copies of resources that refer to each other."""
    ids = set(resources)
    return [
        {f"{id}x{number}": renamed(resources[id], ids, number) for id in sorted(ids)}
        for number in range(count)
    ]


def work(case: Case, template: Template) -> int:
    """Return the calls of functions while the case's rule checks a template."""
    views = {"Shop": template}
    views |= {name: Template(other) for name, other in case.bad_others.items()}
    return calls(lambda: list(runner._findings(RULES[case.rule], views)))


def calls(run: Callable[[], object], *, builtins: bool = True) -> int:
    """Return how many functions a call calls, those of C included."""
    profile = cProfile.Profile(builtins=builtins)
    profile.runcall(run)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_work_of_a_rule_is_linear(case: Case) -> None:
    for resources, sections in (
        (case.bad, case.bad_sections),
        (case.good, case.good_sections),
    ):
        if len(resources) > 5 or len(json.dumps(resources, default=str)) > 20_000:
            continue
        copied = copies(resources, 80)
        template = {
            count: Template(
                {
                    **sections,
                    "Resources": {k: v for each in copied[:count] for k, v in each.items()},
                },
                case.region,
            )
            for count in (2, 20, 40, 80)
        }
        if template[80].excess is not None:
            continue
        work(case, template[2])  # fills caches
        few, more, most = (work(case, template[count]) for count in (20, 40, 80))
        # Linear work doubles from the first difference to the second, square work quadruples.
        assert most - more <= 2.5 * (more - few) + 200, (few, more, most)


def test_templates_far_above_the_quota_are_not_checked() -> None:
    resources: Json = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(2501)}
    (found,) = check_template({"Resources": resources})
    assert (found.rule, found.value) == ("TEMPLATE-005", "more than 2,500 resources")
    resources.popitem()
    assert "TEMPLATE-001" in {each.rule for each in check_template({"Resources": resources})}


@pytest.mark.slow
def test_the_evaluation_of_conditions_has_a_bound() -> None:
    chance = random.Random(0)
    parameters: Json = {f"P{number}": {"Type": "String"} for number in range(9)}
    equal = [{"Fn::Equals": [{"Ref": name}, "x"]} for name in parameters]
    conditions: Json = {f"C{n}": {"Fn::Or": [{"Fn::And": equal}] * 10} for n in range(200)}
    resources: Json = {}
    for number in range(2400):
        one, two, three = chance.sample(sorted(conditions), 3)
        name = {"Fn::If": [one, "shop", {"Fn::If": [two, "a b", "orders"]}]}
        bucket = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}, "Condition": three}
        resources[f"Topic{number}"] = bucket
    template: Json = {"Parameters": parameters, "Conditions": conditions, "Resources": resources}
    # Without a bound: a hundred times as many.
    assert calls(lambda: Template(template), builtins=False) < 6_000_000
