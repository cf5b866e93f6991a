"""A whole application in a stack of your own, beside your own resources."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import Countries, RedisEngine, RedisTopology, StorageBucket, WebApp

app = cdk.App()
stack = cdk.Stack(app, "Orders")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)

shop = WebApp(
    stack,
    "Shop",
    function={"code": "examples/shop/handler", "memory_size": 512},
    redis={"engine": RedisEngine.VALKEY_8_1, "topology": RedisTopology.replicated(2)},
    memcached=True,
    cdn={"countries": Countries.allow("DE", "FR")},
    vpc=vpc,
    connect={"ARCHIVE": StorageBucket(stack, "Archive")},  # sets ARCHIVE_NAME
)
shop.add_function("Nightly", code="examples/shop/handler", timeout=cdk.Duration.minutes(5))
shop.redis.replication_group.auto_minor_version_upgrade = True
app.synth()
