import json
from typing import Any

import pytest

from serverless_stack.testing.template_text import SourceError, parse, parse_any


def value_of(yaml: str) -> object:
    resources = parse(f"Resources:\n  It:\n    Value: {yaml}\n", "a.yaml")["Resources"]
    assert isinstance(resources, dict)
    return resources["It"]["Value"]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("!Ref Bucket", {"Ref": "Bucket"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!GetAtt Bucket.Arn", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("!GetAtt Nested.Outputs.Arn", {"Fn::GetAtt": ["Nested", "Outputs.Arn"]}),
        ("!GetAtt [Bucket, Arn]", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("!Sub 'a-${B}'", {"Fn::Sub": "a-${B}"}),
        ("!Sub ['a-${B}', {B: !Ref C}]", {"Fn::Sub": ["a-${B}", {"B": {"Ref": "C"}}]}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        (
            "!If [A, !Ref AWS::NoValue, 1]",
            {"Fn::If": ["A", {"Ref": "AWS::NoValue"}, 1]},
        ),
        ("!Transform {Name: AWS::Include}", {"Fn::Transform": {"Name": "AWS::Include"}}),
        ("!Base64 text", {"Fn::Base64": "text"}),
        ("!ImportValue 'x'", {"Fn::ImportValue": "x"}),
        ("2012-10-17", "2012-10-17"),
        ("'2012'", "2012"),
        ("2012", 2012),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("", None),
        ("=", "="),
        ("{Fn::GetAtt: [Bucket, Arn]}", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("ä ☃ 🛒", "ä ☃ 🛒"),
    ],
)
def test_yaml_with_short_tags(yaml: str, expected: object) -> None:
    assert value_of(yaml) == expected


def test_anchors_and_merges() -> None:
    text = """
Resources:
  A: &queue {Type: AWS::SQS::Queue, DeletionPolicy: Retain}
  B: {<<: *queue, DeletionPolicy: Delete}
"""
    resources: Any = parse(text, "a.yaml")["Resources"]
    assert resources["B"] == {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete"}


@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_read_as_json(indent: int | None) -> None:
    template = {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"x": "2012-10-17"}}}}
    assert parse(json.dumps(template, indent=indent), "a.json") == template


def test_yaml_may_begin_with_a_brace() -> None:
    assert parse("{Resources: {A: !Ref B}}", "a") == {"Resources": {"A": {"Ref": "B"}}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.yaml is not a CloudFormation template: it has no `Resources`"),
        ("just text", "a.yaml is not a CloudFormation template: it has no `Resources`"),
        ("Resources: []", "a.yaml is not a CloudFormation template: it has no `Resources`"),
        ('{"Parameters": {}}', "a.yaml is not a CloudFormation template: it has no `Resources`"),
        ("Resources:\n  A: {b: 1\n", "a.yaml is neither JSON nor YAML: "),
        ("Resources: &r\n  A: *r\n", "a.yaml is nested too deeply, or contains itself"),
        ('{"Resources": ' + "9" * 5000 + "}", "a.yaml cannot be read: Exceeds the limit"),
        ("Resources:\n  A: " + "9" * 5000, "a.yaml cannot be read: Exceeds the limit"),
        ("Resources:\n  A: !!int abc\n", "a.yaml cannot be read: invalid literal"),
        ("Resources:\n  A: 1\n  B: 2\n  A: 3\n", "a.yaml: duplicate key `A` in line 4"),
    ],
)
def test_a_file_without_a_template(text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(text, "a.yaml")
    assert str(caught.value).startswith(message)


def test_other_documents_are_read_too() -> None:
    assert parse_any("[1, two]", "a.yaml") == [1, "two"]
    assert parse_any("", "a.yaml") is None


DEEP = {
    "flow sequences": "[" * 100_000,
    "flow mappings": '{"a": ' * 100_000,
    "block sequences on one line": "- " * 50_000 + "x",
    "block mappings": "".join(f"{' ' * level}a:\n" for level in range(3_000)),
    "complex keys": "? " * 50_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_deep_text_is_refused_and_does_not_end_the_process(text: str) -> None:
    with pytest.raises(SourceError, match="x must not be nested more than 500 levels deep"):
        parse_any(text, "x")


def test_a_text_just_below_the_maximum_depth_is_read() -> None:
    # With enough brackets beside it that the depth is counted.
    value = parse_any("[" + "[], " * 3_000 + "[" * 250 + "]" * 250 + "]", "x")
    assert isinstance(value, list)
    assert len(value) == 3_001
