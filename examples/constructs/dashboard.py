"""The metrics of a function, its API and its bucket on one dashboard."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, Dashboard, LambdaHandler, ProxyApi, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="handler")
api = ProxyApi(stack, "Api", handler=orders, auth=Auth.iam())
bucket = StorageBucket(stack, "Files")
bucket.connect(orders)
Dashboard(stack, "Graphs", api, orders, bucket)
app.synth()
