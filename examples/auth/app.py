"""A shop whose callers are customers, partners, a webhook and a job, each admitted in its way."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito

from serverless_stack.constructs import (
    Auth,
    Cors,
    LambdaHandler,
    Profile,
    ProxyApi,
    Route,
    Throttle,
    UsagePlan,
)

app = cdk.App()
stack = cdk.Stack(app, "AuthExample")
Profile.dev().apply(stack)
users = cognito.UserPool(stack, "Users")
client = users.add_client("Web", auth_flows=cognito.AuthFlow(user_password=True))
shop = LambdaHandler(stack, "Shop", code="handler")
signatures = LambdaHandler(stack, "Signatures", code="authorizer")

api = ProxyApi(
    stack,
    "Api",
    handler=shop,
    auth=Auth.cognito(users),  # everything that is not listed below
    cors=Cors(origins=["https://shop.example.com", "http://localhost:5173"], credentials=True),
    throttle=Throttle(rate=50, burst=100),
    usage_plans=[
        UsagePlan(rate=5, burst=10, quota=10_000, period=apigateway.Period.DAY, name="Partner")
    ],
    routes={
        "GET /products": Route(
            shop,
            auth=Auth.public(reason="the catalogue is public"),
            throttle=Throttle(rate=10, burst=20),
        ),
        "GET /export": Route(shop, auth=Auth.api_key()),
        "POST /payments": Route(
            shop, auth=Auth.lambda_request(signatures, identity_sources=["header.X-Signature"])
        ),
        "POST /refunds": Route(shop, auth=Auth.iam()),
    },
)
key = api.add_api_key("Acme")

cdk.CfnOutput(stack, "ApiId", value=api.rest_api.rest_api_id)
cdk.CfnOutput(stack, "UserPoolId", value=users.user_pool_id)
cdk.CfnOutput(stack, "ClientId", value=client.user_pool_client_id)
cdk.CfnOutput(stack, "AcmeKey", value=key.secret.secret_arn)
app.synth()
