"""A function and a cache in a VPC that exists already, beside what else runs in it."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import LambdaHandler, RedisCache

app = cdk.App()
stack = cdk.Stack(app, "Orders", env=cdk.Environment(account="111111111111", region="eu-west-1"))
# Or ec2.Vpc.from_lookup(stack, "Vpc", vpc_name="main"), which asks the account once.
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id="vpc-0123456789abcdef0",
    vpc_cidr_block="10.20.0.0/16",
    availability_zones=["eu-west-1a", "eu-west-1b"],
    private_subnet_ids=["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
    isolated_subnet_ids=["subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd"],
)

orders = LambdaHandler(
    stack,
    "Handler",
    code="examples/constructs/handler",
    vpc=vpc,
    # With a way out by a NAT gateway, so that it reaches Secrets Manager and the internet.
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
)
cache = RedisCache(
    stack,
    "Cache",
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
)
cache.connect(orders)
app.synth()
