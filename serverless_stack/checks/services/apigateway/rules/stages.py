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
_LOG_TARGETS = re.compile(
    r"arn:[^:]*:(logs:[^:]*:[^:]*:log-group:|firehose:[^:]*:[^:]*:deliverystream/)"
)


def settings(stage: Resource) -> list[str]:
    """Return the paths of the settings of methods."""
    if stage.type == DEPLOYMENT:
        return ["StageDescription", *stage.paths("StageDescription.MethodSettings")]
    return stage.paths("MethodSettings")


@RULES.resource(
    "APIGATEWAY-001", STAGE, DEPLOYMENT, page="Stage (Amazon API Gateway API Reference)"
)
def stage_name(stage: Resource) -> Iterator[Violation]:
    """`StageName` must have 1 to 128 letters, digits, hyphens and underscores.

    API Gateway refuses to create the stage or deployment otherwise. The name becomes the first part
    of the URL's path: choose a short one, such as `prod`.
    """
    yield from check_text(stage, "StageName", values.stage_name_problems)


@RULES.resource("APIGATEWAY-002", STAGE, DEPLOYMENT, page=_CACHE)
def cache_size(stage: Resource) -> Iterator[Violation]:
    """`CacheClusterSize` must be a size that API Gateway offers.

    The deployment fails for any other size. Use one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 and 237
    GB.
    """
    for path in ("CacheClusterSize", "StageDescription.CacheClusterSize"):
        size = stage.get(path)
        if isinstance(size, int | float | str):
            for message in values.cache_size_problems(str(size), path):
                yield Violation(path, size, message)


@RULES.resource("APIGATEWAY-003", STAGE, DEPLOYMENT, page=_CACHE)
def cache_time(stage: Resource) -> Iterator[Violation]:
    """`CacheTtlInSeconds` must be between 0 and 3600 seconds.

    API Gateway refuses a longer time to live for the stage cache. Cache longer in CloudFront or in
    the client by a `Cache-Control` header.
    """
    for path in settings(stage):
        name = f"{path}.CacheTtlInSeconds"
        yield from check_range(stage, name, *values.CACHE_TTL_SECONDS, "seconds")


@RULES.resource("APIGATEWAY-004", STAGE, DEPLOYMENT, "AWS::ApiGateway::UsagePlan", page=_QUOTAS)
def throttling(resource: Resource) -> Iterator[Violation]:
    """Throttling limits must not be negative, and a rate requires a burst.

    API Gateway refuses negative limits, and a usage plan with a `RateLimit` but no `BurstLimit`.
    Set both, or leave out both.
    """
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
        yield violation("Throttle.BurstLimit", "be set with a `RateLimit`", None, int(rate))


@RULES.resource("APIGATEWAY-005", STAGE, page=_LOGGING)
def access_log_format(stage: Resource) -> Iterator[Violation]:
    """`AccessLogSetting` must have a destination and a format with the request id.

    API Gateway refuses an access log without a `DestinationArn` or `Format`, or with a format that
    does not contain `$context.requestId` or `$context.extendedRequestId`. Add what is missing.
    """
    yield from check_text(stage, "AccessLogSetting.Format", values.access_log_format_problems)
    has_format = stage.get("AccessLogSetting.Format") is not None
    has_target = stage.get("AccessLogSetting.DestinationArn") is not None
    if has_format != has_target:
        missing = "DestinationArn" if has_format else "Format"
        yield violation(f"AccessLogSetting.{missing}", "be set for an access log", None)


