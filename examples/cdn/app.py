"""Buckets, APIs, a function, a web server and a failover behind one distribution."""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

from serverless_stack.constructs import (
    Auth,
    Behavior,
    Cache,
    Cdn,
    Cors,
    FunctionUrl,
    LambdaHandler,
    Origin,
    ProxyApi,
    SecurityHeaders,
    StorageBucket,
)

HERE = Path(__file__).parent
PARTNER = os.environ.get("PARTNER_DOMAIN", "partner.example.com")
PARTNER_PORT = int(os.environ.get("PARTNER_PORT", "443"))

app = cdk.App()
data = cdk.Stack(app, "CdnExampleData")
key = kms.Key(data, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
pages = StorageBucket(data, "Pages", encryption_key=key)

stack = cdk.Stack(app, "CdnExample")
images = StorageBucket(stack, "Images")
handler = LambdaHandler(stack, "Handler", code=HERE / "handler", url=FunctionUrl())
api = ProxyApi(stack, "Api", handler=handler, auth=Auth.public(reason="an example"))
http_api = apigatewayv2.HttpApi(
    stack, "HttpApi", default_integration=HttpLambdaIntegration("Handler", handler.function)
)
secret = secretsmanager.Secret(stack, "PartnerSecret")
partner = Origin.http(
    PARTNER,
    port=PARTNER_PORT,
    protocol="https" if PARTNER_PORT == 443 else "http",
    headers={"X-Origin-Verify": secret},
)
# [cdn]
cdn = Cdn(
    stack,
    "Cdn",
    bucket=pages,
    api=api,
    behaviors={
        "/img/*": Behavior(images, cache=Cache(max_ttl=cdk.Duration.hours(1), query_strings=["w"])),
        "/http/*": http_api,
        "/url/*": handler,
        "/partner/*": partner,
        "/status/*": Origin.group(partner, pages, status_codes=(500, 503)),
    },
    headers=SecurityHeaders.bundled(connect=["https://api.example.com"]),
)
# [/cdn]
# [public]
fonts = Cdn(
    stack,
    "Fonts",
    bucket=images,
    headers=SecurityHeaders(cors=Cors(["https://example.com"]), remove=["Server"]),
)
# [/public]

cdk.CfnOutput(data, "PagesName", value=pages.bucket_name)
cdk.CfnOutput(stack, "ImagesName", value=images.bucket_name)
cdk.CfnOutput(stack, "CdnName", value=cdn.distribution.distribution_domain_name)
cdk.CfnOutput(stack, "FontsName", value=fonts.distribution.distribution_domain_name)
app.synth()
