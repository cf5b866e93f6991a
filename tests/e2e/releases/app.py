"""APIs that are released: `price` is what the routes answer, which a bad release gets wrong."""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53

from serverless_stack.constructs import (
    Access,
    Canary,
    Dashboard,
    Domain,
    Mock,
    Profile,
    ProxyApi,
)

ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["stageVariables"])}
"""
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-0000-0000-000000000000"

app = cdk.App()
stack = cdk.Stack(app, "Releases")
Profile.dev().apply(stack)
price = app.node.try_get_context("price")
echo = lambda_.Function(
    stack,
    "Echo",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="index.handler",
    code=lambda_.Code.from_inline(ECHO),
)
zone = route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
plain = ProxyApi(
    stack,
    "Plain",
    handler=echo,
    routes={"GET /price": Mock({"price": price})},
    stages=("prod", "dev"),
    stage_variables={"prod": {"currency": "EUR"}, "dev": {"currency": "XTS"}},
    keep_deployments=2,
    access_log=True,
    domain=Domain(
        "api.example.com",
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        hosted_zone=zone,
        base_path="v1",
    ),
)
canary = ProxyApi(
    stack,
    "Canary",
    handler=echo,
    routes={"GET /price": Mock({"price": price})},
    stage_variables={"currency": "EUR"},
    canary=Canary(percent=50, stage_variables={"currency": "USD"}),
    access=Access.cidrs("127.0.0.0/8"),
    domain=Domain.existing(plain.domain_name, base_path="v2"),
    alarms=True,
)
ProxyApi(stack, "Closed", handler=echo, access=Access.cidrs("203.0.113.0/24"))
Dashboard(stack, "Dashboard", plain, canary)
app.synth()
