"""What each profile sets, and what that costs: read by the constructs and the command line."""

from dataclasses import dataclass, replace
from typing import Literal

Removal = Literal["retain", "destroy"]
Packs = tuple[str, ...]

AWS_SOLUTIONS = "AwsSolutions"
SERVERLESS = "Serverless"
NIST = "NIST.800.53.R5"
HIPAA = "HIPAA.Security"
PCI = "PCI.DSS.321"


@dataclass(frozen=True)
class Settings:
    """The defaults of one profile.

    Attributes:
        name: The name of the profile.
        removal: What happens to data and logs when a stack is deleted.
        log_retention_days: How long logs are kept.
        access_logs: Whether buckets, distributions and APIs log who asks for what.
        flow_logs: Whether a VPC that is made logs its connections.
        dead_letters: Whether events that a function failed to handle are kept in a queue.
        redis_replicas: Read replicas of a Redis, each in another availability zone.
        redis_backup_days: How long the daily backups of a Redis are kept.
        redis_port: The port of a Redis.
        memcached_nodes: The nodes of a Memcached.
        memcached_port: The port of a Memcached.
        rotation_days: How often the token of a Redis is rotated; 0 for never.
        customer_key: Whether data and logs are encrypted with a KMS key of the stack's own.
        web_acl: Whether AWS WAF stands before an API.
        client_certificate: Whether an API proves to what is behind it who it is.
        closed_default_group: Whether the default security group of a VPC that is made is emptied.
        managed_policies: Whether permissions are in policies of their own, not inline.
        concurrency: How many calls of a handler may run at once; 0 for the account's limit.
        alarms: Whether caches, functions and APIs have alarms and a topic that is told.
        termination_protection: Whether deleting a ``ServerlessStack`` is refused.
        packs: The packs of cdk-nag whose findings are fixed or acknowledged.
        linters: Whether those of checkov and cfn-lint are, too.
    """

    name: str
    removal: Removal
    log_retention_days: int
    access_logs: bool
    flow_logs: bool
    dead_letters: bool
    redis_replicas: int
    redis_backup_days: int
    redis_port: int
    memcached_nodes: int
    memcached_port: int
    rotation_days: int
    customer_key: bool
    web_acl: bool
    client_certificate: bool
    closed_default_group: bool
    managed_policies: bool
    concurrency: int
    alarms: bool
    termination_protection: bool
    packs: Packs
    linters: bool


DEV = Settings(
    name="dev",
    removal="destroy",
    log_retention_days=7,
    access_logs=False,
    flow_logs=False,
    dead_letters=False,
    redis_replicas=0,
    redis_backup_days=0,
    redis_port=6379,
    memcached_nodes=1,
    memcached_port=11211,
    rotation_days=0,
    customer_key=False,
    web_acl=False,
    client_certificate=False,
    closed_default_group=False,
    managed_policies=False,
    concurrency=0,
    alarms=False,
    termination_protection=False,
    packs=(),
    linters=False,
)
PRODUCTION = replace(
    DEV,
    name="production",
    removal="retain",
    log_retention_days=90,
    access_logs=True,
    flow_logs=True,
    dead_letters=True,
    redis_replicas=1,
    redis_backup_days=7,
    memcached_nodes=2,
    packs=(AWS_SOLUTIONS, SERVERLESS),
)
REGULATED = replace(
    PRODUCTION,
    name="regulated",
    log_retention_days=365,
    redis_backup_days=35,
    redis_port=6380,
    memcached_port=11212,
    rotation_days=30,
    customer_key=True,
    web_acl=True,
    client_certificate=True,
    closed_default_group=True,
    managed_policies=True,
    concurrency=50,
    alarms=True,
    termination_protection=True,
    packs=(AWS_SOLUTIONS, SERVERLESS, NIST, HIPAA, PCI),
    linters=True,
)
ALL = (DEV, PRODUCTION, REGULATED)
