"""The stages of an API: their names, and settings of their methods."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypedDict

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.caching import ApiCache
from serverless_stack.constructs.api.logs import ACCESS_LOG_FORMAT
from serverless_stack.constructs.api.throttling import Throttle


def stage_names(stages: str | Sequence[str]) -> list[str]:
    """Return the names of the stages.

    Args:
        stages: One name, or several.
    """
    return [stages] if isinstance(stages, str) else list(stages)


def stages_problems(stages: str | Sequence[str]) -> list[str]:
    """Check the names of the stages.

    Args:
        stages: One name, or several.

    Returns:
        One message per problem.
    """
    problems = Problems()
    names = stage_names(stages)
    problems.require(names, "`stages` must have at least one name, got: none")
    for name in names:
        problems.add(rules.stage_name_problems(name, "stages"))
        if is_unresolved(name):
            problems.fail(
                "`stages` must be known at synthesis, because CDK makes ids of them, got: a token"
            )
    for name in repeated(names):
        problems.fail(f"`stages` must not repeat a name, got: {name!r} more than once")
    return problems.messages


class StageSettings(TypedDict):
    """The settings of a stage, as arguments of ``StageOptions`` and ``Stage``."""

    throttling_rate_limit: float
    throttling_burst_limit: int
    tracing_enabled: bool
    access_log_destination: apigateway.IAccessLogDestination | None
    access_log_format: apigateway.AccessLogFormat | None
    logging_level: apigateway.MethodLoggingLevel | None
    data_trace_enabled: bool | None
    cache_cluster_enabled: bool | None
    cache_cluster_size: str | None
    cache_data_encrypted: bool | None
    cache_ttl: Duration | None
    caching_enabled: bool | None


def stage_settings(
    throttle: Throttle,
    cache: ApiCache | None,
    group: logs.ILogGroup | None,
) -> StageSettings:
    """Return the settings that all stages of an API have.

    Args:
        throttle: How many requests all callers together may send.
        cache: The cache, or None.
        group: The log group of the access log, or None.
    """
    return {
        "throttling_rate_limit": throttle.rate,
        "throttling_burst_limit": throttle.burst,
        "tracing_enabled": True,
        "access_log_destination": apigateway.LogGroupLogDestination(group) if group else None,
        "access_log_format": ACCESS_LOG_FORMAT if group else None,
        "logging_level": apigateway.MethodLoggingLevel.ERROR if group else None,
        "data_trace_enabled": False if group else None,
        "cache_cluster_enabled": True if cache else None,
        "cache_cluster_size": cache.size_gb if cache else None,
        "cache_data_encrypted": True if cache else None,
        "cache_ttl": cache.ttl if cache else None,
        "caching_enabled": True if cache else None,
    }


def add_stage(
    api: apigateway.RestApi, name: str, settings: StageSettings, variables: Mapping[str, str]
) -> apigateway.Stage:
    """Add a stage with the deployment of the API.

    Args:
        api: The API.
        name: The name of the stage.
        settings: Its settings.
        variables: Its variables.

    Raises:
        ValueError: If the API has no deployment.
    """
    if api.latest_deployment is None:
        raise ValueError(f"{path_of(api)} must have a deployment, got: none")
    return apigateway.Stage(
        api,
        f"Stage.{name}",
        deployment=api.latest_deployment,
        stage_name=name,
        variables=variables or None,
        **settings,
    )


class MethodSettings:
    """Settings of single methods, on every stage of an API.

    A method with settings of its own inherits none of the stage's, so each has all of them.

    Args:
        stages: The stages. Their settings for all methods are the first of each.
        settings: The settings of the stages.
    """

    def __init__(self, stages: Sequence[apigateway.Stage], settings: StageSettings) -> None:
        self._stages = stages
        self._places: dict[tuple[str, str], int] = {}
        inherited = {
            "ThrottlingRateLimit": settings["throttling_rate_limit"],
            "ThrottlingBurstLimit": settings["throttling_burst_limit"],
            "LoggingLevel": settings["logging_level"] and settings["logging_level"].name,
            "DataTraceEnabled": False,
            "CachingEnabled": settings["caching_enabled"],
            "CacheDataEncrypted": settings["cache_data_encrypted"],
            "CacheTtlInSeconds": settings["cache_ttl"] and settings["cache_ttl"].to_seconds(),
        }
        self._inherited = {name: value for name, value in inherited.items() if value is not None}

    def has(self, verb: str, path: str) -> bool:
        """Return whether a method has settings of its own.

        Args:
            verb: Its verb.
            path: Its path, with a slash at its beginning.
        """
        return (verb, path) in self._places

    def add(self, verb: str, path: str, settings: Mapping[str, object]) -> None:
        """Add the settings of one method, or replace them.

        Args:
            verb: Its verb; not ``ANY``, of which API Gateway knows no settings.
            path: Its path, with a slash at its beginning.
            settings: The settings, by their names in ``AWS::ApiGateway::Stage MethodSetting``.
        """
        escaped = "/" if path == "/" else "/" + path.replace("/", "~1")
        setting = {**self._inherited, **settings, "HttpMethod": verb, "ResourcePath": escaped}
        place = self._places.setdefault((verb, path), len(self._places) + 1)
        for stage in self._raw_stages:
            stage.add_property_override(f"MethodSettings.{place}", setting)

    @cached_property
    def _raw_stages(self) -> list[apigateway.CfnStage]:
        return [default_child(stage, apigateway.CfnStage) for stage in self._stages]
