"""Rules on physical names, which must be unique."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from serverless_stack.checks.cross_service.distributions import DISTRIBUTION
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_PAGE: Final = "Name type"
_ALIASES: Final = "DistributionConfig.Aliases"


class _Name(NamedTuple):
    """The property with the name of a type, and where no other may have it.

    `scope` is ``everywhere``, ``account`` or ``region`` (of an account); `also` is a property
    whose values part the names.
    """

    property: str
    scope: str = "region"
    also: str = ""


_NAMES: Final = {
    f"AWS::{type_}": name
    for type_, name in {
        "ApiGateway::ApiKey": _Name("Name"),
        "CloudFront::CachePolicy": _Name("CachePolicyConfig.Name", "account"),
        "CloudFront::Function": _Name("Name", "account"),
        "CloudFront::KeyGroup": _Name("KeyGroupConfig.Name", "account"),
        "CloudFront::OriginAccessControl": _Name("OriginAccessControlConfig.Name", "account"),
        "CloudFront::OriginRequestPolicy": _Name("OriginRequestPolicyConfig.Name", "account"),
        "CloudFront::ResponseHeadersPolicy": _Name("ResponseHeadersPolicyConfig.Name", "account"),
        "CloudWatch::Alarm": _Name("AlarmName"),
        "CloudWatch::Dashboard": _Name("DashboardName", "account"),
        "DynamoDB::Table": _Name("TableName"),
        "ECR::Repository": _Name("RepositoryName"),
        "ElastiCache::CacheCluster": _Name("ClusterName"),
        "ElastiCache::ReplicationGroup": _Name("ReplicationGroupId"),
        "ElastiCache::ServerlessCache": _Name("ServerlessCacheName"),
        "ElastiCache::SubnetGroup": _Name("CacheSubnetGroupName"),
        "ElastiCache::User": _Name("UserId"),
        "ElastiCache::UserGroup": _Name("UserGroupId"),
        "Events::EventBus": _Name("Name"),
        "IAM::Group": _Name("GroupName", "account"),
        "IAM::InstanceProfile": _Name("InstanceProfileName", "account"),
        "IAM::ManagedPolicy": _Name("ManagedPolicyName", "account"),
        "IAM::Role": _Name("RoleName", "account"),
        "IAM::User": _Name("UserName", "account"),
        "KMS::Alias": _Name("AliasName"),
        "Kinesis::Stream": _Name("Name"),
        "Lambda::Function": _Name("FunctionName"),
        "Logs::LogGroup": _Name("LogGroupName"),
        "RDS::DBCluster": _Name("DBClusterIdentifier"),
        "RDS::DBInstance": _Name("DBInstanceIdentifier"),
        "S3::Bucket": _Name("BucketName", "everywhere"),
        "SNS::Topic": _Name("TopicName"),
        "SQS::Queue": _Name("QueueName"),
        "SSM::Parameter": _Name("Name"),
        "SecretsManager::Secret": _Name("Name"),
        "StepFunctions::StateMachine": _Name("StateMachineName"),
        "WAFv2::IPSet": _Name("Name", also="Scope"),
        "WAFv2::WebACL": _Name("Name", also="Scope"),
    }.items()
}
_Key = tuple[object, ...]


@RULES.template("CROSS-SERVICE-070", page=_PAGE)
def in_a_template(template: Template) -> Iterator[Violation]:
    """Physical names must be unique within a template.

    The second resource fails because the name already exists. Leave names out, so that
    CloudFormation generates them.
    """
    seen: dict[_Key, str] = {}
    for resource, path, name, key in _named(template):
        first = seen.setdefault(key, resource.logical_id)
        # CLOUDFRONT-006 finds domain names within one template.
        if first != resource.logical_id and resource.type != DISTRIBUTION:
            yield violation(
                path, f"differ from that of {first}", name, resource=resource.logical_id
            )


@RULES.app("CROSS-SERVICE-071", page=_PAGE)
def everywhere(templates: Mapping[str, Template]) -> Iterator[Violation]:
    """Globally unique names must not be used by two stacks of an app.

    The second stack fails, because no two buckets, and no two distributions with a domain name, can
    have the same name in all of AWS.
    """
    yield from _twice(templates, ("everywhere",))


@RULES.app("CROSS-SERVICE-072", page=_PAGE, severity=Severity.WARNING)
def in_an_app(templates: Mapping[str, Template]) -> Iterator[Violation]:
    """Physical names must not be used by two stacks of an app.

    The second stack fails if both are deployed to one account and region. Leave names out, or add
    the stage to them.
    """
    yield from _twice(templates, ("account", "region"))


def _twice(templates: Mapping[str, Template], scopes: tuple[str, ...]) -> Iterator[Violation]:
    seen: dict[_Key, tuple[str, str]] = {}
    for template_name, template in templates.items():
        for resource, path, name, key in _named(template):
            scope = _scope(resource)
            if scope not in scopes:
                continue
            place = template.region if scope == "region" else None
            other, first = seen.setdefault((*key, place), (template_name, resource.logical_id))
            if other != template_name:
                within = {
                    "everywhere": "",
                    "account": ", if both are in one account",
                    "region": ", if both are in one account and region",
                }[scope]
                requirement = f"differ from that of {first} of {other}{within}"
                made = violation(path, requirement, name, resource=resource.logical_id)
                yield made._replace(template=template_name)


def _scope(resource: Resource) -> str:
    return "everywhere" if resource.type == DISTRIBUTION else _NAMES[resource.type].scope


def _named(template: Template) -> Iterator[tuple[Resource, str, str, _Key]]:
    """Yield the named resources that exist, unchanged, under all conditions."""
    for resource in template.of_type(*_NAMES):
        described = _NAMES[resource.type]
        name = resource.text(described.property)
        if name is None or not _is_sure(resource):
            continue
        also = resource.get(described.also) if described.also else None
        key = name.lower() if resource.type.startswith("AWS::IAM::") else name
        yield resource, described.property, name, (resource.type, key, str(also))
    for distribution in template.of_type(DISTRIBUTION):
        for number, alias in enumerate(distribution.items(_ALIASES)):
            name = distribution.text(f"{_ALIASES}.{number}")
            if name is not None and isinstance(alias, str) and _is_sure(distribution):
                alias_key = (DISTRIBUTION, name.lower(), "")
                yield distribution, f"{_ALIASES}.{number}", name, alias_key


def _is_sure(resource: Resource) -> bool:
    """Return whether a resource exists, unchanged, under all conditions."""
    condition = resource.attributes.get("Condition")
    held = condition is None or resource.template.resolver.condition(str(condition)) is True
    return held and resource.template.is_the_same(resource.logical_id)
