"""Which connections templates have, service by service."""

from collections.abc import Mapping

import pytest

from serverless_stack.diagrams import graph
from tests.diagrams.apps import Json, allow, arn, function, one, ref, resource

QUEUE = resource("SQS::Queue")
BUCKET = resource("S3::Bucket")
TABLE = resource("DynamoDB::Table")
TOPIC = resource("SNS::Topic")


def plain(name: str, **properties: object) -> Json:
    return dict(function(name, [], **properties))


def edges(
    resources: Mapping[str, object], *, details: bool = False, **sections: object
) -> list[str]:
    found = graph(one(dict(resources)), details=details)
    titles = {node.id: node.title for node in found.nodes}
    return sorted(
        f"{titles[edge.source]} -> {titles[edge.target]}: {edge.kind.value} {edge.label}".strip()
        for edge in found.edges
    )


@pytest.mark.parametrize(
    ("actions", "label"),
    [
        (["dynamodb:GetItem", "dynamodb:Query"], "reads"),
        (["dynamodb:PutItem"], "writes"),
        (["dynamodb:GetItem", "dynamodb:DeleteItem"], "reads and writes"),
        (["dynamodb:*"], "reads and writes"),
        (["dynamodb:BatchGet*", "dynamodb:DescribeTable"], "reads"),
    ],
)
def test_policies_as_reads_and_writes(actions: list[str], label: str) -> None:
    resources = {**dict(function("Handler", [allow("Orders", *actions)])), "Orders": TABLE}
    assert edges(resources) == [f"Handler -> Orders: access {label}"]


def test_policies_of_messages_and_calls() -> None:
    statements: list[Json] = [
        allow("Jobs", "sqs:SendMessage", "sqs:GetQueueAttributes"),
        allow("News", "sns:Publish"),
        allow("Other", "lambda:InvokeFunction"),
        allow("Key", "kms:Decrypt"),
        {"Effect": "Deny", "Action": "s3:*", "Resource": arn("Files")},
    ]
    resources = {
        **dict(function("Handler", statements)),
        **plain("Other"),
        "Jobs": QUEUE,
        "News": TOPIC,
        "Key": resource("KMS::Key"),
        "Files": BUCKET,
    }
    assert edges(resources) == [
        "Handler -> Jobs: access sends",
        "Handler -> News: access publishes",
        "Handler -> Other: access invokes",
    ]


def test_policies_in_the_role_and_managed_ones() -> None:
    inline = {"PolicyDocument": {"Statement": [allow("Files", "s3:GetObject")]}}
    resources = {
        "Handler": resource("Lambda::Function", Role=arn("Role")),
        "Role": resource("IAM::Role", Policies=[inline], ManagedPolicyArns=[ref("Managed")]),
        "Managed": resource(
            "IAM::ManagedPolicy", PolicyDocument={"Statement": allow("Orders", "dynamodb:Scan")}
        ),
        "Files": BUCKET,
        "Orders": TABLE,
    }
    assert edges(resources) == ["Handler -> Files: access reads", "Handler -> Orders: access reads"]


