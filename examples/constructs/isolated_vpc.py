"""A function and a Memcached cluster in a VPC without a way out."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

from serverless_stack.constructs import WebApp

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = dynamodb.Table(
    stack, "Orders", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
)
WebApp(
    stack,
    "Shop",
    function="handler",
    memcached=True,
    bucket=None,
    cdn=None,
    connect=[orders],  # adds a gateway endpoint, which is free
)
app.synth()
