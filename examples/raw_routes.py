"""Raw CDK on an API: a resource of its own, and a property that no argument sets."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway

from serverless_stack.constructs import Auth, Mock, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Raw")
api = ProxyApi(stack, "Api", auth=Auth.public(reason="an example"), routes={"GET /": Mock("hello")})

# Resources, methods, models and authorizers of CDK reach the stages like routes.
proxy = api.rest_api.root.add_resource("partner").add_proxy(any_method=False)
partner = apigateway.HttpIntegration("https://partner.example.com/{proxy}", http_method="ANY")
proxy.add_method("ANY", partner, request_parameters={"method.request.path.proxy": True})

# A property that is set afterwards is no part of the deployment's id. Add it yourself.
method = api.rest_api.methods[0].node.default_child
assert isinstance(method, apigateway.CfnMethod)
method.add_property_override("OperationName", "Greet")
deployment = api.rest_api.latest_deployment
assert deployment is not None
deployment.add_to_logical_id("OperationName: Greet")

app.synth()
