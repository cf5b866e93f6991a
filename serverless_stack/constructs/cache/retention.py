"""Retaining the resources that a retained cache depends on."""

from aws_cdk import CfnResource, RemovalPolicy
from constructs import Construct

from serverless_stack.constructs._internal.tree import node_of, path_of

_RETAINED_TYPES = (
    "AWS::EC2::SecurityGroup",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::ElastiCache::User",
    "AWS::ElastiCache::UserGroup",
    "AWS::SecretsManager::Secret",
)

_LEFT_ALONE = {"Vpc", "Rotation"}


def retain_dependencies(scope: Construct, removal_policy: RemovalPolicy) -> None:
    """Retain the resources that a retained cache depends on.

    A VPC below the cache and the functions that rotate secrets are left alone.

    Args:
        scope: The cache, or a user of it.
        removal_policy: The removal policy of the cache.
    """
    if removal_policy not in (RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE):
        return
    resources = [child for child in node_of(scope).find_all() if isinstance(child, CfnResource)]
    for resource in resources:
        below = path_of(resource).removeprefix(f"{path_of(scope)}/").split("/")
        if resource.cfn_resource_type in _RETAINED_TYPES and not _LEFT_ALONE & set(below):
            resource.apply_removal_policy(removal_policy)
