"""Rules on stages and deployments of REST APIs."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.registry import (
    Problem,
    between,
    judged,
    must,
    rule,
    template_rule,
)
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.services.apigateway import limits as values

STAGE = "AWS::ApiGateway::Stage"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
METHOD = "AWS::ApiGateway::Method"
_QUOTAS = "Amazon API Gateway quotas"
_CACHE = "Cache settings for REST APIs in API Gateway"
_LOGGING = "Set up CloudWatch logging for REST APIs in API Gateway"
_METHOD_SETTING = "MethodSetting (Amazon API Gateway API Reference)"
_VARIABLES = "Use stage variables for a REST API in API Gateway"
_VARIABLE_NAME = re.compile(r"\w+", re.ASCII)
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")
_LOG_TARGETS = re.compile(
    r"arn:[^:]*:(logs:[^:]*:[^:]*:log-group:|firehose:[^:]*:[^:]*:deliverystream/)"
)


def settings(stage: Resource) -> list[str]:
    """The paths of the settings of methods."""
    if stage.type == DEPLOYMENT:
        return ["StageDescription", *stage.paths("StageDescription.MethodSettings")]
    return stage.paths("MethodSettings")


@rule("AG-001", STAGE, DEPLOYMENT, page="Stage (Amazon API Gateway API Reference)")
def stage_name(stage: Resource) -> Iterator[Problem]:
    """The name of a stage."""
    yield from judged(stage, "StageName", values.stage_name_problems)


@rule("AG-002", STAGE, DEPLOYMENT, page=_CACHE)
def cache_size(stage: Resource) -> Iterator[Problem]:
    """The cache of a stage has one of some sizes."""
    for path in ("CacheClusterSize", "StageDescription.CacheClusterSize"):
        size = stage.get(path)
        if isinstance(size, int | float | str):
            for message in values.cache_size_problems(str(size), path):
                yield Problem(path, size, message)


@rule("AG-003", STAGE, DEPLOYMENT, page=_CACHE)
def cache_time(stage: Resource) -> Iterator[Problem]:
    """The cache keeps an answer for an hour at most."""
    for path in settings(stage):
        name = f"{path}.CacheTtlInSeconds"
        yield from between(stage, name, *values.CACHE_TTL_SECONDS, "seconds")


@rule("AG-004", STAGE, DEPLOYMENT, "AWS::ApiGateway::UsagePlan", page=_QUOTAS)
def throttling(resource: Resource) -> Iterator[Problem]:
    """Rates are not negative."""
    names = [
        f"{path}.{name}"
        for path in settings(resource)
        for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit")
    ]
    names += [f"Throttle.{name}" for name in ("RateLimit", "BurstLimit")]
    for name in names:
        value = resource.number(name)
        if value is not None and value < 0:
            yield must(name, "be 0 or more", int(value) if value == int(value) else value, 0)
    rate, burst = resource.number("Throttle.RateLimit"), resource.get("Throttle.BurstLimit")
    if rate is not None and burst is None:
        yield must("Throttle.BurstLimit", "be given with a `RateLimit`", None, int(rate))


@rule("AG-005", STAGE, page=_LOGGING)
def access_log_format(stage: Resource) -> Iterator[Problem]:
    """A line of the access log tells its request."""
    yield from judged(stage, "AccessLogSetting.Format", values.access_log_format_problems)
    has_format = stage.get("AccessLogSetting.Format") is not None
    has_target = stage.get("AccessLogSetting.DestinationArn") is not None
    if has_format != has_target:
        missing = "DestinationArn" if has_format else "Format"
        yield must(f"AccessLogSetting.{missing}", "be given for an access log", None)


@rule("AG-006", STAGE, "AWS::ApiGatewayV2::Stage", page=_LOGGING)
def access_log_target(stage: Resource) -> Iterator[Problem]:
    """An access log goes to a log group or a delivery stream, by its ARN."""
    place = "AccessLogSetting" if stage.type == STAGE else "AccessLogSettings"
    path = f"{place}.DestinationArn"
    found, target = stage.get(path), stage.reference(path)
    if isinstance(found, Reference) and target is not None:
        by_name = target.type in ("AWS::Logs::LogGroup", "AWS::KinesisFirehose::DeliveryStream")
        if by_name and not found.attribute:
            yield must(path, f"be the `Arn` of {target.logical_id}", "its name", "its `Arn`")
        stream = target.text("DeliveryStreamName")
        if stream is not None and not stream.startswith("amazon-apigateway-"):
            wanted = "be a stream whose name begins with amazon-apigateway-"
            yield must(path, wanted, stream, f"amazon-apigateway-{stream}")
    arn = stage.text(path)
    if arn is not None and not _LOG_TARGETS.match(arn):
        yield must(path, "be the ARN of a log group or a delivery stream", arn)
    elif arn is not None and ":firehose:" in arn and "/amazon-apigateway-" not in arn:
        yield must(path, "be a stream whose name begins with amazon-apigateway-", arn)


@rule("AG-007", STAGE, page=_METHOD_SETTING)
def setting_paths(stage: Resource) -> Iterator[Problem]:
    """The settings of methods are told by path and verb."""
    for path in settings(stage):
        resource = stage.get(f"{path}.ResourcePath")
        if isinstance(resource, str) and resource[:1] not in ("/", "$", "{"):
            yield must(f"{path}.ResourcePath", "begin with a slash", resource, f"/{resource}")


@rule("AG-008", STAGE, page=_CACHE, severity=Severity.WARNING)
def cache_without_cluster(stage: Resource) -> Iterator[Problem]:
    """Methods are cached by a stage that has a cache."""
    enabled = stage.get("CacheClusterEnabled")
    for path in settings(stage):
        if stage.boolean(f"{path}.CachingEnabled") and enabled in (None, False, "false"):
            wanted = "go with `CacheClusterEnabled`"
            yield must(f"{path}.CachingEnabled", wanted, True, "false")


@rule("AG-009", STAGE, page=_VARIABLES)
def variables(stage: Resource) -> Iterator[Problem]:
    """Stage variables have names and values of some characters."""
    for name, value in stage.mapping("Variables").items():
        if not _VARIABLE_NAME.fullmatch(str(name)):
            yield must("Variables", "have names of letters, digits and underscores", name)
        known = isinstance(value, str) and not is_unresolved(value)
        if known and not _VARIABLE_VALUE.fullmatch(str(value)):
            wanted = "have letters, digits and -._~:/?#&=, only"
            yield must(f"Variables.{name}", wanted, value)


@rule("AG-010", STAGE, page="Set up an API Gateway canary release deployment")
def canary(stage: Resource) -> Iterator[Problem]:
    """A canary gets a share of the traffic."""
    yield from between(stage, "CanarySetting.PercentTraffic", 0, 100, "per cent")


@template_rule("AG-011", page="AWS::ApiGateway::Deployment")
def stage_made_twice(template: Template) -> Iterator[Problem]:
    """A deployment that names a stage makes it."""
    made: dict[tuple[object, str], str] = {}
    for resource in template.of_type(DEPLOYMENT, STAGE):
        api, name = resource.get("RestApiId"), resource.text("StageName")
        key = api.logical_id if isinstance(api, Reference) else resource.text("RestApiId")
        if name is None or key is None or "Condition" in resource.attributes:
            continue
        first = made.setdefault((key, name), resource.logical_id)
        if first != resource.logical_id:
            wanted = f"be another stage than that of {first}"
            yield must("StageName", wanted, name, resource=resource.logical_id)
