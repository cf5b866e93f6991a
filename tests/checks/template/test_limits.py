"""Templates at the quotas of CloudFormation."""

import pytest

from serverless_stack.checks import check_template
from tests.checks.template.cases import topics


@pytest.mark.parametrize(
    ("count", "rules"), [(450, set()), (500, {"TEMPLATE-003"}), (501, {"TEMPLATE-001"})]
)
def test_500_resources_are_a_warning_and_501_an_error(count: int, rules: set[str]) -> None:
    found = {each.rule for each in check_template({"Resources": topics(count)})}
    assert {rule for rule in found if rule in ("TEMPLATE-001", "TEMPLATE-003")} == rules
