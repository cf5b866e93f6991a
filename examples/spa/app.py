"""A single-page application beside its API, and its documentation as a site of pages."""

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    ContentDeployment,
    EdgeAuth,
    EdgeFunction,
    ErrorPage,
    LambdaHandler,
    Maintenance,
    ProxyApi,
    Site,
    Snippet,
    StorageBucket,
)

app = cdk.App()
stack = cdk.Stack(app, "SpaExample")

# During `cdk deploy --context maintenance=203.0.113.7`, only that address sees the sites.
office = app.node.try_get_context("maintenance")
maintenance = Maintenance(page="maintenance.html", allow_ips=[office]) if office else None

# The application: /orders/7 is the page, /api/orders/8 stays the API's own 404.
files = StorageBucket(stack, "Files")
credentials = secretsmanager.Secret(
    stack,
    "PreviewCredentials",
    generate_secret_string=secretsmanager.SecretStringGenerator(
        secret_string_template='{"username": "preview"}',
        generate_string_key="password",
        password_length=40,
    ),
)
shop = Cdn(
    stack,
    "Shop",
    bucket=files,
    api=ProxyApi(stack, "Api", handler=LambdaHandler(stack, "Orders", code="api")),
    site=Site.spa(
        redirects={"/start": "/", "/shop/*": "/products/*", "/api/v1/*": "/api/*"},
        redirect_hosts={"www.shop.example.com": "shop.example.com"},
    ),
    behaviors={
        "/preview/*": Behavior(
            "bucket",
            auth=EdgeAuth.basic(credentials, realm="Preview"),
            edge=[Snippet.file("functions/no_index.js", event="viewer-response")],
        )
    },
    maintenance=maintenance,
)
ContentDeployment(stack, "App", source="app", bucket=files, distributions=[shop])

# The documentation: /guide and /guide/ are /guide/index.html, a missing page is /404.html.
pages = StorageBucket(stack, "Pages")
docs = Cdn(
    stack,
    "Docs",
    bucket=pages,
    site=Site.pages(trailing_slash="add", redirects={"/manual/*": "/guide/*"}),
    error_pages=[ErrorPage(404, "/404.html", ttl=cdk.Duration.seconds(30))],
    behaviors={
        "/downloads/*": Behavior("bucket", edge=[EdgeFunction("edge", event="origin-request")])
    },
    maintenance=maintenance,
)
ContentDeployment(stack, "Documentation", source="docs", bucket=pages, distributions=[docs])

cdk.CfnOutput(stack, "ShopDomain", value=shop.distribution.distribution_domain_name)
cdk.CfnOutput(stack, "DocsDomain", value=docs.distribution.distribution_domain_name)
cdk.CfnOutput(stack, "Credentials", value=credentials.secret_arn)
app.synth()
