"""Snapshot files are ordered, readable, and templates."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.testing.snapshots.rendering import TITLE, parse, render

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        "Orders": {
            "Metadata": {"aws:cdk:path": "Shop/Orders/Resource", "cdk_nag": {"rules": []}},
            "Properties": {"QueueName": "orders", "DelaySeconds": 3},
            "Type": "AWS::SQS::Queue",
        },
        "Empty": {},
        "A2": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Shop/A/Resource"}},
    },
    "Outputs": {"Url": {"Value": {"Ref": "Orders"}}},
    "Description": "A shop\nof two lines",
    "Conditions": {"On": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
}
TEXT = f"""\
{TITLE}
# Construct paths are below: Shop
# Scrubbed:
# - one -> two

Description: |-
  A shop
  of two lines

Conditions:
  "On": !Equals [!Ref AWS::Region, "eu-west-1"]

Resources:
  Empty: {{}}

  # AWS::DynamoDB::Table
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain

  # AWS::SQS::Queue
  A2:  # A/Resource
    Type: AWS::SQS::Queue
  Orders:  # Orders/Resource
    Type: AWS::SQS::Queue
    Metadata:
      cdk_nag:
        rules: []
    Properties:
      DelaySeconds: 3
      QueueName: orders

Outputs:
  Url:
    Value: !Ref Orders
"""


def test_the_text() -> None:
    assert render(TEMPLATE, ("one -> two",)) == TEXT


def test_the_text_is_the_template() -> None:
    assert parse(TEXT) == TEMPLATE


def test_the_order_of_a_template_does_not_matter() -> None:
    pairs = list(TEMPLATE["Resources"].items())
    for seed in range(5):
        random.Random(seed).shuffle(pairs)
        shuffled = {"Outputs": TEMPLATE["Outputs"], **TEMPLATE, "Resources": dict(pairs)}
        assert render(shuffled, ("one -> two",)) == TEXT


def test_a_property_changes_one_line() -> None:
    changed = json.loads(json.dumps(TEMPLATE))
    changed["Resources"]["Orders"]["Properties"]["DelaySeconds"] = 4
    before, after = (set(render(each).splitlines()) for each in (TEMPLATE, changed))
    assert after - before == {"      DelaySeconds: 4"}


PATHS = st.one_of(st.just(""), st.text(min_size=1, max_size=12))
RESOURCES = st.dictionaries(
    st.one_of(
        st.from_regex(r"[A-Za-z0-9]{1,6}", fullmatch=True), st.sampled_from(["1e3", "Yes", "12"])
    ),
    st.builds(
        lambda path, text: {
            "Type": "AWS::SQS::Queue",
            **({"Metadata": {"aws:cdk:path": path}} if path else {}),
            "Properties": {"Text": text, "Lines": f"Orders:  # a\n  Orders:  # {text}\n"},
        },
        st.one_of(PATHS, PATHS.map(lambda path: f"Shop/{path}x"), st.just("Shop")),
        st.text(max_size=8),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(RESOURCES)
def test_construct_paths_survive_the_round_trip(resources: dict[str, Any]) -> None:
    assert parse(render({"Resources": resources})) == {"Resources": resources}


@pytest.mark.parametrize("text", ["", "Resources: [", "a: 1", "- 1"])
def test_texts_without_a_template_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="my file"):
        parse(text, "my file")
