"""Rules on the tables of a template."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_unique,
    violation,
)

RULES = RuleList()

_TABLE = "AWS::DynamoDB::Table"
_GLOBAL = "AWS::DynamoDB::GlobalTable"
_LISTS = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_QUOTAS = "Quotas in Amazon DynamoDB"


def _indexes(table: Resource) -> list[str]:
    return [path for name in _LISTS for path in table.paths(name)]


def _keys(table: Resource, path: str) -> list[tuple[str | None, str | None]]:
    return [
        (table.text(f"{key}.AttributeName"), table.text(f"{key}.KeyType"))
        for key in table.paths(f"{path}KeySchema")
    ]


@RULES.resource("DYNAMODB-001", _TABLE, _GLOBAL, page="CreateTable")
def attributes(table: Resource) -> Iterator[Violation]:
    """`AttributeDefinitions` must be the attributes of the keys, and no others.

    DynamoDB refuses a table with a key attribute that is not defined, or with a definition that no
    key uses.
    """
    defined = [table.text(f"{path}.AttributeName") for path in table.paths("AttributeDefinitions")]
    used = [
        name
        for path in ("", *(f"{index}." for index in _indexes(table)))
        for name, _ in _keys(table, path)
    ]
    if not used or None in used or None in defined:
        return
    lists = (
        "AttributeDefinitions",
        "KeySchema",
        *(f"{item}.KeySchema" for item in _indexes(table)),
    )
    if any(is_unresolved(table.get(item)) for item in lists):
        return
    if not all(isinstance(table.get(name), list | None) for name in _LISTS):
        return
    missing = sorted({str(name) for name in used} - {str(name) for name in defined})
    idle = sorted({str(name) for name in defined} - {str(name) for name in used})
    if missing:
        requirement = "have each attribute that a key has"
        yield violation("AttributeDefinitions", requirement, defined, ", ".join(missing))
    if idle:
        requirement = "not have attributes that no key has"
        yield violation("AttributeDefinitions", requirement, ", ".join(idle))


@RULES.resource("DYNAMODB-002", _TABLE, _GLOBAL, page="CreateTable")
def keys(table: Resource) -> Iterator[Violation]:
    """`KeySchema` must be a hash key, with or without a range key.

    DynamoDB refuses other schemas, repeated attributes, and local indexes that do not share the
    table's hash key or have no range key.
    """
    own = _keys(table, "")
    for path in ("", *(f"{index}." for index in _indexes(table))):
        found = _keys(table, path)
        kinds = [kind for _name, kind in found]
        is_global = path.startswith(_LISTS[0])
        if (
            kinds
            and None not in kinds
            and not is_global
            and kinds not in (["HASH"], ["HASH", "RANGE"])
        ):
            yield violation(f"{path}KeySchema", "be HASH, or HASH and RANGE", kinds)
        names = [name for name, _kind in found if name is not None]
        if len(names) > len(set(names)):
            yield violation(f"{path}KeySchema", "not repeat an attribute", names)
        if path.startswith(_LISTS[1]) and found and own:
            if len(kinds) == 1:
                yield violation(f"{path}KeySchema", "have a RANGE key in a local index", kinds)
            if found[0][0] and own[0][0] and found[0][0] != own[0][0]:
                name = f"{path}KeySchema.0.AttributeName"
                yield violation(
                    name, "be that of the table in a local index", found[0][0], own[0][0]
                )
    if own and len(own) == 1 and table.items(_LISTS[1]):
        yield violation(_LISTS[1], "be in a table with a RANGE key", len(table.items(_LISTS[1])))


@RULES.resource("DYNAMODB-003", _TABLE, page="CreateTable")
def throughput(table: Resource) -> Iterator[Violation]:
    """`ProvisionedThroughput` must be set for provisioned tables only.

    DynamoDB refuses capacity on a table billed per request, and a provisioned table or index
    without it.
    """
    mode = "PROVISIONED" if table.get("BillingMode") is None else table.text("BillingMode")
    paths = ["", *(f"{path}." for path in table.paths(_LISTS[0]))]
    for path in paths:
        name = f"{path}ProvisionedThroughput"
        if mode == "PAY_PER_REQUEST" and table.get(name) is not None:
            yield violation(name, "be absent for PAY_PER_REQUEST", table.get(name))
        if mode == "PROVISIONED" and table.get(name) is None:
            yield violation(name, "be set unless BillingMode is PAY_PER_REQUEST", None)


@RULES.resource("DYNAMODB-004", _TABLE, _GLOBAL, page=_QUOTAS)
def indexes(table: Resource) -> Iterator[Violation]:
    """Indexes must have unique names and at most 100 projected attributes.

    DynamoDB refuses repeated names, more than 5 local indexes, and projections whose attributes do
    not match their type.
    """
    yield from check_count(table, _LISTS[1], 5, "indexes")
    yield from check_unique(table, [f"{path}.IndexName" for path in _indexes(table)])
    copied = 0
    for path in _indexes(table):
        kind = table.text(f"{path}.Projection.ProjectionType")
        attributes = table.items(f"{path}.Projection.NonKeyAttributes")
        copied += len(attributes) if kind == "INCLUDE" else 0
        if attributes and kind in ("ALL", "KEYS_ONLY"):
            name = f"{path}.Projection.ProjectionType"
            yield violation(name, "be INCLUDE with NonKeyAttributes", kind, "INCLUDE")
        if kind == "INCLUDE" and table.get(f"{path}.Projection.NonKeyAttributes") in (None, []):
            yield violation(f"{path}.Projection.NonKeyAttributes", "be set for INCLUDE", None)
    if copied > 100:
        requirement = "have at most 100 attributes in NonKeyAttributes of all indexes together"
        yield violation(_LISTS[0], requirement, copied, 100)


@RULES.resource("DYNAMODB-005", _TABLE, page="AWS::DynamoDB::Table SSESpecification")
def encryption(table: Resource) -> Iterator[Violation]:
    """`KMSMasterKeyId` requires `SSEEnabled`.

    DynamoDB refuses a key for a table that is not encrypted with KMS.
    """
    path = "SSESpecification"
    off = table.boolean(f"{path}.SSEEnabled") is False
    given = table.get(f"{path}.KMSMasterKeyId") is not None
    if off and given:
        yield violation(f"{path}.SSEEnabled", "be true with a KMSMasterKeyId", False, "true")


@RULES.resource("DYNAMODB-006", _TABLE, _GLOBAL, page="CreateTable")
def names(table: Resource) -> Iterator[Violation]:
    """Table and index names must have 3 to 255 plain characters.

    DynamoDB refuses other characters than letters, digits and `_.-`.
    """
    for path in ("TableName", *(f"{index}.IndexName" for index in _indexes(table))):
        value = table.text(path)
        if value is not None and not _NAME.fullmatch(value):
            requirement = "have 3 to 255 letters, digits and _.-"
            nearest = re.sub(r"[^a-zA-Z0-9_.-]", "-", value)[:255]
            yield violation(path, requirement, value, nearest if len(nearest) > 2 else None)
