"""Functions of all kinds of code, with a release, a URL and destinations."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import FunctionUrl, LambdaHandler, Release

app = cdk.App()
stack = cdk.Stack(app, "Functions")

# [code]
LambdaHandler(stack, "Orders", code="examples/shop/handler")
LambdaHandler(
    stack,
    "Invoices",
    code="examples/java/orders",  # built by its pom.xml or build.gradle, here by `javac`
    handler="shop.Orders::handle",
    runtime=lambda_.Runtime.JAVA_21,
)
images = ecr.Repository.from_repository_name(stack, "Images", "shop/reports")
LambdaHandler(stack, "Reports", code=lambda_.Code.from_ecr_image(images, tag_or_digest="1.4.0"))
tools = lambda_.LayerVersion.from_layer_version_arn(
    stack, "Tools", "arn:aws:lambda:eu-west-1:123456789012:layer:tools:3"
)
LambdaHandler(stack, "Pages", code="examples/shop/handler", layers=[tools])

# [release]
LambdaHandler(
    stack,
    "Checkout",
    code="examples/shop/handler",
    release=Release.canary(percent=10, minutes=5),
)

# [url]
hook = LambdaHandler(
    stack,
    "Hook",
    code="examples/shop/handler",
    url=FunctionUrl(
        auth="public",
        cors=lambda_.FunctionUrlCorsOptions(allowed_origins=["https://shop.example.com"]),
    ),
)
cdk.CfnOutput(stack, "HookUrl", value=hook.url)

# [safety]
failures = sqs.Queue(stack, "Failures", enforce_ssl=True)
LambdaHandler(
    stack,
    "Mail",
    code="examples/shop/handler",
    reserved_concurrent_executions=20,
    on_failure=failures,
    retry_attempts=1,
    max_event_age=cdk.Duration.hours(1),
    log_level=lambda_.ApplicationLogLevel.WARN,
)

# [end]
app.synth()
