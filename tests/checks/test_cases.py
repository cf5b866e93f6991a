"""Every case: its rule has a finding in the bad template, and no rule has one in the good one."""

from collections.abc import Mapping

import pytest

from serverless_stack.checks import Finding, check_templates, rules
from tests.checks.cases import Case, Json, cases

CASES = cases()


def check(case: Case, resources: Json, sections: Json, others: Mapping[str, Json]) -> list[Finding]:
    templates = {"Shop": {"Resources": resources, **sections}, **others}
    return check_templates(templates, dict.fromkeys(templates, case.region))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_bad_template_has_a_finding(case: Case) -> None:
    found = check(case, case.bad, case.bad_sections, case.bad_others)
    reported = [each for each in found if each.rule == case.rule]
    assert reported, found
    assert any(case.message in each.message for each in reported), reported
    assert all(each.page for each in reported)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_good_template_has_none(case: Case) -> None:
    assert check(case, case.good, case.good_sections, case.good_others) == []


def test_every_rule_has_a_case() -> None:
    assert {rule.id for rule in rules()} == {case.rule for case in CASES}
