"""Alarms of an API that notify a topic."""

import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import ApiAlarms, Auth, LambdaHandler, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="handler")
api = ProxyApi(stack, "Api", handler=orders, auth=Auth.iam())
ApiAlarms(stack, "Alarms", api=api.rest_api, topic=sns.Topic(stack, "Pager"))
app.synth()
