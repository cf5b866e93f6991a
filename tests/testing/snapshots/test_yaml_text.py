"""YAML that is readable, and reads as exactly the written value."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.testing.snapshots.yaml_text import block, scalar
from serverless_stack.testing.template_text import parse_any

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text("ab:#-'\"\\!&*?|>%@`{}[], \n\t0.", max_size=12),
    st.from_regex(r"[-+0-9._:eExXob,TZ ]{1,10}", fullmatch=True),
    st.sampled_from(["yes", "NO", "null", "~", "=", "<<", "---", "...", ".inf", "0o7", "1e3", ""]),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
FUNCTIONS = st.sampled_from(["Fn::Sub", "Fn::Join", "Fn::Base64", "Fn::Select", "Fn::GetAZs"])
NAMES = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)


def extended(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(
        st.lists(values, max_size=4),
        st.dictionaries(TEXTS, values, max_size=4),
        st.builds(lambda name: {"Ref": name}, TEXTS),
        st.builds(lambda name, part: {"Fn::GetAtt": [name, part]}, NAMES, NAMES),
        st.builds(lambda key, value: {key: value}, FUNCTIONS, values),
    )


JSON = st.recursive(SCALARS, extended, max_leaves=12)


@settings(max_examples=400, deadline=None)
@given(JSON)
def test_values_survive_the_round_trip(value: object) -> None:
    text = "\n".join(block({"Value": value})) + "\n"
    assert parse_any(text, "text") == {"Value": value}


@settings(max_examples=200, deadline=None)
@given(SCALARS)
def test_every_yaml_reader_understands_scalars(value: object) -> None:
    read = yaml.safe_load(f"key: {scalar(value)}\n")["key"]
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"Ref": "AWS::Region"}, "!Ref AWS::Region"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "!GetAtt Role.Arn"),
        ({"Fn::GetAtt": "Role.Arn"}, "Fn::GetAtt: Role.Arn"),
        ({"Fn::Sub": "a-${AWS::Region}"}, "!Sub a-${AWS::Region}"),
        ({"Fn::Join": ["", ["a", {"Ref": "B"}]]}, '!Join ["", [a, !Ref B]]'),
        ({"Fn::GetAZs": ""}, '!GetAZs ""'),
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("<asset>.zip", "<asset>.zip"),
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", "658327ea-f89d-4fab-a63d-7e88639e58f6"),
        ("2012-10-17", '"2012-10-17"'),
        ("yes", '"yes"'),
        ("*", '"*"'),
        ('{"a": 1}', "'{\"a\": 1}'"),
        ({}, "{}"),
        ([], "[]"),
        (1e20, "1.0e+20"),
    ],
)
def test_one_line(value: object, line: str) -> None:
    assert list(block(value)) == [line]


def test_several_lines() -> None:
    value = {
        "Script": "#!/bin/sh\n\necho # 1\n",
        "Data": {"Fn::Base64": "a\nb"},
        "List": [{"Key": "a", "Value": [1, 2]}, [], [["deep"]]],
        "Long": {"Fn::Base64": {"Fn::Sub": "x"}},
    }
    assert list(block(value)) == [
        "Data: !Base64 |-",
        "  a",
        "  b",
        "List:",
        "  - Key: a",
        "    Value:",
        "      - 1",
        "      - 2",
        "  - []",
        "  - - - deep",
        "Long:",
        "  Fn::Base64: !Sub x",
        "Script: |",
        "  #!/bin/sh",
        "",
        "  echo # 1",
    ]


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match=r"JSON values only, got: set \{1\}"):
        list(block({"Value": {1}}))
