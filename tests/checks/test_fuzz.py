"""No template makes a rule crash, or show a secret."""

import copy
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.checks import check_templates
from tests.checks import templates
from tests.checks.cases import Json, cases
from tests.checks.mutations import mutated

pytestmark = pytest.mark.slow

CASES = cases()
SOURCES: dict[str, Json] = {
    **templates.snapshots(),
    **templates.hand_written(),
    **{f"{case}-{n}": {"Resources": case.bad, **case.bad_sections} for n, case in enumerate(CASES)},
}
# Those that are large say nothing that others do not, and take long.
SMALL = sorted(name for name, source in SOURCES.items() if len(json.dumps(source)) < 40_000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text()
            | st.sampled_from(["Ref", "Fn::If", "Fn::Sub", "Type", "Properties", "Statement"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.sampled_from(SMALL), st.integers(0, 2**32), st.integers(1, 12))
def test_broken_templates_do_not_crash_rules(name: str, seed: int, count: int) -> None:
    template = mutated(SOURCES[name], Random(seed), count)
    kept = copy.deepcopy(template)
    found = check_templates({"One": template, "Two": SOURCES[name]}, {"One": "eu-west-1"})
    assert all(each.message and each.rule and each.template in ("One", "Two") for each in found)
    assert repr(template) == repr(kept)  # a check changes nothing


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["Resources", "Outputs", "Parameters", "Mappings"]), JSON))
def test_values_that_are_not_templates_do_not_crash_rules(template: Json) -> None:
    check_templates({"One": template}, {})


@pytest.mark.parametrize("value", ["hunter2", "tr0ub4dor&3", "pä55wort", "a'b\"c"])
def test_findings_do_not_show_secrets(value: str) -> None:
    described: Json = {"MasterUserPassword": value, "Tags": [{"Name": "ApiToken", "Value": value}]}
    resources: Json = {"Database": {"Type": "AWS::RDS::DBInstance", "Properties": described}}
    outputs: Json = {"AdminPassword": {"Value": value}}
    found = check_templates({"One": {"Resources": resources, "Outputs": outputs}}, {})
    reported = [each for each in found if each.rule.startswith("SECRETS-")]
    assert {each.property for each in reported} >= {
        "MasterUserPassword",
        "Outputs.AdminPassword.Value",
    }
    assert value not in "".join(repr(each) + each.message for each in reported)
