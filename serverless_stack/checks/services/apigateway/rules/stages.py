"""Rules on stages and deployments of REST APIs."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.engine.violations import Violation, check_range, check_text, violation
from serverless_stack.checks.services.apigateway import limits as values

RULES = RuleList()

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


@RULES.resource(
    "APIGATEWAY-001", STAGE, DEPLOYMENT, page="Stage (Amazon API Gateway API Reference)"
)
def stage_name(stage: Resource) -> Iterator[Violation]:
    """The name of a stage."""
    yield from check_text(stage, "StageName", values.stage_name_problems)


@RULES.resource("APIGATEWAY-002", STAGE, DEPLOYMENT, page=_CACHE)
def cache_size(stage: Resource) -> Iterator[Violation]:
    """The cache of a stage has one of some sizes."""
    for path in ("CacheClusterSize", "StageDescription.CacheClusterSize"):
        size = stage.get(path)
        if isinstance(size, int | float | str):
            for message in values.cache_size_problems(str(size), path):
                yield Violation(path, size, message)


@RULES.resource("APIGATEWAY-003", STAGE, DEPLOYMENT, page=_CACHE)
def cache_time(stage: Resource) -> Iterator[Violation]:
    """The cache keeps an answer for an hour at most."""
    for path in settings(stage):
        name = f"{path}.CacheTtlInSeconds"
        yield from check_range(stage, name, *values.CACHE_TTL_SECONDS, "seconds")


@RULES.resource("APIGATEWAY-004", STAGE, DEPLOYMENT, "AWS::ApiGateway::UsagePlan", page=_QUOTAS)
def throttling(resource: Resource) -> Iterator[Violation]:
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
            yield violation(name, "be 0 or more", int(value) if value == int(value) else value, 0)
    rate, burst = resource.number("Throttle.RateLimit"), resource.get("Throttle.BurstLimit")
    if rate is not None and burst is None:
        yield violation("Throttle.BurstLimit", "be given with a `RateLimit`", None, int(rate))


@RULES.resource("APIGATEWAY-005", STAGE, page=_LOGGING)
def access_log_format(stage: Resource) -> Iterator[Violation]:
    """A line of the access log tells its request."""
    yield from check_text(stage, "AccessLogSetting.Format", values.access_log_format_problems)
    has_format = stage.get("AccessLogSetting.Format") is not None
    has_target = stage.get("AccessLogSetting.DestinationArn") is not None
    if has_format != has_target:
        missing = "DestinationArn" if has_format else "Format"
        yield violation(f"AccessLogSetting.{missing}", "be given for an access log", None)


@RULES.resource("APIGATEWAY-006", STAGE, "AWS::ApiGatewayV2::Stage", page=_LOGGING)
def access_log_target(stage: Resource) -> Iterator[Violation]:
    """An access log goes to a log group or a delivery stream, by its ARN."""
    place = "AccessLogSetting" if stage.type == STAGE else "AccessLogSettings"
    path = f"{place}.DestinationArn"
    found, target = stage.get(path), stage.reference(path)
    if isinstance(found, Reference) and target is not None:
        by_name = target.type in ("AWS::Logs::LogGroup", "AWS::KinesisFirehose::DeliveryStream")
        if by_name and not found.attribute:
            yield violation(path, f"be the `Arn` of {target.logical_id}", "its name", "its `Arn`")
        stream = target.text("DeliveryStreamName")
        if stream is not None and not stream.startswith("amazon-apigateway-"):
            requirement = "be a stream whose name begins with amazon-apigateway-"
            yield violation(path, requirement, stream, f"amazon-apigateway-{stream}")
    arn = stage.text(path)
    if arn is not None and not _LOG_TARGETS.match(arn):
        yield violation(path, "be the ARN of a log group or a delivery stream", arn)
    elif arn is not None and ":firehose:" in arn and "/amazon-apigateway-" not in arn:
        yield violation(path, "be a stream whose name begins with amazon-apigateway-", arn)


@RULES.resource("APIGATEWAY-007", STAGE, page=_METHOD_SETTING)
def setting_paths(stage: Resource) -> Iterator[Violation]:
    """The settings of methods are told by path and verb."""
    for path in settings(stage):
        resource = stage.get(f"{path}.ResourcePath")
        if isinstance(resource, str) and resource[:1] not in ("/", "$", "{"):
            yield violation(f"{path}.ResourcePath", "begin with a slash", resource, f"/{resource}")


@RULES.resource("APIGATEWAY-008", STAGE, page=_CACHE, severity=Severity.WARNING)
def cache_without_cluster(stage: Resource) -> Iterator[Violation]:
    """Methods are cached by a stage that has a cache."""
    enabled = stage.get("CacheClusterEnabled")
    for path in settings(stage):
        if stage.boolean(f"{path}.CachingEnabled") and enabled in (None, False, "false"):
            requirement = "go with `CacheClusterEnabled`"
            yield violation(f"{path}.CachingEnabled", requirement, True, "false")


@RULES.resource("APIGATEWAY-009", STAGE, page=_VARIABLES)
def variables(stage: Resource) -> Iterator[Violation]:
    """Stage variables have names and values of some characters."""
    for name, value in stage.mapping("Variables").items():
        if not _VARIABLE_NAME.fullmatch(str(name)):
            yield violation("Variables", "have names of letters, digits and underscores", name)
        known = isinstance(value, str) and not is_unresolved(value)
        if known and not _VARIABLE_VALUE.fullmatch(str(value)):
            requirement = "have letters, digits and -._~:/?#&=, only"
            yield violation(f"Variables.{name}", requirement, value)


@RULES.resource("APIGATEWAY-010", STAGE, page="Set up an API Gateway canary release deployment")
def canary(stage: Resource) -> Iterator[Violation]:
    """A canary gets a share of the traffic."""
    yield from check_range(stage, "CanarySetting.PercentTraffic", 0, 100, "per cent")


@RULES.template("APIGATEWAY-011", page="AWS::ApiGateway::Deployment")
def stage_made_twice(template: Template) -> Iterator[Violation]:
    """A deployment that names a stage makes it."""
    made: dict[tuple[object, str], str] = {}
    for resource in template.of_type(DEPLOYMENT, STAGE):
        api, name = resource.get("RestApiId"), resource.text("StageName")
        key = api.logical_id if isinstance(api, Reference) else resource.text("RestApiId")
        if name is None or key is None or "Condition" in resource.attributes:
            continue
        first = made.setdefault((key, name), resource.logical_id)
        if first != resource.logical_id:
            requirement = f"be another stage than that of {first}"
            yield violation("StageName", requirement, name, resource=resource.logical_id)