def test_a_trigger_implies_the_permission_to_receive() -> None:
    receive = allow("Jobs", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl")
    resources = {
        **dict(function("Worker", [receive, allow("Dead", "sqs:SendMessage")])),
        "Jobs": resource("SQS::Queue", RedrivePolicy={"deadLetterTargetArn": arn("Dead")}),
        "Dead": QUEUE,
        "Source": resource(
            "Lambda::EventSourceMapping", FunctionName=ref("Worker"), EventSourceArn=arn("Jobs")
        ),
    }
    resources["Worker"] = resource(
        "Lambda::Function", Role=arn("WorkerRole"), DeadLetterConfig={"TargetArn": arn("Dead")}
    )
    assert edges(resources) == [
        "Jobs -> Dead: trigger dead letters",
        "Jobs -> Worker: trigger triggers",
        "Worker -> Dead: trigger dead letters",
    ]


def test_topics_buckets_and_schedules() -> None:
    notification = {"Event": "s3:ObjectCreated:*", "Function": arn("Thumbnails")}
    resources = {
        **plain("Thumbnails"),
        **plain("Nightly"),
        "Jobs": QUEUE,
        "News": TOPIC,
        "Subscription": resource("SNS::Subscription", TopicArn=ref("News"), Endpoint=arn("Jobs")),
        "Uploads": resource(
            "S3::Bucket", NotificationConfiguration={"LambdaConfigurations": [notification]}
        ),
        "Rule": resource(
            "Events::Rule", ScheduleExpression="rate(1 day)", Targets=[{"Arn": arn("Nightly")}]
        ),
        "Allow": resource("Lambda::Permission", FunctionName=arn("Nightly"), SourceArn=arn("Rule")),
    }
    assert edges(resources) == [
        "News -> Jobs: trigger notifies",
        "Rule -> Nightly: trigger",
        "Uploads -> Thumbnails: trigger objects created",
    ]


def test_notifications_that_the_cdk_sets_by_a_custom_resource() -> None:
    configuration = {
        "QueueConfigurations": [{"Events": ["s3:ObjectRemoved:*"], "QueueArn": arn("Jobs")}]
    }
    resources = {
        **plain("Setter"),
        "Jobs": QUEUE,
        "Uploads": BUCKET,
        "Set": {
            "Type": "Custom::S3BucketNotifications",
            "Properties": {
                "ServiceToken": arn("Setter"),
                "BucketName": ref("Uploads"),
                "NotificationConfiguration": configuration,
            },
        },
    }
    assert edges(resources) == ["Uploads -> Jobs: trigger objects removed"]


def test_a_permission_names_who_invokes_a_function() -> None:
    permission = resource("Lambda::Permission", FunctionName=arn("Handler"), SourceArn=arn("Pool"))
    resources = {**plain("Handler"), "Pool": resource("Cognito::UserPool"), "Allow": permission}
    assert edges(resources) == ["Pool -> Handler: trigger invokes"]


def test_a_state_machine_runs_what_its_definition_names() -> None:
    definition = {"Fn::Join": ["", ['{"Resource":"', arn("Charge"), '"}']]}
    invoke = allow("Charge", "lambda:InvokeFunction")
    resources = {
        **plain("Charge"),
        "Checkout": resource(
            "StepFunctions::StateMachine", DefinitionString=definition, RoleArn=arn("Role")
        ),
        "Role": resource("IAM::Role", Policies=[{"PolicyDocument": {"Statement": [invoke]}}]),
    }
    assert edges(resources) == ["Checkout -> Charge: trigger runs"]


def test_routes_of_a_rest_api() -> None:
    def method(verb: str, of: Json) -> Json:
        uri = {"Fn::Sub": "arn:aws:apigateway:x:lambda:path/functions/${Orders.Arn}/invocations"}
        return resource(
            "ApiGateway::Method",
            RestApiId=ref("Api"),
            ResourceId=of,
            HttpMethod=verb,
            Integration={"Uri": uri},
        )

    orders = resource(
        "ApiGateway::Resource", RestApiId=ref("Api"), ParentId=ref("Version"), PathPart="orders"
    )
    version = resource(
        "ApiGateway::Resource",
        RestApiId=ref("Api"),
        ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]},
        PathPart="v1",
    )
    resources = {
        **plain("Orders"),
        "Api": resource("ApiGateway::RestApi"),
        "Version": version,
        "Path": orders,
        "Get": method("GET", ref("Path")),
        "Post": method("POST", ref("Path")),
    }
    assert edges(resources) == [
        "Api -> Orders: request GET, POST /v1/orders",
        "Viewers -> Api: request",
    ]


def test_a_private_api_and_an_internal_load_balancer_have_no_viewers() -> None:
    resources: Json = {
        "Api": resource("ApiGateway::RestApi", EndpointConfiguration={"Types": ["PRIVATE"]}),
        "Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", Scheme="internal"),
    }
    assert edges(resources) == []


def test_a_load_balancer_leads_to_the_services_of_its_target_groups() -> None:
    resources: Json = {
        "Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", Scheme="internet-facing"),
        "Listener": resource(
            "ElasticLoadBalancingV2::Listener",
            LoadBalancerArn=ref("Balancer"),
            DefaultActions=[{"TargetGroupArn": ref("Group")}],
        ),
        "Group": resource("ElasticLoadBalancingV2::TargetGroup"),
        "Service": resource("ECS::Service", LoadBalancers=[{"TargetGroupArn": ref("Group")}]),
    }
    assert edges(resources) == ["Balancer -> Service: request", "Viewers -> Balancer: request"]


