"""Every rule against every case: it tells the bad ones, and no rule speaks of the good ones."""

from collections.abc import Mapping

import pytest

from serverless_stack.checks import Finding, check_templates, rules
from tests.checks.cases import Case, Json, cases

CASES = cases()


def check(case: Case, resources: Json, sections: Json, others: Mapping[str, Json]) -> list[Finding]:
    templates = {"Shop": {"Resources": resources, **sections}, **others}
    return check_templates(templates, dict.fromkeys(templates, case.region))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_mistake_is_told(case: Case) -> None:
    found = check(case, case.bad, case.bad_sections, case.bad_others)
    told = [each for each in found if each.rule == case.rule]
    assert told, found
    assert any(case.told in each.message for each in told), told
    assert all(each.page for each in told)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_its_twin_is_not(case: Case) -> None:
    assert check(case, case.good, case.good_sections, case.good_others) == []


def test_every_rule_has_a_case() -> None:
    assert {rule.id for rule in rules()} == {case.rule for case in CASES}
