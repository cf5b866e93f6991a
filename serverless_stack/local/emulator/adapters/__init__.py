"""Patches that make MiniStack behave like AWS: see the README of this folder."""

from ..engines.manager import EngineManager
from ..process_guard import ProcessGuard
from ..settings import Settings
from . import (
    aliases,
    api_callers,
    api_limits,
    api_logs,
    api_owners,
    api_policies,
    apigateway,
    async_invocations,
    canaries,
    cloudfront,
    continuous_deployment,
    credentials,
    dropped_properties,
    ec2,
    elasticache,
    event_filters,
    field_encryption,
    foreign_types,
    function_updates,
    functions,
    http_proxies,
    iam_groups,
    log_deliveries,
    mapping_templates,
    missing_objects,
    mock_integrations,
    object_copies,
    origin_access_identities,
    queue_triggers,
    releases,
    request_models,
    resource_types,
    rest_routes,
    rotation,
    s3,
    s3_ageing,
    s3_features,
    s3_replication,
    serverless_cache,
    service_integrations,
    signing_keys,
    stack_outputs,
    stage_cache,
    stages,
    stream_consumers,
    stream_triggers,
    target_groups,
    time_zones,
    trust_stores,
    web_acls,
)


def apply_patches(settings: Settings, guard: ProcessGuard, manager: EngineManager) -> None:
    """Apply all patches: once, before the first request."""
    credentials.apply(settings.key)
    s3.apply()
    s3_features.apply()
    s3_replication.apply()
    s3_ageing.apply()
    missing_objects.apply()
    object_copies.apply()
    ec2.apply()
    dropped_properties.apply()
    elasticache.apply(manager)
    serverless_cache.apply(manager)
    functions.apply(settings, guard)
    function_updates.apply()
    aliases.apply()
    releases.apply()
    apigateway.apply()
    api_owners.apply()
    rest_routes.apply()
    stages.apply()
    http_proxies.apply()
    mapping_templates.apply()
    request_models.apply()
    api_callers.apply(settings.key)
    api_limits.apply()
    stage_cache.apply(settings.key)
    mock_integrations.apply()
    canaries.apply()
    api_policies.apply()
    api_logs.apply()
    cloudfront.apply()
    target_groups.apply()
    continuous_deployment.apply()
    signing_keys.apply()
    trust_stores.apply()
    field_encryption.apply()
    iam_groups.apply()
    foreign_types.apply()
    stack_outputs.apply()
    log_deliveries.apply()
    rotation.apply()
    web_acls.apply()
    origin_access_identities.apply()
    service_integrations.apply()
    async_invocations.apply()
    event_filters.apply()
    queue_triggers.apply()
    stream_triggers.apply()
    stream_consumers.apply()
    time_zones.apply()
    resource_types.apply(settings)
