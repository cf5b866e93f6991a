import pytest

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Reference, Resource, Template, identity

Json = dict[str, object]


def resources(value: object, **sections: object) -> list[Resource]:
    described = {"Thing": {"Type": "Some::Thing", "Properties": {"Value": value}}}
    return list(Template({"Resources": described, **sections}, "eu-west-1").all())


def values(value: object, **sections: object) -> list[object]:
    return [found.get("Value") for found in resources(value, **sections)]


SIZE: Json = {"Size": {"Type": "Number", "Default": 4}}
STAGE: Json = {"Stage": {"Type": "String"}}
NAMED: Json = {"Big": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (7, 7),
        ({"Ref": "Size"}, 4),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Size"}, True]]}, "a-4-true"),
        ({"Fn::Sub": "x${Size}y${!Size}"}, "x4y${Size}"),
        ({"Fn::Sub": ["${a}${Size}", {"a": "b"}]}, "b4"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "Key"]}, "z"),
        ({"Fn::If": ["Always", 1, 2]}, 1),
        ({"Fn::If": ["Never", 1, {"Ref": "AWS::NoValue"}]}, None),
        ([1, {"Ref": "AWS::NoValue"}, {"a": {"Ref": "AWS::NoValue"}}], [1, {}]),
    ],
)
def test_known_values_are_resolved(value: object, found: object) -> None:
    sections: Json = {
        "Parameters": SIZE,
        "Mappings": {"Map": {"eu-west-1": {"Key": "z"}}},
        "Conditions": {
            "Always": {"Fn::Equals": [{"Ref": "Size"}, "4"]},
            "Never": {"Fn::Not": [{"Condition": "Always"}]},
        },
    }
    assert values(value, **sections) == [found]


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Stage"},
        {"Ref": "Nowhere"},
        {"Fn::GetAtt": ["Other", "Arn"]},
        {"Fn::GetAtt": "Other.Arn"},
        {"Fn::ImportValue": "x"},
        {"Fn::Join": ["", ["a", {"Ref": "Stage"}]]},
        {"Fn::Sub": "a${Stage}"},
        {"Fn::Select": [0, {"Ref": "Stage"}]},
        {"Fn::FindInMap": ["Map", "a", "b"]},
        {"Fn::Transform": {"Name": "x"}},
        "{{resolve:ssm:x}}",
    ],
)
def test_unknown_values_are_tokens(value: object) -> None:
    (found,) = values(value, Parameters=STAGE)
    assert is_unresolved(found)


def test_a_condition_that_is_not_decided_gives_both() -> None:
    found = values({"Fn::If": ["Big", 1, 2]}, Parameters=STAGE, Conditions=NAMED)
    assert found == [1, 2]


def test_resources_with_a_false_condition_are_left_out() -> None:
    described: Json = {"Type": "Some::Thing", "Condition": "Big"}
    sections: Json = {"Conditions": NAMED, "Resources": {"Thing": described}}
    default: Json = {"Stage": {"Type": "String", "Default": "dev"}}
    assert list(Template({**sections, "Parameters": default}).all()) == []
    assert len(list(Template({**sections, "Parameters": STAGE}).all())) == 1


def test_a_reference_leads_to_its_resource() -> None:
    source: Json = {
        "Resources": {
            "One": {"Type": "Some::Thing", "Properties": {"To": {"Fn::GetAtt": ["Two", "Arn"]}}},
            "Two": {"Type": "Other::Thing"},
        }
    }
    (one,) = Template(source).of_type("Some::Thing")
    two = one.reference("To")
    assert two is not None
    assert (two.logical_id, two.type) == ("Two", "Other::Thing")
    value = one.get("To")
    assert isinstance(value, Reference)
    assert value.attribute == "Arn"


def test_numbers_and_truth_values_may_be_text() -> None:
    (found,) = resources({"a": "12", "b": "x", "c": "True", "d": False, "e": [1]})
    assert (found.number("Value.a"), found.number("Value.b")) == (12, None)
    assert (found.boolean("Value.c"), found.boolean("Value.d")) == (True, False)
    assert (found.items("Value.e"), found.items("Value.a")) == ([1], [])
    assert found.get("Value.e.0") == 1
    assert found.get("Value.none.at.all") is None


@pytest.mark.parametrize("source", [{}, {"Resources": []}, {"Resources": {"A": 1, "B": {}}}])
def test_values_that_are_not_templates_have_no_resources(source: Json) -> None:
    assert list(Template(source).all()) == []


def test_items_and_groups_have_paths() -> None:
    (found,) = resources({"list": [{"a": 1}, 2], "map": {"b": 3}, "text": "x"})
    assert found.paths("Value.list") == ["Value.list.0", "Value.list.1"]
    assert found.paths("Value.text") == found.paths("Value.none") == []
    assert found.mapping("Value.map") == {"b": 3}
    assert found.mapping("Value.text") == found.mapping("Value.none") == {}


def test_conditional_resources_do_not_always_exist() -> None:
    source: Json = {
        "Parameters": STAGE,
        "Conditions": NAMED,
        "Resources": {
            "Fixed": {"Type": "Some::Thing"},
            "Maybe": {"Type": "Some::Thing", "Condition": "Big"},
            "Either": {"Type": "Some::Thing", "Properties": {"Size": {"Fn::If": ["Big", 1, 2]}}},
        },
    }
    assert [found.logical_id for found in Template(source).always("Some::Thing")] == ["Fixed"]


def test_equal_values_have_equal_keys() -> None:
    def of(value: object) -> object:
        described: Json = {
            "Thing": {"Type": "Some::Thing", "Properties": {"Value": value}},
            "Other": {"Type": "Some::Thing"},
        }
        (found, _other) = Template({"Resources": described}).all()
        return identity(found.get("Value"))

    assert of(80) == of("80") == "80"
    assert of(True) == of("true")
    assert of({"Ref": "Thing"}) != of({"Ref": "Other"})
    assert of({"Ref": "Other"}) != of({"Fn::GetAtt": ["Other", "Arn"]})
    assert of({"a": [1, {"Ref": "Other"}]}) == of({"a": ["1", {"Ref": "Other"}]})
    assert of([1]) != of([2])
    assert of({"Ref": "Unknown"}) is of([{"Fn::ImportValue": "x"}]) is of({"a": None}) is None


@pytest.mark.parametrize("value", ["inf", "-Infinity", "nan", "1e999", 10**400])
def test_numbers_that_are_not_finite_are_none(value: object) -> None:
    (found,) = resources(value)
    assert found.number("Value") is None


def test_the_items_of_a_list_and_of_an_object() -> None:
    (found,) = resources({"l": ["a", {"Ref": "AWS::StackName"}, 1], "o": {"a.b": 1}, "t": "c"})
    assert found.paths("Value.l") == ["Value.l.0", "Value.l.1", "Value.l.2"]
    assert found.known("Value.l") == ["a"]
    assert found.mapping("Value.o") == {"a.b": 1}
    assert (found.paths("Value.t"), found.known("Value.t"), found.mapping("Value.t")) == (
        [],
        [],
        {},
    )
