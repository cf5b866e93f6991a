"""A stack with the features of functions and APIs: routes, triggers, connections, releases, ..."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_stack.constructs import (
    Auth,
    Cors,
    FunctionUrl,
    Mock,
    Profile,
    Release,
    Route,
    S3Objects,
    SendMessage,
    ServerlessStack,
    Throttle,
    Warmth,
)
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs.profiles.settings import HIPAA, NIST

NAME = "Featured"
"""The id of the stack."""


def featured(scope: Construct, profile: Profile, code: str) -> ServerlessStack:
    """Create a stack whose findings can only come from our constructs.

    Args:
        scope: The parent of the stack.
        profile: The profile of the stack.
        code: The folder with the code of all functions.
    """
    elsewhere = cdk.Stack(scope, f"{NAME}Elsewhere")
    users = cognito.UserPool.from_user_pool_id(elsewhere, "Users", "eu-west-1_abcdefghi")
    public = Auth.public(reason="a load balancer asks")
    stack = ServerlessStack(
        scope,
        NAME,
        profile=profile,
        function={"code": code, "release": Release.canary(percent=10, minutes=5)},
        api={
            "auth": Auth.cognito(users),
            "cors": Cors(origins=("https://shop.example.com",)),
            "routes": {"GET /health": Route(Mock({"ok": True}), auth=public)},
        },
        cdn=None,
        redis=True,
    )
    key = kms.Key(stack, "Data", enable_key_rotation=True)
    table = dynamodb.Table(
        stack,
        "Orders",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=True,
    )
    acknowledge(table, "DynamoDBInBackupPlan", "the table is one of this test", packs=(NIST, HIPAA))
    jobs = sqs.Queue(
        stack,
        "Jobs",
        encryption_master_key=key,
        enforce_ssl=True,
        visibility_timeout=cdk.Duration.seconds(90),
    )
    news = sns.Topic(stack, "News", master_key=key, enforce_ssl=True)
    clicks = kinesis.Stream(stack, "Clicks", encryption=kinesis.StreamEncryption.MANAGED)

    worker = stack.add_function("Worker", code=code, warmth=Warmth.ping())
    worker.on_object_created(stack.bucket, prefix="in/")
    worker.on_queue(jobs)
    worker.on_topic(news)
    worker.on_kinesis(clicks)
    worker.on_table_change(table)
    worker.on_schedule("rate(5 minutes)")
    worker.on_event({"source": ["shop"]})
    stack.add_function("Site", code=code, url=FunctionUrl(auth="iam"), warmth=Warmth.provisioned(2))
    orders = stack.add_function("Restored", code=code, warmth=Warmth.snap_start())
    orders.connect(table, access="read-write")
    orders.connect(news, access="write")
    orders.connect(worker)
    body = {"type": "object", "required": ["id"]}
    stack.api.add_route("GET /orders/{id}", orders)
    stack.api.add_route(
        "POST /orders", Route(orders, model=body, throttle=Throttle(rate=10, burst=20))
    )
    stack.api.add_route("GET /files/{key+}", S3Objects(stack.bucket, prefix="public/"))
    stack.api.add_route("POST /jobs", SendMessage(jobs))
    return stack
