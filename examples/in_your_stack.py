"""One construct in a stack of your own: a Redis cache for an existing function."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import RedisCache, RedisTopology

app = cdk.App()
stack = cdk.Stack(app, "Orders")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
function = lambda_.Function(
    stack,
    "Function",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="index.handler",
    code=lambda_.Code.from_inline("def handler(event, context): ..."),
    vpc=vpc,
)

cache = RedisCache(stack, "Cache", vpc=vpc, topology=RedisTopology.replicated(2))
cache.connect(function)  # network path, permission and environment
cache.replication_group.auto_minor_version_upgrade = True  # raw resources stay accessible
app.synth()
