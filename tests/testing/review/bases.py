"""The templates to edit: the README's application, and one with other services."""

import json
from functools import cache
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import ServerlessStack
from serverless_stack.testing.templates import template_of
from tests.constructs.templates import Json

SHOP = Path(__file__).parents[3] / "examples" / "shop"


def the_app() -> Json:
    """Return the README's application, without packaging."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": [], "aws:cdk:disable-asset-staging": True})
    stack = ServerlessStack(
        app, "Shop", function=SHOP / "handler", site=SHOP / "site", redis=True, memcached=True
    )
    return template_of(stack)


def other_services() -> Json:
    """A database, a table, a queue, a user pool, and a function with versions."""
    app = cdk.App(
        context={"aws:cdk:disable-asset-staging": True, "aws:cdk:enable-analytics": True},
        analytics_reporting=True,
    )
    stack = cdk.Stack(app, "Data")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    rds.DatabaseInstance(
        stack,
        "Database",
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_16),
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
    )
    table = dynamodb.Table(
        stack,
        "Orders",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    queue = sqs.Queue(stack, "Jobs", dead_letter_queue=_dead_letters(stack))
    cognito.UserPool(stack, "Users", removal_policy=cdk.RemovalPolicy.DESTROY)
    function = lambda_.Function(
        stack,
        "Worker",
        code=lambda_.Code.from_asset(str(SHOP / "site")),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        environment={"TABLE": table.table_name, "QUEUE": queue.queue_url},
    )
    table.grant_read_data(function)
    queue.grant_consume_messages(function)
    lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    cdk.CfnOutput(stack, "TableName", value=table.table_name, export_name="orders-table")
    return template_of(stack)


def _dead_letters(stack: cdk.Stack) -> sqs.DeadLetterQueue:
    return sqs.DeadLetterQueue(max_receive_count=3, queue=sqs.Queue(stack, "DeadLetters"))


def without_retention(template: Json) -> Json:
    """Return a copy of a template that retains nothing."""
    copy: Json = json.loads(json.dumps(template))
    for resource in copy["Resources"].values():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if policy in resource:
                resource[policy] = "Delete"
    return copy


def mixed_retention(template: Json) -> Json:
    """Return a copy whose resources are retained either on replacement or on removal."""
    copy: Json = json.loads(json.dumps(template))
    for index, name in enumerate(sorted(copy["Resources"])):
        resource = copy["Resources"][name]
        if "DeletionPolicy" in resource:
            kept = ("Retain", "Delete") if index % 2 else ("Delete", "Retain")
            resource["DeletionPolicy"], resource["UpdateReplacePolicy"] = kept
    return copy


@cache
def bases() -> tuple[str, ...]:
    """Return the templates to edit, as JSON."""
    app, others = the_app(), other_services()
    made = (
        app,
        without_retention(app),
        mixed_retention(others),
        without_retention(others),
        mixed_retention(app),
        others,
    )
    return tuple(json.dumps(each) for each in made)
