from tests.checks.cases import Case, Json, att, policy, ref, resource, statement

ADMIN: Json = statement(
    Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*", Resource="*"
)
LOGS: Json = statement(
    Principal={"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}},
    Action=["kms:Encrypt*", "kms:Decrypt*"],
    Resource="*",
)


def group(**properties: object) -> Json:
    return {"Logs": resource("AWS::Logs::LogGroup", **properties)}


def key(*statements: Json) -> Json:
    return {"Key": resource("AWS::KMS::Key", KeyPolicy=policy(*statements))}


def metric(**transformation: object) -> Json:
    made = {"MetricName": "errors", "MetricValue": "1", "MetricNamespace": "Shop"}
    return {
        "Metric": resource(
            "AWS::Logs::MetricFilter",
            FilterPattern="",
            LogGroupName=ref("Logs"),
            MetricTransformations=[{**made, **transformation}],
        )
    }


def subscriptions(count: int, **more: object) -> Json:
    properties = {"FilterPattern": "", "LogGroupName": ref("Logs"), **more}
    made = resource("AWS::Logs::SubscriptionFilter", **properties)
    return {f"Subscription{number}": made for number in range(count)}


TO: Json = {"DestinationArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}
STREAM: Json = {"DestinationArn": "arn:aws:kinesis:eu-west-1:111122223333:stream/s"}

CASES = [
    Case(
        "LOGS-001",
        "retention 15 days (L1)",
        group(RetentionInDays=15),
        group(RetentionInDays=14),
        "got: 15 (nearest accepted: 14)",
    ),
    Case(
        "LOGS-002",
        "log group aws/shop",
        group(LogGroupName="aws/shop"),
        group(LogGroupName="/aws/shop"),
        "must not begin with aws/, got: 'aws/shop' (nearest accepted: /aws/shop)",
    ),
    Case(
        "LOGS-002",
        "log group with a space",
        group(LogGroupName="my shop"),
        group(LogGroupName="my-shop"),
        "(nearest accepted: my-shop)",
    ),
    Case(
        "LOGS-003",
        "key of a log group by its id",
        group(KmsKeyId=ref("Key")) | key(ADMIN, LOGS),
        group(KmsKeyId=att("Key")) | key(ADMIN, LOGS),
        "`KmsKeyId` must be the ARN of a key, got: 'Ref Key' (nearest accepted: its Arn)",
    ),
    Case(
        "LOGS-004",
        "key that CloudWatch Logs may not use",
        group(KmsKeyId=att("Key")) | key(ADMIN),
        group(KmsKeyId=att("Key")) | key(ADMIN, LOGS),
        "must be a key that logs.amazonaws.com may use, by the policy of Key",
    ),
    Case(
        "LOGS-005",
        "metric filter of rarely read logs",
        group(LogGroupClass="INFREQUENT_ACCESS") | metric(),
        group(LogGroupClass="STANDARD") | metric(),
        "must be a log group of the class STANDARD",
    ),
    Case(
        "LOGS-006",
        "default value with dimensions",
        group() | metric(DefaultValue=0, Dimensions=[{"Key": "a", "Value": "$.a"}]),
        group() | metric(DefaultValue=0),
        "DefaultValue` must be absent with Dimensions",
    ),
    Case(
        "LOGS-006",
        "metric in a namespace of AWS",
        group() | metric(MetricNamespace="AWS/Shop"),
        group() | metric(MetricNamespace="Shop"),
        "must not begin with AWS/, got: 'AWS/Shop' (nearest accepted: Shop)",
    ),
    Case(
        "LOGS-007",
        "three subscriptions",
        group() | subscriptions(3, **TO),
        group() | subscriptions(2, **TO),
        "must be a log group with at most 2 subscriptions",
    ),
    Case(
        "LOGS-008",
        "subscription of a stream without a role",
        group() | subscriptions(1, **STREAM),
        group() | subscriptions(1, **STREAM, RoleArn="arn:aws:iam::111122223333:role/logs"),
        "`RoleArn` must be set for a stream",
    ),
    Case(
        "LOGS-009",
        "resource policy of 5,121 characters",
        {"P": resource("AWS::Logs::ResourcePolicy", PolicyName="a", PolicyDocument="x" * 5121)},
        {"P": resource("AWS::Logs::ResourcePolicy", PolicyName="a", PolicyDocument="x" * 5120)},
        "at most 5,120 characters",
    ),
]
