"""Functions with their roles, sources, networks and callers."""

from tests.checks.cases import Case, Json, att, join, ref, resource

BASIC = join(
    "arn:", ref("AWS::Partition"), ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
IN_VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def function(**properties: object) -> Json:
    described = {
        "Code": {"ZipFile": "def handler(event, context): return 1"},
        "Handler": "index.handler",
        "Role": att("Role"),
        "Runtime": "python3.13",
        **properties,
    }
    return resource("AWS::Lambda::Function", **described)


def role(*statements: Json, managed: object = BASIC) -> Json:
    trusted = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    described: Json = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
        "ManagedPolicyArns": [managed],
    }
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        described["Policies"] = [{"PolicyName": "own", "PolicyDocument": document}]
    return resource("AWS::IAM::Role", **described)


def allow(resource: object, *actions: str) -> Json:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


READ = allow(att("Queue"), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def worker(*statements: Json, timeout: int = 20, hidden: int = 120, **mapping: object) -> Json:
    described = {"EventSourceArn": att("Queue"), "FunctionName": ref("Function"), **mapping}
    return {
        "Queue": resource("AWS::SQS::Queue", VisibilityTimeout=hidden),
        "Mapping": resource("AWS::Lambda::EventSourceMapping", **described),
        "Function": function(Timeout=timeout),
        "Role": role(*statements),
    }


def streamed(*statements: Json, **mapping: object) -> Json:
    read = allow(
        att("Table", "StreamArn"),
        *("dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        *("dynamodb:DescribeStream", "dynamodb:ListStreams"),
    )
    described = {
        "EventSourceArn": att("Table", "StreamArn"),
        "FunctionName": ref("Function"),
        "StartingPosition": "LATEST",
        **mapping,
    }
    table = resource(
        "AWS::DynamoDB::Table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    )
    return {
        "Table": table,
        "Mapping": resource("AWS::Lambda::EventSourceMapping", **described),
        "Function": function(),
        "Role": role(read, *statements),
    }


PERMISSION = resource(
    "AWS::Lambda::Permission",
    Action="lambda:InvokeFunction",
    FunctionName=att("Function"),
    Principal="s3.amazonaws.com",
    SourceAccount=ref("AWS::AccountId"),
)


def notified(key: str, prefix: str | None, *, permitted: bool = True) -> Json:
    """Return a function that is notified of new objects, and writes some."""
    rules = [{"Name": "prefix", "Value": prefix}]
    reported: Json = {"Event": "s3:ObjectCreated:*", "Function": att("Function")}
    if prefix is not None:
        reported["Filter"] = {"S3Key": {"Rules": rules}}
    bucket = resource(
        "AWS::S3::Bucket", NotificationConfiguration={"LambdaConfigurations": [reported]}
    )
    bucket["DependsOn"] = "Permission"
    name = "arn:aws:s3:::"
    write = allow(join(name, ref("Uploads"), key), "s3:Put*")
    attached = resource(
        "AWS::IAM::Policy",
        PolicyDocument={"Version": "2012-10-17", "Statement": write},
        PolicyName="write",
        Roles=[ref("Role")],
    )
    found: Json = {"Uploads": bucket, "Function": function(), "Role": role(), "Write": attached}
    if permitted:
        return {**found, "Permission": PERMISSION}
    bucket["DependsOn"] = "Role"
    return found


def by_cdk(key: str, prefix: str) -> Json:
    """Return the same by the function that CDK has for notifications."""
    reported = {
        "Id": "notify",
        "Events": ["s3:ObjectCreated:Put"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
        "LambdaFunctionArn": att("Function"),
    }
    made = resource(
        "Custom::S3BucketNotifications",
        ServiceToken="arn:aws:lambda:eu-west-1:123456789012:function:notify",
        BucketName=ref("Uploads"),
        NotificationConfiguration={"LambdaFunctionConfigurations": [reported]},
    )
    return {
        "Uploads": resource("AWS::S3::Bucket"),
        "Notifications": made,
        "Function": function(),
        "Permission": PERMISSION,
        "Role": role(allow(join(att("Uploads"), key), "s3:PutObject")),
    }


def published(topic: str) -> Json:
    subscribed = resource(
        "AWS::SNS::Subscription", Endpoint=att("Function"), Protocol="lambda", TopicArn=ref("Topic")
    )
    return {
        "Topic": resource("AWS::SNS::Topic"),
        "Other": resource("AWS::SNS::Topic"),
        "Subscription": subscribed,
        "Function": function(),
        "Role": role(allow(ref(topic), "sns:Publish")),
    }


def permissions(count: int) -> Json:
    described = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": ref("Function"),
        "Principal": "events.amazonaws.com",
    }
    made = {
        f"Permission{number}": resource(
            "AWS::Lambda::Permission",
            SourceArn=join("arn:aws:events:eu-west-1:", ref("AWS::AccountId"), f":rule/r{number}"),
            **described,
        )
        for number in range(count)
    }
    return {"Function": function(), "Role": role(), **made}


CASES = [
    Case(
        "CROSS-SERVICE-011",
        "visibility below six time-outs",
        worker(READ, timeout=60, hidden=359),
        worker(READ, timeout=60, hidden=360),
        "got: 359 (nearest accepted: 360)",
    ),
    Case(
        "CROSS-SERVICE-040",
        "queue that it reads and writes",
        worker(READ, allow(att("Queue"), "sqs:Send*")),
        worker(READ, allow("arn:aws:sqs:eu-west-1:123456789012:other", "sqs:Send*")),
        "`EventSourceArn` must not be what Function writes to (sqs:SendMessage in Role)",
    ),
    Case(
        "CROSS-SERVICE-040",
        "table that it reads and writes",
        streamed(allow(att("Table"), "dynamodb:PutItem")),
        streamed(
            allow(att("Table"), "dynamodb:PutItem"),
            FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["REMOVE"]}'}]},
        ),
        "(dynamodb:PutItem in Role)",
    ),
    Case(
        "CROSS-SERVICE-040",
        "topic that calls it",
        published("Topic"),
        published("Other"),
        "`TopicArn` must not be what Function writes to (sns:Publish in Role)",
    ),
    Case(
        "CROSS-SERVICE-041",
        "objects that it is told of and writes",
        notified("/*", None),
        notified("/out/*", "in/"),
        "must not be for objects that Function writes itself (s3:PutObject on * in Write)",
    ),
    Case(
        "CROSS-SERVICE-041",
        "objects under the prefix that it writes",
        notified("/in/small/*", "in/"),
        notified("/*", "in/"),
        "got: 'in/*'",
    ),
    Case(
        "CROSS-SERVICE-042",
        "objects that CDK has it told of",
        by_cdk("/in/*", "in/"),
        by_cdk("/out/*", "in/"),
        "(s3:PutObject on in/* in Role)",
    ),
    Case(
        "CROSS-SERVICE-050",
        "resource policy over 20 KB",
        permissions(100),
        permissions(50),
        "The resource policy must have at most 20,480 bytes",
    ),
    Case(
        "CROSS-SERVICE-051",
        "role without network interfaces",
        {
            "Function": function(
                VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
            ),
            "Role": role(),
        },
        {
            "Function": function(
                VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
            ),
            "Role": role(managed=IN_VPC),
        },
        "`ManagedPolicyArns` must have AWSLambdaVPCAccessExecutionRole",
    ),
    Case(
        "CROSS-SERVICE-052",
        "source that its role may not read",
        worker(allow(att("Queue"), "sqs:ReceiveMessage", "sqs:DeleteMessage")),
        worker(READ),
        "`EventSourceArn` must be a source that Role allows sqs:GetQueueAttributes on",
    ),
    Case(
        "CROSS-SERVICE-053",
        "notification without a permission",
        notified("/out/*", "in/", permitted=False),
        notified("/out/*", "in/"),
        "Function` must be a function with a permission for s3.amazonaws.com, got: 'Function'",
    ),
]
