"""Values that look like secrets and are none: each is put together, so that no scanner is woken."""

from tests.checks.cases import Case, Json, att, join, ref, resource

KEY_ID = "AKIA" + "QWERTYUIOP234567"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n"
OPAQUE = "f3Kq9" + "Zb72LmX0"


def function(**variables: object) -> Json:
    environment = {"Variables": variables}
    code = {"ZipFile": "def handler(event, context): return 1"}
    return {
        "Function": resource(
            "AWS::Lambda::Function",
            Code=code,
            Environment=environment,
            Handler="index.handler",
            Role="arn:aws:iam::123456789012:role/worker",
            Runtime="python3.13",
        )
    }


def database(password: object) -> Json:
    return {
        "Database": resource(
            "AWS::RDS::DBInstance",
            AllocatedStorage="20",
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            MasterUsername="shop",
            MasterUserPassword=password,
        )
    }


def given(**described: object) -> Json:
    return {"Parameters": {"DatabasePassword": {"Type": "String", **described}}}


def output(value: object) -> Json:
    return {"Outputs": {"Given": {"Value": value}}}


RESOLVED = "{{resolve:secretsmanager:shop:SecretString:password}}"
TOPIC: Json = {"Topic": resource("AWS::SNS::Topic")}
ACCESS_KEY: Json = {
    "User": resource("AWS::IAM::User"),
    "Keys": resource("AWS::IAM::AccessKey", UserName=ref("User")),
}
ORIGIN: Json = {"HeaderName": "X-Origin-Verify", "HeaderValue": OPAQUE}


def distribution(header: Json) -> Json:
    origin = {
        "Id": "site",
        "DomainName": "www.example.com",
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
        "OriginCustomHeaders": [header],
    }
    behaviour = {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    config = {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behaviour}
    return {"Cdn": resource("AWS::CloudFront::Distribution", DistributionConfig=config)}


CASES = [
    Case(
        "SECRETS-001",
        "access key in an environment",
        function(LOGIN=KEY_ID),
        function(LOGIN="AKIA" + "IOSFODNN7EXAMPLE"),
        "`Environment.Variables.LOGIN` must not have an AWS access key in it, got: ***",
    ),
    Case(
        "SECRETS-001",
        "private key in a text",
        {"Topic": resource("AWS::SNS::Topic", DisplayName=PEM)},
        {"Topic": resource("AWS::SNS::Topic", DisplayName="-----BEGIN PUBLIC KEY-----")},
        "must not have a private key in it",
    ),
    Case(
        "SECRETS-001",
        "password in an address",
        function(STORE="redis://shop:" + OPAQUE + "@cache.example.com:6379"),
        function(STORE="rediss://cache.example.com:6379"),
        "must not have a password in an address in it",
    ),
    Case(
        "SECRETS-002",
        "password of a database",
        database("hunter2"),
        database(RESOLVED),
        "`MasterUserPassword` must not be a secret in plain text, got: ***",
    ),
    Case(
        "SECRETS-002",
        "token in an environment",
        function(PAYMENT_TOKEN=OPAQUE),
        function(PAYMENT_TOKEN="prod/payment/token", SECRET_ARN=OPAQUE, ID_TOKEN="my-token-v2"),
        "`Environment.Variables.PAYMENT_TOKEN` must not be a secret in plain text",
    ),
    Case(
        "SECRETS-002",
        "secret in a header to the origin",
        distribution(ORIGIN),
        distribution({**ORIGIN, "HeaderValue": RESOLVED}),
        "OriginCustomHeaders.0.HeaderValue` must not be a secret in plain text",
    ),
    Case(
        "SECRETS-002",
        "secret in a text of JSON",
        {"Secret": resource("AWS::SecretsManager::Secret", SecretString='{"password": "hunter2"}')},
        {"Secret": resource("AWS::SecretsManager::Secret", GenerateSecretString={})},
        "`SecretString.password` must not be a secret in plain text",
    ),
    Case(
        "SECRETS-002",
        "secret as a default",
        database(ref("DatabasePassword")),
        database(ref("DatabasePassword")),
        "`Parameters.DatabasePassword.Default` must not be a secret in plain text",
        bad_sections=given(Default="hunter2", NoEcho=True),
        good_sections=given(NoEcho=True),
    ),
    Case(
        "SECRETS-003",
        "password that is shown",
        database(ref("DatabasePassword")),
        database(ref("DatabasePassword")),
        "`Parameters.DatabasePassword.NoEcho` must be true for a secret, got: None",
        bad_sections=given(),
        good_sections=given(NoEcho="true"),
    ),
    Case(
        "SECRETS-010",
        "output of a hidden parameter",
        TOPIC,
        TOPIC,
        "`Outputs.Given.Value` must not be a secret",
        bad_sections={**given(NoEcho=True), **output(join("a", ref("DatabasePassword")))},
        good_sections={**given(NoEcho=True), **output(ref("Topic"))},
    ),
    Case(
        "SECRETS-010",
        "output of an access key",
        ACCESS_KEY,
        ACCESS_KEY,
        "got: Keys.SecretAccessKey; output the ARN of a secret instead",
        bad_sections=output(att("Keys", "SecretAccessKey")),
        good_sections=output(ref("Keys")),
    ),
    Case(
        "SECRETS-010",
        "output of a dynamic reference",
        TOPIC,
        TOPIC,
        "got: a dynamic reference to a secret",
        bad_sections=output(RESOLVED),
        good_sections=output("{{resolve:ssm:level}}"),
    ),
    Case(
        "SECRETS-011",
        "secret in an environment",
        function(DATABASE=RESOLVED),
        function(DATABASE="{{resolve:ssm:level}}"),
        "`Environment.Variables.DATABASE` must not be a secret, which all can read",
    ),
    Case(
        "SECRETS-011",
        "hidden parameter in an environment",
        function(DATABASE=ref("DatabasePassword")),
        function(DATABASE=ref("AWS::Region")),
        "got: DatabasePassword; give it the ARN of a secret",
        bad_sections=given(NoEcho=True),
        good_sections=given(NoEcho=True),
    ),
]
