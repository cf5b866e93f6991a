"""Every rule against every case: it tells the bad ones, and no rule speaks of the good ones."""

import pytest

from serverless_stack.checks import check_template, rules
from tests.checks.cases import Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_mistake_is_told(case: Case) -> None:
    found = check_template({"Resources": case.bad, **case.bad_sections}, case.region)
    told = [each for each in found if each.rule == case.rule]
    assert told, found
    assert any(case.told in each.message for each in told), told
    assert all(each.page for each in told)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_its_twin_is_not(case: Case) -> None:
    assert check_template({"Resources": case.good, **case.good_sections}, case.region) == []


def test_every_rule_has_a_case() -> None:
    assert {rule.id for rule in rules()} == {case.rule for case in CASES}
