"""Rules that several resources of ElastiCache share."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits.common import (
    PORT,
    nearest_node_type,
    node_family_problems,
    node_type_problems,
    topic_problems,
)
from serverless_stack.checks.services.elasticache.rules.reading import (
    CLUSTER,
    GLOBAL,
    GROUP,
    PARAMETERS,
    SECURITY,
    SERVERLESS,
    SUBNETS,
    USER,
    USERS,
    is_whole,
    known_text,
    texts,
)

RULES = RuleList()

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    GROUP: ("ReplicationGroupDescription",),
    CLUSTER: ("CacheNodeType", "Engine", "NumCacheNodes"),
    SERVERLESS: ("Engine", "ServerlessCacheName"),
    PARAMETERS: ("CacheParameterGroupFamily", "Description"),
    SUBNETS: ("Description",),
    USER: ("Engine", "UserId", "UserName"),
    USERS: ("Engine", "UserGroupId", "UserIds"),
    GLOBAL: ("Members",),
}
_ENGINES = ("redis", "valkey")
_ONE_OF: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    GROUP: {
        "ClusterMode": ("enabled", "disabled", "compatible"),
        "IpDiscovery": ("ipv4", "ipv6"),
        "NetworkType": ("ipv4", "ipv6", "dual_stack"),
        "TransitEncryptionMode": ("preferred", "required"),
    },
    CLUSTER: {
        "AZMode": ("single-az", "cross-az"),
        "IpDiscovery": ("ipv4", "ipv6"),
        "NetworkType": ("ipv4", "ipv6", "dual_stack"),
    },
    SERVERLESS: {"NetworkType": ("ipv4", "ipv6", "dual_stack")},
    USER: {
        "AuthenticationMode.Type": ("password", "iam", "no-password-required"),
        "Engine": _ENGINES,
    },
    USERS: {"Engine": _ENGINES},
}
_UNIQUE: Final[Mapping[str, tuple[str, ...]]] = {
    GROUP: ("SecurityGroupIds", "SnapshotArns", "UserGroupIds"),
    CLUSTER: ("VpcSecurityGroupIds",),
    SERVERLESS: ("SecurityGroupIds", "SnapshotArnsToRestore", "SubnetIds"),
    USERS: ("UserIds",),
}
_RETIRED = "be absent: EC2-Classic, which had such groups, is retired"


@RULES.resource("ELASTICACHE-028", *_REQUIRED, page="Amazon ElastiCache resource type reference")
def required(resource: Resource) -> Iterator[Violation]:
    """Required properties must be set.

    CloudFormation or ElastiCache refuses the resource otherwise.
    """
    for path in _REQUIRED[resource.type] if is_whole(resource) else ():
        value = resource.get(path)
        if value is None or value == "" or value == []:
            yield violation(path, "be set", value)


@RULES.resource("ELASTICACHE-029", *_ONE_OF, page="Amazon ElastiCache resource type reference")
def one_of(resource: Resource) -> Iterator[Violation]:
    """Enum properties must have an allowed value.

    ElastiCache refuses other values, also in another case.
    """
    for path, accepted in _ONE_OF[resource.type].items():
        value = known_text(resource, path)
        if value and value not in accepted:
            nearest = value.lower() if value.lower() in accepted else None
            yield violation(path, f"be one of {', '.join(accepted)}", value, nearest)


@RULES.resource("ELASTICACHE-030", GROUP, CLUSTER, GLOBAL, page="Supported node types")
def node_type(resource: Resource) -> Iterator[Violation]:
    """`CacheNodeType` must be a node type that exists.

    ElastiCache refuses unknown families and sizes. Write `cache.t4g.micro`.
    """
    name = known_text(resource, "CacheNodeType")
    if not name:
        return
    nearest = nearest_node_type(name)
    messages = node_type_problems(name, "CacheNodeType")
    yield from findings_from(resource, messages, {"CacheNodeType": nearest} if nearest else None)


@RULES.resource(
    "ELASTICACHE-074",
    *(GROUP, CLUSTER, GLOBAL),
    page="Supported node types",
    severity=Severity.WARNING,
)
def node_family(resource: Resource) -> Iterator[Violation]:
    """`CacheNodeType` must be of a family that ElastiCache has.

    ElastiCache refuses node types of other services, such as `cache.m6i.large`. The family may be
    newer than this version of the rules.
    """
    name = known_text(resource, "CacheNodeType")
    yield from findings_from(resource, node_family_problems(name, "CacheNodeType"))


@RULES.resource("ELASTICACHE-031", GROUP, CLUSTER, page="CreateReplicationGroup")
def port(resource: Resource) -> Iterator[Violation]:
    """`Port` must be between 1 and 65535.

    ElastiCache refuses other ports. The default is 6379, for Memcached 11211.
    """
    yield from check_range(resource, "Port", *PORT)


@RULES.resource(
    "ELASTICACHE-032", GROUP, CLUSTER, page="Managing ElastiCache Amazon SNS notifications"
)
def topic(resource: Resource) -> Iterator[Violation]:
    """`NotificationTopicArn` must be the ARN of a standard topic.

    ElastiCache refuses FIFO topics and names.
    """
    arn = known_text(resource, "NotificationTopicArn")
    if arn:
        yield from findings_from(resource, topic_problems(arn, "NotificationTopicArn"))
    known = resource.reference("NotificationTopicArn")
    if known is not None and known.type == "AWS::SNS::Topic" and known.boolean("FifoTopic"):
        yield violation("NotificationTopicArn", "be a standard topic", known.logical_id)


@RULES.resource("ELASTICACHE-035", GROUP, CLUSTER, page="Security groups: EC2-Classic")
def classic(resource: Resource) -> Iterator[Violation]:
    """Caches must use VPC security groups.

    EC2-Classic is retired, and with it ElastiCache's own security groups. Set the security groups
    of the VPC.
    """
    if resource.items("CacheSecurityGroupNames"):
        yield violation(
            "CacheSecurityGroupNames", _RETIRED, len(resource.items("CacheSecurityGroupNames"))
        )


@RULES.resource(
    "ELASTICACHE-036",
    SECURITY,
    "AWS::ElastiCache::SecurityGroupIngress",
    page="Security groups: EC2-Classic",
)
def classic_group(resource: Resource) -> Iterator[Violation]:
    """Cache security groups must not be created.

    EC2-Classic is retired, and ElastiCache refuses its security groups. Use
    `AWS::EC2::SecurityGroup`.
    """
    yield violation("Type", _RETIRED, resource.type, "AWS::EC2::SecurityGroup")


@RULES.resource("ELASTICACHE-037", GROUP, SERVERLESS, page="At-Rest Encryption in ElastiCache")
def key(resource: Resource) -> Iterator[Violation]:
    """`KmsKeyId` must be an enabled symmetric key.

    ElastiCache refuses asymmetric and disabled keys.
    """
    known = resource.reference("KmsKeyId")
    if known is None or known.type != "AWS::KMS::Key":
        return
    spec = known_text(known, "KeySpec")
    if spec and spec != "SYMMETRIC_DEFAULT":
        yield violation("KmsKeyId", "be a symmetric key", f"{known.logical_id} ({spec})")
    if known.boolean("Enabled") is False:
        yield violation("KmsKeyId", "be a key that is enabled", known.logical_id)


@RULES.resource("ELASTICACHE-071", *_UNIQUE, page="Amazon ElastiCache resource type reference")
def unique(resource: Resource) -> Iterator[Violation]:
    """Lists of ids must not have repeated items.

    ElastiCache refuses repeated security groups, subnets, users and snapshots.
    """
    for path in _UNIQUE[resource.type]:
        named = [
            f"{entry.logical_id}.{entry.attribute}" if isinstance(entry, Reference) else entry
            for entry in texts(resource, path)
        ]
        twice = sorted(repeated(named))
        if twice:
            yield violation(path, "not repeat an item", ", ".join(twice).rstrip("."))
