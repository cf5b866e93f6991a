import pytest

from serverless_stack.checks import check_template
from serverless_stack.checks.engine.template import Template

Json = dict[str, object]


def equal(name: str, value: str) -> Json:
    return {"Fn::Equals": [{"Ref": name}, value]}


PARAMETERS: Json = {
    "Stage": {"Type": "String"},
    "Size": {"Type": "Number", "AllowedValues": [1, 2]},
    "Set": {"Type": "String", "Default": "yes"},
}
CONDITIONS: Json = {
    "Prod": equal("Stage", "prod"),
    "Dev": equal("Stage", "dev"),
    "NotProd": {"Fn::Not": [{"Condition": "Prod"}]},
    "One": equal("Size", "1"),
    "Two": {"Fn::Equals": ["2", {"Ref": "Size"}]},
    "Either": {"Fn::Or": [{"Condition": "Prod"}, {"Condition": "Dev"}]},
    "BigProd": {"Fn::And": [{"Condition": "Prod"}, {"Condition": "Two"}]},
    "Set": equal("Set", "yes"),
    "Same": {"Fn::Equals": [{"Ref": "Stage"}, {"Ref": "Stage"}]},
    "Alike": {"Fn::Equals": [{"Ref": "Stage"}, {"Ref": "Size"}]},
    "Itself": {"Fn::Not": [{"Condition": "Itself"}]},
    "Broken": {"Fn::Equals": [{"Ref": "Stage"}]},
    "Odd": {"Condition": {"Ref": "Stage"}},
}


def outcomes(*names: str, holding: str | None = None) -> list[list[object]]:
    template = Template({"Parameters": PARAMETERS, "Conditions": CONDITIONS})
    value = [{"Fn::If": [name, 1, 0]} for name in names]
    return [list(found) for found in template.resolver.scenarios(value, holding)]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("names", "holding", "found"),
    [
        (("Prod",), None, [[1], [0]]),
        (("Prod", "NotProd"), None, [[0, 1], [1, 0]]),
        (("Prod", "Dev"), None, [[0, 1], [1, 0], [0, 0]]),
        (("One", "Two"), None, [[1, 0], [0, 1]]),
        (("Prod", "Dev"), "Either", [[0, 1], [1, 0]]),
        (("Prod", "Two"), "BigProd", [[1, 1]]),
        (("Set",), "Prod", [[1]]),
        (("Same",), None, [[1]]),
        (("Alike",), None, [[1], [0]]),
        (("Itself",), None, [[1], [0]]),
        (("Odd",), None, [[1], [0]]),
        (("Broken", "Gone"), None, [[1, 1], [0, 1], [1, 0], [0, 0]]),
    ],
)
def test_impossible_combinations_are_left_out(
    names: tuple[str, ...], holding: str | None, found: list[list[object]]
) -> None:
    assert sorted(outcomes(*names, holding=holding)) == sorted(found)


def test_a_route_by_one_of_two_conditions_is_fine() -> None:
    resources: Json = {
        "Route": {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": "rtb-1",
                "DestinationCidrBlock": "0.0.0.0/0",
                "InstanceId": {"Fn::If": ["NotProd", "i-1", {"Ref": "AWS::NoValue"}]},
                "NatGatewayId": {"Fn::If": ["Prod", "nat-1", {"Ref": "AWS::NoValue"}]},
            },
        }
    }
    template: Json = {
        "Parameters": PARAMETERS,
        "Conditions": {name: CONDITIONS[name] for name in ("Prod", "NotProd")},
        "Resources": resources,
    }
    assert check_template(template) == []
