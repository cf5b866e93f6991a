"""Patches that make MiniStack behave like AWS: see the README of this folder."""

from ..engines.manager import EngineManager
from ..process_guard import ProcessGuard
from ..settings import Settings
from . import (
    aliases,
    api_logs,
    api_owners,
    apigateway,
    async_invocations,
    cloudfront,
    credentials,
    dropped_properties,
    ec2,
    elasticache,
    event_filters,
    foreign_types,
    functions,
    iam_groups,
    missing_objects,
    origin_access_identities,
    queue_triggers,
    releases,
    resource_types,
    s3,
    serverless_cache,
    service_integrations,
    stages,
    stream_consumers,
    stream_triggers,
    time_zones,
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
    aliases.apply()
    releases.apply()
    apigateway.apply()
    api_owners.apply()
    stages.apply()
    api_logs.apply()
    cloudfront.apply()
    iam_groups.apply()
    foreign_types.apply()
    origin_access_identities.apply()
    service_integrations.apply()
    async_invocations.apply()
    event_filters.apply()
    queue_triggers.apply()
    stream_triggers.apply()
    stream_consumers.apply()
    time_zones.apply()
    resource_types.apply(settings)
