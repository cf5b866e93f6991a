"""Patches that make MiniStack behave like AWS: see the README of this folder."""

from ..engines.manager import EngineManager
from ..process_guard import ProcessGuard
from ..settings import Settings
from . import (
    api_owners,
    apigateway,
    cloudfront,
    credentials,
    dropped_properties,
    ec2,
    elasticache,
    foreign_types,
    functions,
    iam_groups,
    missing_objects,
    origin_access_identities,
    resource_types,
    rotation,
    s3,
    serverless_cache,
    service_integrations,
    stages,
    web_acls,
)


def apply_patches(settings: Settings, guard: ProcessGuard, manager: EngineManager) -> None:
    """Apply all patches: once, before the first request."""
    credentials.apply(settings.key)
    s3.apply()
    missing_objects.apply()
    ec2.apply()
    dropped_properties.apply()
    elasticache.apply(manager)
    serverless_cache.apply(manager)
    functions.apply(settings, guard)
    apigateway.apply()
    api_owners.apply()
    stages.apply()
    cloudfront.apply()
    iam_groups.apply()
    foreign_types.apply()
    rotation.apply()
    web_acls.apply()
    origin_access_identities.apply()
    service_integrations.apply()
    resource_types.apply(settings)
