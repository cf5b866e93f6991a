"""The shop after a migration from patterns: each part is a construct of its own."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

from serverless_stack.constructs import (
    Auth,
    Cdn,
    ContentDeployment,
    LambdaHandler,
    ProxyApi,
    StorageBucket,
)

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = dynamodb.TableV2(
    stack,
    "Orders",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
)
read = LambdaHandler(stack, "Read", code="handlers", handler="orders.read")
read.connect(orders, "read")
api = ProxyApi(stack, "Api", handler=read, auth=Auth.iam())

pages = StorageBucket(stack, "Pages")
cdn = Cdn(stack, "Cdn", bucket=pages)
ContentDeployment(stack, "Content", source="site", bucket=pages, distributions=[cdn])
app.synth()