@RULES.resource("APIGATEWAY-006", STAGE, "AWS::ApiGatewayV2::Stage", page=_LOGGING)
def access_log_target(stage: Resource) -> Iterator[Violation]:
    """`DestinationArn` must be the ARN of a log group or delivery stream.

    The deployment fails if the access log's destination is a name, another kind of resource, or a
    Firehose stream whose name does not begin with `amazon-apigateway-`. Refer to the `Arn`
    attribute, and rename the stream.
    """
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
    """`ResourcePath` must begin with a slash.

    API Gateway does not find the method of a setting otherwise, and refuses the stage. Write
    `/orders`, or `/*` for all methods.
    """
    for path in settings(stage):
        resource = stage.get(f"{path}.ResourcePath")
        if isinstance(resource, str) and resource[:1] not in ("/", "$", "{"):
            yield violation(f"{path}.ResourcePath", "begin with a slash", resource, f"/{resource}")


@RULES.resource("APIGATEWAY-008", STAGE, page=_CACHE, severity=Severity.WARNING)
def cache_without_cluster(stage: Resource) -> Iterator[Violation]:
    """`CachingEnabled` requires `CacheClusterEnabled` on the stage.

    The stage deploys, but nothing is cached without a cache cluster. Enable the cluster, which is
    billed by the hour, or turn caching off.
    """
    enabled = stage.get("CacheClusterEnabled")
    for path in settings(stage):
        if stage.boolean(f"{path}.CachingEnabled") and enabled in (None, False, "false"):
            requirement = "be used with `CacheClusterEnabled`"
            yield violation(f"{path}.CachingEnabled", requirement, True, "false")


@RULES.resource("APIGATEWAY-009", STAGE, page=_VARIABLES)
def variables(stage: Resource) -> Iterator[Violation]:
    """`Variables` must have names and values of the allowed characters.

    API Gateway refuses the stage if a name has other characters than letters, digits and
    underscores, or a value other ones than letters, digits and `-._~:/?#&=,`. Encode the value, or
    pass it in another way.
    """
    for name, value in stage.mapping("Variables").items():
        if not values.VARIABLE_NAME.fullmatch(str(name)):
            yield violation("Variables", "have names of letters, digits and underscores", name)
        is_known = isinstance(value, str) and not is_unresolved(value)
        if is_known and not values.VARIABLE_VALUE.fullmatch(str(value)):
            yield violation(f"Variables.{name}", "have letters, digits and -._~:/?#&=, only", value)


@RULES.resource("APIGATEWAY-010", STAGE, page="Set up an API Gateway canary release deployment")
def canary(stage: Resource) -> Iterator[Violation]:
    """`PercentTraffic` must be between 0 and 100 percent.

    API Gateway refuses a canary release with any other share of the traffic.
    """
    yield from check_range(stage, "CanarySetting.PercentTraffic", 0, 100, "percent")


@RULES.resource("APIGATEWAY-013", STAGE, DEPLOYMENT, page=_METHOD_SETTING)
def settings_of_any(stage: Resource) -> Iterator[Violation]:
    """`HttpMethod` of method settings must not be ANY.

    API Gateway has settings for single verbs and for `*`. It refuses ANY, although a method may
    have it. List the verbs.
    """
    for path in settings(stage):
        if stage.text(f"{path}.HttpMethod") == "ANY":
            yield violation(f"{path}.HttpMethod", "be a verb or *", "ANY", "*")


@RULES.template("APIGATEWAY-011", page="AWS::ApiGateway::Deployment")
def stage_made_twice(template: Template) -> Iterator[Violation]:
    """`StageName` must be unique within a REST API.

    A deployment with a `StageName` creates that stage, so that a stage resource of the same name
    fails because it already exists. Leave `StageName` out of the deployment.
    """
    made: dict[tuple[object, str], str] = {}
    for resource in template.of_type(DEPLOYMENT, STAGE):
        api, name = resource.get("RestApiId"), resource.text("StageName")
        key = api.logical_id if isinstance(api, Reference) else resource.text("RestApiId")
        if name is None or key is None or "Condition" in resource.attributes:
            continue
        first = made.setdefault((key, name), resource.logical_id)
        if first != resource.logical_id:
            requirement = f"differ from that of {first}"
            yield violation("StageName", requirement, name, resource=resource.logical_id)
