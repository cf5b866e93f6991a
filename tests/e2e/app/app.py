"""What the end-to-end tests deploy: everything of the library, and more of it than the shop uses.

`settings.json`, the handler and the site are overwritten by those of ``update/`` in the midst of
the tests.
"""

import json
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import ServerlessStack, StorageBucket

settings = json.loads(Path("settings.json").read_text())
app = cdk.App(analytics_reporting=False)

stack = ServerlessStack(
    app,
    "EndToEnd",
    function={
        "code": "handler",
        "memory_size": settings["memory_size"],
        "environment": {"GREETING": "grüß dich"},
    },
    site="site",
    redis=True,
    memcached=True,
    description="What the end-to-end tests deploy",
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
# The raw resources of the parts that ServerlessStack created can be changed.
stack.redis.replication_group.num_cache_clusters = settings["replicas"] + 1
stage = stack.api.stage.node.default_child
assert isinstance(stage, apigateway.CfnStage)
stage.add_property_override(
    "MethodSettings.0.ThrottlingRateLimit", settings["throttling_rate_limit"]
)

archive = StorageBucket(
    stack,
    "Archive",
    transitions=[
        s3.Transition(
            storage_class=s3.StorageClass.INFREQUENT_ACCESS,
            transition_after=cdk.Duration.days(30),
        ),
        s3.Transition(
            storage_class=s3.StorageClass.GLACIER, transition_after=cdk.Duration.days(90)
        ),
    ],
    expire_after=cdk.Duration.days(365),
    noncurrent_version_expiration=cdk.Duration.days(settings["archive_noncurrent_days"]),
    abort_incomplete_multipart_upload_after=cdk.Duration.days(3),
    lifecycle_rules=[
        s3.LifecycleRule(
            id="Exports",
            prefix="exports/",
            tag_filters={"keep": "no", "team": "e2e"},
            expiration=cdk.Duration.days(1),
        ),
        s3.LifecycleRule(
            id="Versions",
            prefix="drafts/",
            noncurrent_version_transitions=[
                s3.NoncurrentVersionTransition(
                    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
                    transition_after=cdk.Duration.days(30),
                )
            ],
        ),
    ],
    auto_delete_objects=True,
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
archive.connect(stack.function, env_prefix="ARCHIVE", access="read")

# With the default removal policy, so that data outlives the stack.
ServerlessStack(app, "Kept", function="handler", cdn=None)
app.synth()
