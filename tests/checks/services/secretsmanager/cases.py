from tests.checks.cases import Case, Json, resource


def secret(**properties: object) -> Json:
    return {"Secret": resource("AWS::SecretsManager::Secret", **properties)}


def generated(**properties: object) -> Json:
    return secret(GenerateSecretString=properties)


def rotation(**properties: object) -> Json:
    made = resource("AWS::SecretsManager::RotationSchedule", SecretId="a", **properties)
    return {"Rotation": made}


HOSTED: Json = {"HostedRotationLambda": {"RotationType": "PostgreSQLSingleUser"}}
LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:f"

CASES = [
    Case(
        "SECRETSMANAGER-001",
        "secret that is given and generated",
        secret(SecretString="a", GenerateSecretString={}),
        secret(GenerateSecretString={}),
        "`SecretString` must be absent with GenerateSecretString",
    ),
    Case(
        "SECRETSMANAGER-002",
        "template without a key",
        generated(SecretStringTemplate="{}"),
        generated(SecretStringTemplate="{}", GenerateStringKey="password"),
        "`GenerateSecretString.GenerateStringKey` must be set",
    ),
    Case(
        "SECRETSMANAGER-002",
        "template that is no JSON",
        generated(SecretStringTemplate="{'a': 1}", GenerateStringKey="password"),
        generated(SecretStringTemplate='{"a": 1}', GenerateStringKey="password"),
        "must be an object in JSON",
    ),
    Case(
        "SECRETSMANAGER-003",
        "password of 3 characters of four kinds",
        generated(PasswordLength=3),
        generated(PasswordLength=4),
        "must be 4 or more, one for each kind of characters, got: 3 (nearest accepted: 4)",
    ),
    Case(
        "SECRETSMANAGER-003",
        "all digits excluded but wanted",
        generated(ExcludeCharacters="0123456789"),
        generated(ExcludeCharacters="0123456789", ExcludeNumbers=True),
        "leave characters of each kind",
    ),
    Case(
        "SECRETSMANAGER-003",
        "all characters excluded",
        generated(
            ExcludeLowercase=True,
            ExcludeUppercase=True,
            ExcludeNumbers=True,
            ExcludePunctuation=True,
        ),
        generated(ExcludeLowercase=True, ExcludeUppercase=True, ExcludeNumbers=True),
        "have characters left",
    ),
    Case(
        "SECRETSMANAGER-004",
        "secret with a space",
        secret(Name="my shop"),
        secret(Name="my/shop"),
        "(nearest accepted: my-shop)",
    ),
    Case(
        "SECRETSMANAGER-005",
        "name that ends as an ARN",
        secret(Name="shop-secret"),
        secret(Name="shop-secrets"),
        "must not end with a hyphen and six characters",
    ),
    Case(
        "SECRETSMANAGER-006",
        "copy in the region itself",
        secret(ReplicaRegions=[{"Region": "eu-west-1"}]),
        secret(ReplicaRegions=[{"Region": "eu-west-2"}]),
        "must be another region, got: 'eu-west-1'",
        region="eu-west-1",
    ),
    Case(
        "SECRETSMANAGER-007",
        "hosted rotation without its transform",
        rotation(**HOSTED),
        rotation(**HOSTED),
        "must be in a template with the transform AWS::SecretsManager-2024-09-16",
        good_sections={"Transform": "AWS::SecretsManager-2024-09-16"},
    ),
    Case(
        "SECRETSMANAGER-007",
        "rotation by days and by schedule",
        rotation(
            RotationLambdaARN=LAMBDA,
            RotationRules={"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"},
        ),
        rotation(RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 1}),
        "must be absent with ScheduleExpression",
    ),
]
