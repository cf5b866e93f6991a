"""JSON schemas of newer drafts, and of pydantic, in draft-04."""

import enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from serverless_stack.constructs.api.json_schema import DRAFT_04, draft_04
from tests.constructs.templates import Json


def translated(model: object) -> Json:
    translation = draft_04(model, "model")
    assert translation.problems == []
    assert translation.schema.pop("$schema") == DRAFT_04
    return translation.schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "required": []}, {"type": "object"}),
        ({"const": 1}, {"enum": [1]}),
        ({"const": None}, {"enum": [None]}),
        ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"exclusiveMinimum": 0, "minimum": 5}, {"minimum": 5}),
        ({"exclusiveMaximum": 9, "maximum": 20}, {"maximum": 9, "exclusiveMaximum": True}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"minimum": 1, "exclusiveMinimum": True}),
        (
            {"prefixItems": [{"type": "string"}], "items": False},
            {"items": [{"type": "string"}], "additionalItems": False},
        ),
        (
            {"prefixItems": [{"const": 1}], "items": {"const": 2}},
            {"items": [{"enum": [1]}], "additionalItems": {"enum": [2]}},
        ),
        ({"items": [{"const": 1}]}, {"items": [{"enum": [1]}]}),
        ({"items": {"const": 1}}, {"items": {"enum": [1]}}),
        ({"items": False}, {"maxItems": 0}),
        ({"properties": {"a": True, "b": False}}, {"properties": {"a": {}, "b": {"not": {}}}}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": {"const": 1}}, {"additionalProperties": {"enum": [1]}}),
        ({"dependentRequired": {"a": ["b"]}}, {"dependencies": {"a": {"required": ["b"]}}}),
        (
            {"dependentSchemas": {"a": {"const": 1}}, "dependentRequired": {"a": ["b"]}},
            {"dependencies": {"a": {"allOf": [{"required": ["b"]}, {"enum": [1]}]}}},
        ),
        (
            {"format": "email", "examples": ["a@b"], "default": "", "$comment": "x"},
            {"format": "email"},
        ),
        ({"format": "uuid", "x-order": 1}, {}),
        (
            {"not": {"const": 1}, "oneOf": [{"const": 1}]},
            {"not": {"enum": [1]}, "oneOf": [{"enum": [1]}]},
        ),
        (
            {"$ref": "#/$defs/A~1B", "$defs": {"A/B": {"const": 1}}},
            {"allOf": [{"$ref": "#/definitions/A~1B"}], "definitions": {"A/B": {"enum": [1]}}},
        ),
        (
            {
                "properties": {"a": {"$ref": "#/$defs/A", "description": "x", "minLength": 3}},
                "$defs": {"A": {"type": "string"}},
            },
            {
                "properties": {
                    "a": {
                        "description": "x",
                        "minLength": 3,
                        "allOf": [{"$ref": "#/definitions/A"}],
                    }
                },
                "definitions": {"A": {"type": "string"}},
            },
        ),
        (
            {"properties": {"a": {"$ref": "#/$defs/A", "description": "x"}}, "$defs": {"A": {}}},
            {"properties": {"a": {"$ref": "#/definitions/A"}}, "definitions": {"A": {}}},
        ),
    ],
)
def test_keywords_of_newer_drafts(schema: Json, expected: Json) -> None:
    assert translated(schema) == expected


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"if": {}}, "`model` must not have `if`, which draft-04 lacks; use `anyOf` with `not`"),
        ({"properties": {"a": {"unevaluatedProperties": False}}}, "`model` at /properties/a must"),
        ({"contains": {}}, "check it in the function"),
        ({"propertyNames": {}}, "use `patternProperties`"),
        ({"$dynamicRef": "#x"}, "use `$ref`"),
        ({"$ref": "https://example.com/order.json"}, "references within the schema"),
        ({"$ref": "#Order"}, "references within the schema"),
        ({"$ref": "#/$defs/Missing"}, "references to what there is, got: '#/$defs/Missing'"),
        ({"minLenght": 3}, "got: `minLenght`; did you mean `minLength`?; begin names of your own"),
        ({"enum": []}, "must have a value in `enum`, got: none"),
        ({"properties": []}, "`model` at /properties must be a mapping of schemas, got: []"),
        ({"anyOf": []}, "`model` at /anyOf must be a list of schemas, got: []"),
        ({"items": 3}, "`model` at /items must be a schema, got: 3"),
        ({"exclusiveMinimum": "0"}, "a number as `exclusiveMinimum`, got: '0'"),
        ({"enum": [float("inf")]}, "must be a JSON document"),
        ({"enum": [{1}]}, "must be a JSON document"),
        ({"description": "x" * 410_000}, "must have 409600 bytes at most as JSON"),
        (3, "must be a JSON schema as a mapping, or a class of pydantic, got: 3"),
        (int, "must be a JSON schema as a mapping, or a class of pydantic, got: the class int"),
    ],
)
def test_what_draft_04_cannot_say_is_refused(schema: object, message: str) -> None:
    problems = draft_04(schema, "model").problems
    assert len(problems) == 1
    assert message in problems[0]


def test_all_problems_are_reported() -> None:
    assert len(draft_04({"if": {}, "properties": {"a": {"contains": {}}}}, "model").problems) == 2


def test_a_schema_that_contains_itself_is_refused() -> None:
    schema: Json = {"type": "array"}
    schema["items"] = schema
    (problem,) = draft_04(schema, "model").problems
    assert "must not be that deep" in problem


def test_a_model_of_api_gateway_may_be_referred_to() -> None:
    url = "https://apigateway.amazonaws.com/restapis/abc/models/Order"
    assert translated({"items": {"$ref": url}}) == {"items": {"$ref": url}}


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


class Line(BaseModel):
    sku: str = Field(min_length=1, examples=["a-1"])
    quantity: Annotated[int, Field(gt=0, le=100)]


class Order(BaseModel):
    kind: Literal["order"]
    size: Size = Size.SMALL
    note: str | None = None
    lines: list[Line]
    place: tuple[float, float]
    parent: "Order | None" = None


def test_a_class_of_pydantic() -> None:
    schema = translated(Order)
    assert schema["allOf"] == [{"$ref": "#/definitions/Order"}]  # it refers to itself
    order, line = (schema["definitions"][name] for name in ("Order", "Line"))
    properties = order["properties"]
    assert properties["kind"]["enum"] == ["order"]
    assert properties["note"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert properties["place"]["items"] == [{"type": "number"}, {"type": "number"}]
    assert properties["lines"]["items"] == {"$ref": "#/definitions/Line"}
    assert line["properties"]["quantity"] == {
        "title": "Quantity",
        "type": "integer",
        "maximum": 100,
        "minimum": 0,
        "exclusiveMinimum": True,
    }
    assert "$defs" not in str(schema)
    assert "default" not in str(schema)


def test_a_class_without_a_schema_is_refused() -> None:
    class Callback(BaseModel):
        model_config = {"arbitrary_types_allowed": True}
        run: object = Field(default_factory=object)

    class Broken:
        @classmethod
        def model_json_schema(cls) -> object:
            raise RuntimeError("no schema for a callable")

    assert draft_04(Callback, "model").problems == []
    (problem,) = draft_04(Broken, "model").problems
    assert problem == "`model` has no JSON schema: no schema for a callable"
