from tests.checks.cases import Case, Json, resource
from tests.checks.services.lambda_function.cases import function

REF = {"Ref": "Function"}
STREAM = "arn:aws:kinesis:us-east-1:111122223333:stream/clicks"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
SHARED = "arn:aws:lambda:us-east-1:111122223333:function:shared"


def alias(name: str = "live", version: object = "1", **more: object) -> Json:
    found = resource(
        "AWS::Lambda::Alias", FunctionName="shared", Name=name, FunctionVersion=version, **more
    )
    return {"Alias": found}


def weights(**versions: float) -> dict[str, object]:
    return {
        "AdditionalVersionWeights": [
            {"FunctionVersion": version.lstrip("v"), "FunctionWeight": weight}
            for version, weight in versions.items()
        ]
    }


def provisioned(count: int, reserved: int) -> Json:
    return {
        **function(ReservedConcurrentExecutions=reserved),
        "Version": resource(
            "AWS::Lambda::Version",
            FunctionName=REF,
            ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": count},
        ),
    }


def url(**more: object) -> Json:
    found = resource(
        "AWS::Lambda::Url", TargetFunctionArn=SHARED, **{"AuthType": "AWS_IAM", **more}
    )
    return {"Url": found}


def cors(**config: object) -> Json:
    return url(Cors=config)


def trigger(arn: object, **more: object) -> Json:
    found = resource(
        "AWS::Lambda::EventSourceMapping", FunctionName=SHARED, EventSourceArn=arn, **more
    )
    return {"Trigger": found}


def stream(**more: object) -> Json:
    return trigger(STREAM, **{"StartingPosition": "LATEST", **more})


def waiting(timeout: object, visible: object) -> Json:
    queue = {} if visible is None else {"VisibilityTimeout": visible}
    settings = {} if timeout is None else {"Timeout": timeout}
    return {
        "Queue": resource("AWS::SQS::Queue", **queue),
        **function(**settings),
        "Trigger": resource(
            "AWS::Lambda::EventSourceMapping",
            FunctionName=REF,
            EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]},
        ),
    }


def table(**more: object) -> Json:
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    found = resource(
        "AWS::DynamoDB::Table",
        KeySchema=key,
        AttributeDefinitions=attributes,
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    arn = {"Fn::GetAtt": ["Table", "StreamArn"]}
    return {"Table": found, **trigger(arn, StartingPosition="LATEST")}


def pattern(text: object) -> Json:
    return trigger(QUEUE, FilterCriteria={"Filters": [{"Pattern": text}]})


def invoke(**config: object) -> Json:
    found = resource(
        "AWS::Lambda::EventInvokeConfig", FunctionName="shared", Qualifier="$LATEST", **config
    )
    return {"Config": found}


def to(arn: str) -> Json:
    return invoke(DestinationConfig={"OnSuccess": {"Destination": arn}})


def permission(**more: object) -> Json:
    settings = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": SHARED,
        "Principal": "events.amazonaws.com",
        **more,
    }
    return {"Permission": resource("AWS::Lambda::Permission", **settings)}


def of_rule(arn: object) -> Json:
    rule = resource("AWS::Events::Rule", ScheduleExpression="rate(1 hour)")
    return {"Rule": rule, **permission(SourceArn=arn)}


def layer(**more: object) -> Json:
    settings = {
        "Action": "lambda:GetLayerVersion",
        "LayerVersionArn": "arn:aws:lambda:us-east-1:111122223333:layer:a:1",
        "Principal": "*",
        **more,
    }
    return {"Permission": resource("AWS::Lambda::LayerVersionPermission", **settings)}


TWO_ALIASES = {
    "One": alias()["Alias"],
    "Two": alias()["Alias"],
}
TWO_NAMES = {"One": alias()["Alias"], "Two": alias("next")["Alias"]}

