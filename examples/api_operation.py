"""Two versions of an API under one domain, protected and watched."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_route53 as route53

from serverless_stack.constructs import (
    Access,
    Auth,
    Dashboard,
    Domain,
    LambdaHandler,
    ProxyApi,
    Tls,
    Waf,
)

app = cdk.App()
stack = cdk.Stack(app, "Shop")
zone = route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
orders = LambdaHandler(stack, "Orders", code="examples/shop/handler")

first = ProxyApi(
    stack,
    "First",
    handler=orders,
    auth=Auth.iam(),
    waf=Waf(rate_per_5_minutes=2000),
    access=Access.cidrs("203.0.113.0/24", deny=["203.0.113.7/32"]),
    tls=Tls(apigateway.SecurityPolicy.TLS13_1_3_2025_09),
    domain=Domain("api.example.com", hosted_zone=zone, base_path="v1"),
    alarms=True,
)
second = ProxyApi(
    stack,
    "Second",
    handler=orders,
    auth=Auth.iam(),
    domain=Domain.existing(first.domain_name, base_path="v2"),
)
Dashboard(stack, "Dashboard", first, second, orders)
app.synth()
