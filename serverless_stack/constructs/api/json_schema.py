"""JSON schemas of any draft, and of pydantic, as API Gateway takes them: draft-04.

"Data models for REST APIs" of the developer guide. What draft-04 cannot say is refused.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.annotations import described, did_you_mean

Schema: TypeAlias = dict[str, object]

DRAFT_04 = "http://json-schema.org/draft-04/schema#"
MAX_BYTES = 400 * 1024  # "Amazon API Gateway quotas": size of a model
_MAX_DEPTH = 100
_MODEL_URL = "https://apigateway.amazonaws.com/restapis/"
_FORMATS = ("date-time", "email", "hostname", "ipv4", "ipv6", "uri")

_SAME = (
    *("title", "description", "type", "enum", "multipleOf", "maximum", "minimum"),
    *("maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems"),
    *("maxProperties", "minProperties", "required"),
)
_LISTS = ("allOf", "anyOf", "oneOf")
_NAMED = ("properties", "patternProperties", "definitions")
_ONE = ("not", "additionalProperties", "additionalItems", "items")
# They say nothing about which documents are valid.
_IGNORED = (
    *("$schema", "$id", "id", "$comment", "$anchor", "$vocabulary", "default", "example"),
    *("examples", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"),
    *("contentSchema", "discriminator", "externalDocs", "xml"),
)
_OWN = (
    *("$ref", "$defs", "const", "nullable", "exclusiveMinimum", "exclusiveMaximum"),
    *("prefixItems", "format", "dependencies", "dependentRequired", "dependentSchemas"),
)
_REFUSED = {
    "if": "use `anyOf` with `not`",
    "then": "use `anyOf` with `not`",
    "else": "use `anyOf` with `not`",
    "unevaluatedProperties": "use `additionalProperties`",
    "unevaluatedItems": "use `additionalItems`",
    "contains": "check it in the function",
    "minContains": "check it in the function",
    "maxContains": "check it in the function",
    "propertyNames": "use `patternProperties`",
    "$dynamicRef": "use `$ref`",
    "$dynamicAnchor": "use `$ref`",
    "$recursiveRef": "use `$ref`",
    "$recursiveAnchor": "use `$ref`",
}
_KEYWORDS = (*_SAME, *_LISTS, *_NAMED, *_ONE, *_IGNORED, *_OWN, *_REFUSED)


@dataclass
class Translation:
    """A schema of draft-04, or why there is none.

    Attributes:
        schema: The schema.
        problems: One message per problem.
    """

    schema: Schema
    problems: list[str]


def draft_04(model: object, argument: str) -> Translation:
    """Translate a JSON schema, or the one of a pydantic model, to draft-04.

    Args:
        model: The schema as a mapping, or a class with ``model_json_schema()``.
        argument: The argument, as the caller wrote it.
    """
    generate = getattr(model, "model_json_schema", None)
    if isinstance(model, type) and callable(generate):
        try:
            model = cast(Callable[[], object], generate)()
        except Exception as error:  # pydantic's own classes, which may not be installed
            return Translation({}, [f"`{argument}` has no JSON schema: {error}"])
    if not isinstance(model, Mapping):
        return Translation(
            {},
            [
                f"`{argument}` must be a JSON schema as a mapping, or a class of pydantic, "
                f"got: {described(model)}"
            ],
        )
    translator = _Translator(model, argument)
    schema = translator.translate(model, "")
    if "$ref" in schema:  # beside which a validator of draft-04 ignores everything
        schema = {"allOf": [{"$ref": schema.pop("$ref")}], **schema}
    schema = {"$schema": DRAFT_04, **schema}
    if not translator.problems.messages:
        translator.check_size(schema)
    return Translation(schema, translator.problems.messages)


class _Translator:
    def __init__(self, root: Mapping[str, object], argument: str) -> None:
        self._root = root
        self._argument = argument
        self.problems = Problems()

    def check_size(self, schema: Schema) -> None:
        """Refuse a schema that is no JSON, or too long."""
        try:
            size = len(json.dumps(schema, allow_nan=False).encode())
        except (TypeError, ValueError) as error:
            self.problems.fail(f"`{self._argument}` must be a JSON document, got: {error}")
            return
        self.problems.require(
            size <= MAX_BYTES,
            f"`{self._argument}` must have {MAX_BYTES} bytes at most as JSON, got: {size}",
        )

    def translate(self, node: object, path: str) -> Schema:
        """Return a subschema in draft-04."""
        if isinstance(node, bool):
            return {} if node else {"not": {}}
        if not isinstance(node, Mapping):
            self._fail(path, f"must be a schema, got: {described(node)}")
            return {}
        if path.count("/") > _MAX_DEPTH:
            self._fail(path[:80], "must not be that deep")
            return {}
        for keyword in node:
            if keyword in _REFUSED:
                self._fail(
                    path, f"must not have `{keyword}`, which draft-04 lacks; {_REFUSED[keyword]}"
                )
            elif keyword not in _KEYWORDS and not str(keyword).startswith("x-"):
                hint = did_you_mean(str(keyword), _KEYWORDS)
                near = f"; {hint}" if hint.startswith("did") else ""
                self._fail(
                    path,
                    f"must have keywords of JSON schema, got: `{keyword}`{near}; "
                    "begin names of your own with x-",
                )
        schema = self._keywords(node, path)
        if "$ref" not in node:
            return schema
        target: Schema = {"$ref": self._reference(str(node["$ref"]), path)}
        definitions = {name: schema.pop(name) for name in ("definitions",) if name in schema}
        if not schema.keys() - {"title", "description"}:
            return {**target, **definitions}
        more = cast(list[Schema], schema.pop("allOf", []))
        return {**schema, "allOf": [target, *more], **definitions}

    def _keywords(self, node: Mapping[str, object], path: str) -> Schema:
        schema: Schema = {name: node[name] for name in _SAME if name in node}
        for name in ("required", "enum"):
            if schema.get(name) == []:  # which draft-04 refuses
                del schema[name]
                self.problems.require(
                    name == "required",
                    self._message(path, "must have a value in `enum`, got: none"),
                )
        for name in _LISTS:
            if name in node:
                schema[name] = self._list(node[name], f"{path}/{name}")
        for name in ("properties", "patternProperties"):
            if name in node:
                schema[name] = self._each(node[name], f"{path}/{name}")
        for name in ("definitions", "$defs"):
            if name in node:
                definitions = cast(Schema, schema.setdefault("definitions", {}))
                definitions |= self._each(node[name], f"{path}/{name}")
        for name in ("not", "additionalProperties", "additionalItems"):
            if name in node:
                value = node[name]
                keeps = isinstance(value, bool) and name != "not"
                schema[name] = value if keeps else self.translate(value, f"{path}/{name}")
        if node.get("format") in _FORMATS:
            schema["format"] = node["format"]
        if "const" in node:
            schema["enum"] = [node["const"]]
        self._bounds(node, schema, path)
        self._items(node, schema, path)
        self._dependencies(node, schema, path)
        return _nullable(schema) if node.get("nullable") is True else schema

    def _bounds(self, node: Mapping[str, object], schema: Schema, path: str) -> None:
        """Write exclusive bounds as draft-04 does: a bound, and whether it is exclusive."""
        for bound, exclusive, tighter in (
            ("minimum", "exclusiveMinimum", max),
            ("maximum", "exclusiveMaximum", min),
        ):
            value, other = node.get(exclusive), node.get(bound)
            if isinstance(value, bool):
                if value and other is not None:
                    schema[exclusive] = True
            elif isinstance(value, int | float):
                own = other if isinstance(other, int | float) else value
                if tighter(value, own) == value:
                    schema |= {bound: value, exclusive: True}
            elif exclusive in node:
                self._fail(path, f"must have a number as `{exclusive}`, got: {described(value)}")

    def _items(self, node: Mapping[str, object], schema: Schema, path: str) -> None:
        """Write tuples as draft-04 does: a list as ``items``, the rest as ``additionalItems``."""
        if "prefixItems" in node:
            schema["items"] = self._list(node["prefixItems"], f"{path}/prefixItems")
            if "items" in node:
                rest = node["items"]
                keeps = isinstance(rest, bool)
                schema["additionalItems"] = rest if keeps else self.translate(rest, f"{path}/items")
        elif isinstance(node.get("items"), list):
            schema["items"] = self._list(node["items"], f"{path}/items")
        elif node.get("items") is False:
            schema["maxItems"] = 0
        elif "items" in node:
            schema["items"] = self.translate(node["items"], f"{path}/items")

    def _dependencies(self, node: Mapping[str, object], schema: Schema, path: str) -> None:
        found: Schema = {}
        for name in ("dependencies", "dependentRequired", "dependentSchemas"):
            entries = node.get(name, {})
            for key, value in (entries if isinstance(entries, Mapping) else {}).items():
                if isinstance(value, list):
                    required: Schema = {"required": value}
                    entry: object = required if value else {}
                else:
                    entry = self.translate(value, f"{path}/{name}/{key}")
                found[key] = {"allOf": [found[key], entry]} if key in found else entry
        if found:
            schema["dependencies"] = found

    def _list(self, nodes: object, path: str) -> list[Schema]:
        if not isinstance(nodes, list | tuple) or not nodes:
            self._fail(path, f"must be a list of schemas, got: {described(nodes)}")
            return []
        return [self.translate(node, f"{path}/{place}") for place, node in enumerate(nodes)]

    def _each(self, nodes: object, path: str) -> Schema:
        if not isinstance(nodes, Mapping):
            self._fail(path, f"must be a mapping of schemas, got: {described(nodes)}")
            return {}
        return {str(name): self.translate(node, f"{path}/{name}") for name, node in nodes.items()}

    def _reference(self, reference: str, path: str) -> str:
        if reference.startswith(_MODEL_URL):
            return reference
        if reference != "#" and not reference.startswith("#/"):
            self._fail(
                path,
                "must have references within the schema, such as #/$defs/Order, "
                f"got: {reference!r}",
            )
            return reference
        place: object = self._root
        for part in reference[2:].split("/") if reference != "#" else []:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(place, list):
                place = place[int(name)] if name.isdigit() and int(name) < len(place) else None
            else:
                place = place.get(name) if isinstance(place, Mapping) else None
        if place is None:
            self._fail(path, f"must have references to what there is, got: {reference!r}")
        return "/".join("definitions" if p == "$defs" else p for p in reference.split("/"))

    def _message(self, path: str, problem: str) -> str:
        where = f" at {path}" if path else ""
        return f"`{self._argument}`{where} {problem}"

    def _fail(self, path: str, problem: str) -> None:
        self.problems.fail(self._message(path, problem))


def _nullable(schema: Schema) -> Schema:
    """Return a schema that accepts null as well."""
    return {"anyOf": [schema, {"type": "null"}]}
