"""The shop after a migration: a function per route, the table that was there, and the site."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

from serverless_stack.constructs import Auth, LambdaHandler, WebApp

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = dynamodb.Table.from_table_name(stack, "Orders", "shop-orders")  # with its data

read = LambdaHandler(stack, "Read", code="handlers", handler="orders.read")
read.connect(orders, "read")
create = LambdaHandler(stack, "Create", code="handlers", handler="orders.create")
create.connect(orders, "write")
clean = LambdaHandler(stack, "Clean", code="handlers", handler="orders.clean")
clean.connect(orders)
clean.on_schedule("rate(1 day)")

shop = WebApp(
    stack,
    "Shop",
    api={
        "routes": {"GET /orders/{id}": read, "POST /orders": create},
        "auth": Auth.public(reason="the shop is for everybody"),
    },
    site="site",  # what `npm run build` wrote
)
app.synth()