def test_origin_groups_edge_functions_and_function_urls() -> None:
    origins = [
        {"Id": "a", "DomainName": {"Fn::GetAtt": ["Files", "RegionalDomainName"]}},
        {
            "Id": "b",
            "DomainName": {
                "Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]}]
            },
        },
    ]
    group = {"Id": "g", "Members": {"Items": [{"OriginId": "a"}, {"OriginId": "b"}]}}
    edge = {"EventType": "origin-request", "LambdaFunctionARN": ref("Version")}
    resources = {
        **plain("Handler"),
        **plain("Edge"),
        "Files": BUCKET,
        "Url": resource("Lambda::Url", TargetFunctionArn=arn("Handler")),
        "Version": resource("Lambda::Version", FunctionName=ref("Edge")),
        "Cdn": resource(
            "CloudFront::Distribution",
            DistributionConfig={
                "Origins": origins,
                "OriginGroups": {"Items": [group]},
                "DefaultCacheBehavior": {
                    "TargetOriginId": "g",
                    "LambdaFunctionAssociations": [edge],
                },
            },
        ),
    }
    assert edges(resources) == [
        "Cdn -> Edge: request origin-request",
        "Cdn -> Files: request /*",
        "Cdn -> Handler: request /*",
        "Viewers -> Cdn: request",
    ]


def test_security_groups_say_who_reaches_whom() -> None:
    def group(*rules: Json) -> Json:
        return resource("EC2::SecurityGroup", SecurityGroupIngress=list(rules))

    rule: Json = {"SourceSecurityGroupId": ref("Mine"), "FromPort": 5432, "ToPort": 5432}
    resources = {
        **plain("Handler", VpcConfig={"SecurityGroupIds": [ref("Mine")]}),
        "Mine": group(),
        "Theirs": group(rule),
        "Db": resource("RDS::DBInstance", VPCSecurityGroups=[ref("Theirs")]),
    }
    assert edges(resources) == ["Handler -> Db: access port 5432"]


def test_alarms_are_drawn_with_all_details_only() -> None:
    alarm = resource(
        "CloudWatch::Alarm",
        Dimensions=[{"Name": "FunctionName", "Value": ref("Handler")}],
        AlarmActions=[ref("News")],
    )
    resources = {**plain("Handler"), "News": TOPIC, "Errors": alarm}
    assert edges(resources) == []
    assert "Errors -> News: trigger notifies" in edges(resources, details=True)
    assert "Handler -> Errors: trigger watched by" in edges(resources, details=True)


def test_a_reference_that_nothing_explains() -> None:
    resources: Json = {
        "Site": {"Type": "Other::Vendor::Site", "Properties": {"Store": ref("Files")}},
        "Files": BUCKET,
    }
    assert edges(resources) == ["Site -> Files: reference"]


def test_both_branches_of_a_condition_count() -> None:
    chosen = {
        "Fn::If": [
            "IsLarge",
            arn("Large"),
            {"Fn::If": ["IsSmall", arn("Small"), ref("AWS::NoValue")]},
        ]
    }
    resources = {
        **plain("Handler", DeadLetterConfig={"TargetArn": chosen}),
        "Large": QUEUE,
        "Small": QUEUE,
    }
    assert edges(resources) == [
        "Handler -> Large: trigger dead letters",
        "Handler -> Small: trigger dead letters",
    ]


def test_cycles_end() -> None:
    resources: Json = {
        "A": resource("IAM::Role", AssumeRolePolicyDocument=ref("B")),
        "B": resource("IAM::Role", AssumeRolePolicyDocument=ref("A")),
        "One": resource("SQS::Queue", RedrivePolicy=arn("Two")),
        "Two": resource("SQS::Queue", RedrivePolicy=arn("One")),
    }
    assert edges(resources) == [
        "One -> Two: trigger dead letters",
        "Two -> One: trigger dead letters",
    ]
