"""The services of AWS that clients of caches, and the functions that rotate secrets, call."""

from dataclasses import replace

from serverless_stack.constructs.network import reachability

SECRETS_MANAGER = replace(
    reachability.SECRETS_MANAGER, remedy="or log in with `RedisAuth.iam()`, which needs no secret"
)
ELASTICACHE = reachability.Service(
    "the API of ElastiCache",
    "ElastiCache",
    "elasticache",
    "ELASTICACHE",
    remedy="or leave `rotate_every` out of `auth`",
)
