"""The settings of each profile, which the constructs and the command line read."""

from dataclasses import dataclass, replace
from typing import Literal

Removal = Literal["destroy", "retain", "retain_on_update_or_delete"]
Packs = tuple[str, ...]

AWS_SOLUTIONS = "AwsSolutions"
SERVERLESS = "Serverless"
NIST = "NIST.800.53.R5"
HIPAA = "HIPAA.Security"
PCI = "PCI.DSS.321"


@dataclass(frozen=True)
class Settings:
    """The defaults of one profile, by subject.

    Attributes:
        name: The name of the profile.
        removal: What happens to data and logs when a stack is deleted.
        backup_days: How many days the daily backups of a cache are kept; 0 for no backups.
        log_retention_days: How many days logs are kept.
        customer_key: Whether data and logs are encrypted with a KMS key of the stack.
        access_logs: Whether buckets, distributions and APIs log requests.
        flow_logs: Whether VPCs log connections.
        dead_letters: Whether a queue keeps the events that functions failed to handle.
        concurrency: The reserved concurrency of a function; 0 shares the account's.
        managed_policies: Whether permissions are in managed policies instead of inline ones.
        redis_replicas: The read replicas of a Redis cache, each in another availability zone.
        redis_port: The port of a Redis cache.
        rotation_days: How often the AUTH token or password of a Redis cache, and the key of signed
            URLs, is rotated; 0 for never.
        memcached_nodes: The nodes of a Memcached cache.
        memcached_port: The port of a Memcached cache.
        auth_required: Whether an API has to say who may call it.
        web_acl: Whether AWS WAF filters the requests of an API.
        client_certificate: Whether an API identifies itself to its backends by a certificate.
        closed_default_group: Whether the default security group of a VPC loses its rules.
        alarms: Whether caches, functions and APIs have alarms and a topic for them.
        termination_protection: Whether CloudFormation refuses to delete a ``ServerlessStack``.
        packs: The packs of cdk-nag whose findings are fixed or acknowledged.
        linters: Whether findings of checkov and cfn-lint are, too.
    """

    name: str
    # Data and logs: applied by `Profile.retention`.
    removal: Removal
    backup_days: int
    log_retention_days: int
    customer_key: bool
    # Logs of requests and connections.
    access_logs: bool
    flow_logs: bool
    # Functions.
    dead_letters: bool
    concurrency: int
    managed_policies: bool
    # Caches.
    redis_replicas: int
    redis_port: int
    rotation_days: int
    memcached_nodes: int
    memcached_port: int
    # APIs and networks.
    auth_required: bool
    web_acl: bool
    client_certificate: bool
    closed_default_group: bool
    # Operation and audit.
    alarms: bool
    termination_protection: bool
    packs: Packs
    linters: bool


DEV = Settings(
    name="dev",
    removal="destroy",
    backup_days=0,
    log_retention_days=7,
    customer_key=False,
    access_logs=False,
    flow_logs=False,
    dead_letters=False,
    concurrency=0,
    managed_policies=False,
    redis_replicas=0,
    redis_port=6379,
    rotation_days=0,
    memcached_nodes=1,
    memcached_port=11211,
    auth_required=False,
    web_acl=False,
    client_certificate=False,
    closed_default_group=False,
    alarms=False,
    termination_protection=False,
    packs=(),
    linters=False,
)
PRODUCTION = replace(
    DEV,
    name="production",
    removal="retain",
    backup_days=7,
    log_retention_days=90,
    access_logs=True,
    flow_logs=True,
    dead_letters=True,
    redis_replicas=1,
    memcached_nodes=2,
    packs=(AWS_SOLUTIONS, SERVERLESS),
)
REGULATED = replace(
    PRODUCTION,
    name="regulated",
    backup_days=35,
    log_retention_days=365,
    customer_key=True,
    concurrency=50,
    managed_policies=True,
    redis_port=6380,
    rotation_days=30,
    memcached_port=11212,
    auth_required=True,
    web_acl=True,
    client_certificate=True,
    closed_default_group=True,
    alarms=True,
    termination_protection=True,
    packs=(AWS_SOLUTIONS, SERVERLESS, NIST, HIPAA, PCI),
    linters=True,
)
ALL = (DEV, PRODUCTION, REGULATED)
