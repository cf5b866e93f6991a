from tests.checks.cases import Case, Json, resource


def schema(*names: str) -> list[Json]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


def table(*keys: str, defined: str = "", **more: object) -> Json:
    names = defined.split() or list(keys)
    given = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(*keys),
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        **more,
    }
    return {"Table": resource("AWS::DynamoDB::Table", **given)}


def index(*keys: str, name: str = "by-it", **projection: object) -> Json:
    shown = projection or {"ProjectionType": "ALL"}
    return {"IndexName": name, "KeySchema": schema(*keys), "Projection": shown}


def local(*indexes: Json, defined: str = "a b c") -> Json:
    return table("a", "b", defined=defined, LocalSecondaryIndexes=list(indexes))


def everywhere(*indexes: Json, defined: str = "a b") -> Json:
    return table("a", defined=defined, GlobalSecondaryIndexes=list(indexes))


FEW: Json = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}

CASES = [
    Case(
        "DYNAMODB-001",
        "attribute that no key has",
        table("a", defined="a price"),
        table("a"),
        "must not have attributes that no key has, got: 'price'",
    ),
    Case(
        "DYNAMODB-001",
        "attribute that is not defined",
        table("a", "b", defined="a"),
        table("a", "b"),
        "must have each attribute that a key has",
    ),
    Case(
        "DYNAMODB-002",
        "RANGE key only",
        table("a", KeySchema=[{"AttributeName": "a", "KeyType": "RANGE"}]),
        table("a"),
        "`KeySchema` must be HASH, or HASH and RANGE",
    ),
    Case(
        "DYNAMODB-002",
        "local index of another key",
        local(index("c", "b")),
        local(index("a", "c")),
        "must be that of the table in a local index, got: 'c' (nearest accepted: a)",
    ),
    Case(
        "DYNAMODB-003",
        "capacity of a table that is paid by request",
        table("a", ProvisionedThroughput=FEW),
        table("a", BillingMode="PROVISIONED", ProvisionedThroughput=FEW),
        "must be absent for PAY_PER_REQUEST",
    ),
    Case(
        "DYNAMODB-003",
        "no capacity",
        table("a", BillingMode="PROVISIONED"),
        table("a"),
        "`ProvisionedThroughput` must be set unless",
    ),
    Case(
        "DYNAMODB-004",
        "two indexes of one name",
        everywhere(index("b"), index("b", "a")),
        everywhere(index("b"), index("b", "a", name="by-both")),
        "must be unique, got: 'by-it'",
    ),
    Case(
        "DYNAMODB-004",
        "attributes with ALL",
        everywhere(index("b", ProjectionType="ALL", NonKeyAttributes=["c"])),
        everywhere(index("b", ProjectionType="INCLUDE", NonKeyAttributes=["c"])),
        "must be INCLUDE with NonKeyAttributes, got: 'ALL' (nearest accepted: INCLUDE)",
    ),
    Case(
        "DYNAMODB-004",
        "six local indexes",
        local(*[index("a", "c", name=f"by-{n}") for n in range(6)]),
        local(*[index("a", "c", name=f"by-{n}") for n in range(5)]),
        "have at most 5 indexes, got: 6",
    ),
    Case(
        "DYNAMODB-005",
        "key without encryption",
        table("a", SSESpecification={"SSEEnabled": False, "KMSMasterKeyId": "alias/shop"}),
        table("a", SSESpecification={"SSEEnabled": True, "KMSMasterKeyId": "alias/shop"}),
        "must be true with a KMSMasterKeyId",
    ),
    Case(
        "DYNAMODB-006",
        "table name with a space",
        table("a", TableName="my shop"),
        table("a", TableName="my-shop"),
        "got: 'my shop' (nearest accepted: my-shop)",
    ),
]
