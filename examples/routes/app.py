"""An API with routes of every kind, and a function for everything else."""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import (
    Auth,
    HttpProxy,
    LambdaHandler,
    Mock,
    ProxyApi,
    Route,
    S3Objects,
    SendMessage,
    StorageBucket,
    Throttle,
)

HERE = Path(__file__).parent
# The server that the API replaces step by step.
LEGACY_URL = os.environ.get("LEGACY_URL", "https://legacy.example.com")
ORDER = {
    "type": "object",
    "properties": {
        "product": {"type": "string", "minLength": 1},
        "quantity": {"type": "integer", "exclusiveMinimum": 0},
        "note": {"type": "string", "nullable": True},
    },
    "required": ["product", "quantity"],
    "additionalProperties": False,
}

app = cdk.App()
stack = cdk.Stack(app, "RoutesExample")
main = LambdaHandler(stack, "Main", code=HERE / "main")
orders = LambdaHandler(stack, "Orders", code=HERE / "orders")
files = StorageBucket(stack, "Files")
jobs = sqs.Queue(stack, "Jobs", enforce_ssl=True)

api = ProxyApi(
    stack,
    "Api",
    handler=main,
    auth=Auth.public(reason="an example without secrets"),
    routes={
        "GET /orders/{id}": orders,
        "POST /orders": Route(orders, model=ORDER, throttle=Throttle(rate=10, burst=20)),
        "ANY /legacy/{proxy+}": HttpProxy(LEGACY_URL),
        "GET /files/{key+}": S3Objects(files, prefix="public/"),
        "POST /jobs": SendMessage(jobs),
        "GET /health": Mock({"ok": True}, headers={"Cache-Control": "no-store"}),
    },
)
api.add_route("GET /orders", orders)

cdk.CfnOutput(stack, "ApiId", value=api.rest_api.rest_api_id)
cdk.CfnOutput(stack, "ApiUrl", value=api.url)
cdk.CfnOutput(stack, "BucketName", value=files.bucket_name)
cdk.CfnOutput(stack, "QueueUrl", value=jobs.queue_url)
app.synth()
