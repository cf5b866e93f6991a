"""The properties of resource types are those that CloudFormation has."""

from serverless_stack.checks.template.properties import PATH, PROPERTIES
from tests.checks.template import cdk_properties


def test_the_list_is_that_of_cdk() -> None:
    known = cdk_properties.listed()
    assert {type_: tuple(sorted(names)) for type_, names in PROPERTIES.items()} == known
    own = {type_ for type_ in cdk_properties.checked() if not type_.startswith("Custom::")}
    assert set(known) == own
    assert PATH.read_text("utf-8") == cdk_properties.written(known)
