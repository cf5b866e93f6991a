"""Scrubbing: names stay consistent, and no resource is lost."""

import json
from typing import Any

import pytest

from serverless_stack.testing import ScrubError, scrub
from serverless_stack.testing.snapshots.rendering import parse, render

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "QueueBuild7": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "QueueName": "orders-build-7",
                "Tags": [{"Key": "build", "Value": "7"}, {"Key": "team", "Value": "a"}],
            },
        },
        "Reader": {
            "Type": "AWS::Lambda::Function",
            "DependsOn": ["ZTable", "QueueBuild7"],
            "Properties": {
                "Role": {"Fn::GetAtt": ["QueueBuild7", "Arn"]},
                "Environment": {"Variables": {"BUILD": "7", "URL": {"Ref": "QueueBuild7"}}},
            },
        },
        "ZTable": {"Type": "AWS::DynamoDB::Table"},
    },
    "Outputs": {"Url": {"Value": {"Fn::Sub": "x-${QueueBuild7.Arn}"}}},
}


def resources(found: dict[str, object]) -> dict[str, Any]:
    value = found["Resources"]
    assert isinstance(value, dict)
    return value


def test_the_template_itself_is_not_changed() -> None:
    before = json.dumps(TEMPLATE)
    scrub(TEMPLATE, {"Build7": "BuildN", "AWS::SQS::Queue.QueueName": "x"})
    assert json.dumps(TEMPLATE) == before


def test_a_text_is_replaced_everywhere() -> None:
    found = scrub(TEMPLATE, {r"Build\d+": "BuildN"}).template
    assert "Build7" not in json.dumps(found)
    reader = resources(found)["Reader"]
    assert reader["DependsOn"] == ["QueueBuildN", "ZTable"]
    assert reader["Properties"]["Role"] == {"Fn::GetAtt": ["QueueBuildN", "Arn"]}
    assert found["Outputs"] == {"Url": {"Value": {"Fn::Sub": "x-${QueueBuildN.Arn}"}}}


def test_a_group_can_be_retained() -> None:
    found = scrub(TEMPLATE, {r"(orders)-build-\d+": r"\1-N"}).template
    assert resources(found)["QueueBuild7"]["Properties"]["QueueName"] == "orders-N"


def test_a_property_is_replaced_in_its_type() -> None:
    rules = {
        "AWS::Lambda::Function.Environment.Variables.BUILD": "<build>",
        "AWS::SQS::Queue.Tags.0.Value": "<first>",
        "AWS::SQS::Queue.Missing.Value": "<none>",
        "AWS::DynamoDB::Table.Tags.*.Value": "<none>",
        "AWS::SQS::Queue.Tags.7.Value": "<none>",
    }
    found = resources(scrub(TEMPLATE, rules).template)
    assert found["Reader"]["Properties"]["Environment"]["Variables"]["BUILD"] == "<build>"
    tags = found["QueueBuild7"]["Properties"]["Tags"]
    assert [tag["Value"] for tag in tags] == ["<first>", "a"]
    assert "<none>" not in json.dumps(found)


def test_a_star_is_any_key_or_index() -> None:
    rules = {
        "AWS::SQS::Queue.Tags.*.Value": "<tag>",
        "AWS::Lambda::Function.Environment.Variables.*": "<variable>",
        "AWS::SQS::Queue.Tags.*": "<never reached: done already>",
    }
    found = resources(scrub(TEMPLATE, [{key: rules[key]} for key in list(rules)[:2]]).template)
    assert [each["Value"] for each in found["QueueBuild7"]["Properties"]["Tags"]] == ["<tag>"] * 2
    variables = found["Reader"]["Properties"]["Environment"]["Variables"]
    assert variables == {"BUILD": "<variable>", "URL": "<variable>"}
    found = resources(scrub(TEMPLATE, {"AWS::SQS::Queue.Tags.*": "<tag>"}).template)
    assert found["QueueBuild7"]["Properties"]["Tags"] == ["<tag>", "<tag>"]


def without_description(template: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in template.items() if key != "Description"}


def test_a_function_edits_the_template() -> None:
    given = {**TEMPLATE, "Description": "today"}
    found = scrub(given, [without_description, {"Build": "B"}])
    assert "Description" not in found.template
    assert found.replaced[-2:] == ("by without_description()", "Build -> B")


def test_every_rule_of_cdk_is_listed() -> None:
    listed = "\n".join(scrub(TEMPLATE).replaced)
    for name in ("<asset>", "HASH", "<code>", "<runtime>", "<handler>", "<bootstrap version>"):
        assert name in listed


def test_scrubbing_twice_changes_nothing() -> None:
    once = scrub(TEMPLATE, {r"Build\d+": "BuildN"}).template
    assert scrub(once).template == once


def test_two_names_that_become_equal_are_an_error() -> None:
    with pytest.raises(ScrubError, match="`QueueBuild7` and `ZTable` in Resources would both"):
        scrub(TEMPLATE, {r"QueueBuild7|ZTable": "Same"})


def test_versions_that_become_equal_are_an_error() -> None:
    version = {"Type": "AWS::Lambda::Version"}
    names = [f"FCurrentVersion58B8A55D{digit * 32}" for digit in "ab"]
    with pytest.raises(ScrubError, match="would both become `FCurrentVersion58B8A55DHASH`"):
        scrub({"Resources": dict.fromkeys(names, version)})


def test_a_resource_that_disappears_is_an_error() -> None:
    def drop(template: dict[str, object]) -> dict[str, object]:
        del resources(template)["ZTable"]
        return template

    with pytest.raises(ScrubError, match=r"must keep all resources, but one of .*`ZTable`"):
        scrub(TEMPLATE, drop)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("text", "`scrub` must be a mapping"),
        ([3], "got: 3"),
        ({"a": 3}, "got: {'a': 3}"),
        ({"(": "x"}, "must have regular expressions as keys, got: '('"),
        (lambda template: None, "must return a template, got: None"),
    ],
)
def test_invalid_rules_are_refused(extra: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ScrubError) as caught:
        scrub(TEMPLATE, extra)
    assert message in str(caught.value)


def test_metadata_of_others_stays() -> None:
    metadata = {"cdk_nag": {"rules_to_suppress": []}, "aws:cdk:path": "A/B", "aws:asset:path": "x"}
    found = scrub({"Resources": {"A": {"Type": "T", "Metadata": metadata}}}).template
    assert resources(found)["A"]["Metadata"] == {
        "cdk_nag": {"rules_to_suppress": []},
        "aws:cdk:path": "A/B",
    }


def test_loops_stay_unchanged() -> None:
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {"Fn::ForEach::Topics": ["Name", ["A"], {"${Name}": {"Type": "T"}}]},
    }
    found = scrub(template, {"AWS::SQS::Queue.QueueName": "x"}).template
    assert found == template
    assert parse(render(found)) == template


def test_a_hash_after_a_line_break_is_replaced() -> None:
    hash_of_an_asset = "0a" * 32
    resource = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": f"a\n{hash_of_an_asset}\u001f"},
    }
    scrubbed = scrub({"Resources": {"Topic": resource}}).template
    assert scrubbed["Resources"] == {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a\n<asset>\u001f"}}
    }