CASES = [
    Case(
        "LAMBDA-030",
        "alias of digits",
        alias("1"),
        alias("v1"),
        "and not digits alone, got: '1'",
    ),
    Case(
        "LAMBDA-030",
        "weights of the latest code",
        alias(version="$LATEST", RoutingConfig=weights(v2=0.1)),
        alias(version="1", RoutingConfig=weights(v2=0.1)),
        "must be a number with a `RoutingConfig`, got: '$LATEST'",
    ),
    Case(
        "LAMBDA-030",
        "weight 2",
        alias(RoutingConfig=weights(v2=2)),
        alias(RoutingConfig=weights(v2=1)),
        "got: 2 (nearest accepted: 1)",
    ),
    Case(
        "LAMBDA-031",
        "provisioned above reserved",
        provisioned(5, 4),
        provisioned(4, 4),
        "not be above the `ReservedConcurrentExecutions` of Function, got: 5 (nearest accepted: 4)",
    ),
    Case(
        "LAMBDA-032",
        "reserved concurrency -1",
        function(ReservedConcurrentExecutions=-1),
        function(ReservedConcurrentExecutions=0),
        "must be a whole number, 0 or more",
    ),
    Case(
        "LAMBDA-033",
        "alias twice",
        TWO_ALIASES,
        TWO_NAMES,
        "must differ from that of One",
    ),
    Case(
        "LAMBDA-034",
        "URL of a version",
        url(Qualifier="1"),
        url(Qualifier="live"),
        "must be the name of an alias",
    ),
    Case(
        "LAMBDA-035",
        "URL whose answer to OPTIONS is known for two days",
        cors(MaxAge=86401),
        cors(AllowOrigins=["*"], AllowMethods=["GET"], MaxAge=86400),
        "got: 86401 (nearest accepted: 86400)",
    ),
    Case(
        "LAMBDA-035",
        "URL for OPTIONS",
        cors(AllowMethods=["OPTIONS"]),
        cors(AllowMethods=["*"]),
        "got: 'OPTIONS' (nearest accepted: *)",
    ),
    Case(
        "LAMBDA-036",
        "origin without scheme",
        cors(AllowOrigins=["example.com"]),
        cors(AllowOrigins=["https://example.com"]),
        "(nearest accepted: https://example.com)",
    ),
    Case(
        "LAMBDA-040",
        "11 messages without waiting",
        trigger(QUEUE, BatchSize=11),
        trigger(QUEUE, BatchSize=11, MaximumBatchingWindowInSeconds=1),
        "must be 1 or more with a `BatchSize` above 10, got: 0 (nearest accepted: 1)",
    ),
    Case(
        "LAMBDA-040",
        "11 messages of a FIFO queue",
        trigger(f"{QUEUE}.fifo", BatchSize=11),
        trigger(f"{QUEUE}.fifo", BatchSize=10),
        "messages, got: 11 (nearest accepted: 10)",
    ),
    Case(
        "LAMBDA-041",
        "batching for 301 s",
        stream(MaximumBatchingWindowInSeconds=301),
        stream(MaximumBatchingWindowInSeconds=300),
        "got: 301 (nearest accepted: 300)",
    ),
    Case(
        "LAMBDA-042",
        "stream without beginning",
        trigger(STREAM),
        stream(),
        "must be set for a stream, got: None (nearest accepted: LATEST)",
    ),
    Case(
        "LAMBDA-042",
        "queue with beginning",
        trigger(QUEUE, StartingPosition="LATEST"),
        trigger(QUEUE),
        "must be absent for a queue",
    ),
    Case(
        "LAMBDA-042",
        "table from a time on",
        trigger(TABLE, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
        stream(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
        "must be LATEST or TRIM_HORIZON for DynamoDB",
    ),
    Case(
        "LAMBDA-043",
        "queue with retries",
        trigger(QUEUE, MaximumRetryAttempts=2),
        stream(MaximumRetryAttempts=2),
        "must be absent for a queue, got: 2",
    ),
    Case(
        "LAMBDA-043",
        "stream with a scaling limit",
        stream(ScalingConfig={"MaximumConcurrency": 5}),
        trigger(QUEUE, ScalingConfig={"MaximumConcurrency": 5}),
        "must be absent for what is no SQS queue",
    ),
    Case(
        "LAMBDA-044",
        "records of 30 s",
        stream(MaximumRecordAgeInSeconds=30),
        stream(MaximumRecordAgeInSeconds=-1, ParallelizationFactor=10),
        "be -1 or 60 to 604,800 seconds, got: 30 (nearest accepted: 60)",
    ),
    Case(
        "LAMBDA-044",
        "one call at once",
        trigger(QUEUE, ScalingConfig={"MaximumConcurrency": 1}),
        trigger(QUEUE, ScalingConfig={"MaximumConcurrency": 2}),
        "got: 1 (nearest accepted: 2)",
    ),
    Case(
        "LAMBDA-045",
        "filter that is no JSON",
        pattern("{'body': ['a']}"),
        pattern('{"body": ["a"]}'),
        "must be a JSON object",
    ),
    Case(
        "LAMBDA-046",
        "messages visible before the function is done",
        waiting(60, 30),
        waiting(5, None),
        "`VisibilityTimeout` must be at least the `Timeout` of Function (60 seconds), got: 30",
    ),
    Case(
        "LAMBDA-046",
        "messages visible before a function with default timeout is done",
        waiting(None, 2),
        waiting(None, 18),
        "(nearest accepted: 3)",
    ),
    Case(
        "LAMBDA-047",
        "table without stream",
        table(),
        table(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
        "`StreamSpecification` must be set for a trigger",
    ),
    Case(
        "LAMBDA-050",
        "3 retries",
        invoke(MaximumRetryAttempts=3),
        invoke(MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60),
        "got: 3 (nearest accepted: 2)",
    ),
    Case(
        "LAMBDA-051",
        "destination FIFO",
        to(f"{QUEUE}.fifo"),
        to(QUEUE),
        "must be a standard queue or topic",
    ),
    Case(
        "LAMBDA-051",
        "destination stream",
        to(STREAM),
        to("arn:aws:events:us-east-1:111122223333:event-bus/default"),
        "must be the ARN of a queue, a topic, a function or an event bus",
    ),
    Case(
        "LAMBDA-060",
        "permission for an action of another service",
        permission(Action="s3:GetObject"),
        permission(),
        "got: 's3:GetObject' (nearest accepted: lambda:InvokeFunction)",
    ),
    Case(
        "LAMBDA-060",
        "permission for no principal",
        permission(Principal="events"),
        permission(Principal="111122223333"),
        "must be a service, an account or the ARN of a principal",
    ),
    Case(
        "LAMBDA-060",
        "permission of an account of 11 digits",
        permission(SourceAccount="11112222333"),
        permission(SourceAccount="111122223333"),
        "must be 12 digits",
    ),
    Case(
        "LAMBDA-061",
        "permission of a rule by its name",
        of_rule({"Ref": "Rule"}),
        of_rule({"Fn::GetAtt": ["Rule", "Arn"]}),
        "must be the `Arn` of Rule",
    ),
    Case(
        "LAMBDA-062",
        "URL's authorisation of another action",
        permission(FunctionUrlAuthType="AWS_IAM"),
        permission(FunctionUrlAuthType="AWS_IAM", Action="lambda:InvokeFunctionUrl"),
        "must be absent with another action",
    ),
    Case(
        "LAMBDA-063",
        "layer for an organisation and an account",
        layer(OrganizationId="o-abcdefghij", Principal="111122223333"),
        layer(OrganizationId="o-abcdefghij"),
        "must be * with an `OrganizationId`",
    ),
]
