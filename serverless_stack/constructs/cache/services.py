"""The services of AWS that clients of caches, and the functions that rotate secrets, call."""

from dataclasses import replace

from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs.network import reachability

SECRETS_MANAGER = replace(
    reachability.SECRETS_MANAGER, remedy="or log in with `RedisAuth.iam()`, which needs no secret"
)
ELASTICACHE = reachability.Service(
    "the API of ElastiCache",
    "ElastiCache",
    "elasticache",
    ec2.InterfaceVpcEndpointAwsService.ELASTICACHE,
    "ELASTICACHE",
    "or leave `rotate_every` out of `auth`",
)
