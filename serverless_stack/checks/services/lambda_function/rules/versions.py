"""Rules on versions, aliases, concurrency and the URLs of functions."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation, check_range, violation
from serverless_stack.checks.services.lambda_function.rules.function import FUNCTION

RULES = RuleList()

_ALIAS = "AWS::Lambda::Alias"
_VERSION = "AWS::Lambda::Version"
_URL = "AWS::Lambda::Url"
_ALIASES = "Create an alias for a Lambda function"
_PROVISIONED = "Configuring provisioned concurrency for a function"
_URLS = "Creating and managing Lambda function URLs"
_ALIAS_NAME = re.compile(r"(?!\d+\Z)[a-zA-Z0-9_-]{1,128}")
_GRADUAL = ("CodeDeployDefault.LambdaCanary", "CodeDeployDefault.LambdaLinear")
_URL_METHODS = ("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*")
_PROVISIONED_PATHS = {
    _ALIAS: "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
    _VERSION: "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
}


@RULES.resource("LAMBDA-030", _ALIAS, page=_ALIASES)
def alias(alias: Resource) -> Iterator[Violation]:
    """Aliases must have a valid name and point to numbered versions.

    Lambda refuses names of digits only, routing from `$LATEST`, more than one additional version,
    and weights outside 0 to 1.
    """
    name = alias.text("Name")
    if name is not None and not _ALIAS_NAME.fullmatch(name):
        requirement = "have 1 to 128 letters, digits, hyphens and underscores, and not digits alone"
        yield violation("Name", requirement, name)
    version = alias.text("FunctionVersion")
    if version is not None and version != "$LATEST" and not version.isdecimal():
        yield violation("FunctionVersion", "be a number or $LATEST", version)
    weights = alias.paths("RoutingConfig.AdditionalVersionWeights")
    if weights and version == "$LATEST":
        yield violation("FunctionVersion", "be a number with a `RoutingConfig`", version)
    if len(weights) > 1:
        path = "RoutingConfig.AdditionalVersionWeights"
        yield violation(path, "have one version", len(weights), 1)
    for path in weights:
        other = alias.text(f"{path}.FunctionVersion")
        if other is not None and (other == version or not other.isdecimal()):
            yield violation(f"{path}.FunctionVersion", "be the number of another version", other)
        yield from check_range(alias, f"{path}.FunctionWeight", 0, 1)


@RULES.resource("LAMBDA-031", _ALIAS, _VERSION, page=_PROVISIONED)
def provisioned_concurrency(resource: Resource) -> Iterator[Violation]:
    """Provisioned concurrency requires a version, within the reserved concurrency.

    Lambda refuses it for `$LATEST`, below 1, above the function's reserved concurrency, and
    together with SnapStart.
    """
    path = _PROVISIONED_PATHS[resource.type]
    count = resource.number(path)
    if count is None:
        return
    if count < 1:
        yield violation(path, "be 1 or more", int(count), 1)
    if resource.text("FunctionVersion") == "$LATEST":
        yield violation("FunctionVersion", "be a number for provisioned concurrency", "$LATEST")
    function = resource.reference("FunctionName")
    if function is None or function.type != FUNCTION:
        return
    reserved = function.number("ReservedConcurrentExecutions")
    if reserved is not None and count > reserved:
        requirement = f"not be above the `ReservedConcurrentExecutions` of {function.logical_id}"
        yield violation(path, requirement, int(count), int(reserved))
    if function.text("SnapStart.ApplyOn") == "PublishedVersions":
        yield violation(path, f"be absent with the SnapStart of {function.logical_id}", int(count))


@RULES.resource("LAMBDA-032", FUNCTION, page="Configuring reserved concurrency for a function")
def reserved_concurrency(function: Resource) -> Iterator[Violation]:
    """`ReservedConcurrentExecutions` must be a whole number, 0 or more.

    Lambda refuses other values. 0 stops the function.
    """
    path = "ReservedConcurrentExecutions"
    count = function.number(path)
    if count is not None and (count < 0 or count != int(count)):
        yield violation(path, "be a whole number, 0 or more", count, max(0, int(count)))


@RULES.template("LAMBDA-033", page=_ALIASES)
def alias_of_one_name(template: Template) -> Iterator[Violation]:
    """`Name` of an alias must be unique for its function.

    The second alias fails because it already exists.
    """
    seen: dict[tuple[str, str], str] = {}
    for alias in template.of_type(_ALIAS):
        name, function = alias.text("Name"), alias.get("FunctionName")
        if name is None or "Condition" in alias.attributes:
            continue
        key = function.logical_id if isinstance(function, Reference) else alias.text("FunctionName")
        if key is None:
            continue
        first = seen.setdefault((key, name), alias.logical_id)
        if first != alias.logical_id:
            yield violation("Name", f"differ from that of {first}", name, resource=alias.logical_id)


@RULES.resource("LAMBDA-037", _ALIAS, page=_PROVISIONED)
def weights(alias: Resource) -> Iterator[Violation]:
    """Provisioned concurrency must not be set on an alias with a `RoutingConfig`.

    Lambda refuses to set it while an alias sends a part of its traffic to another version. Remove
    one of them, or set provisioned concurrency on the versions.
    """
    path = _PROVISIONED_PATHS[_ALIAS]
    count = alias.number(path)
    for weight in alias.paths("RoutingConfig.AdditionalVersionWeights"):
        if count is not None and (alias.number(f"{weight}.FunctionWeight") or 0) > 0:
            yield violation(path, "be absent with a `RoutingConfig`", int(count))
            return


@RULES.resource("LAMBDA-038", _ALIAS, page=_PROVISIONED, severity=Severity.WARNING)
def shifted_alias(alias: Resource) -> Iterator[Violation]:
    """Aliases that CodeDeploy shifts gradually must not have provisioned concurrency.

    While traffic is shifted, Lambda refuses to change provisioned concurrency of the alias, and
    calls of the new version start cold. Set it on versions, or shift all traffic at once.
    """
    path = _PROVISIONED_PATHS[_ALIAS]
    count = alias.number(path)
    config = _gradual(alias)
    if count is not None and config is not None:
        yield violation(path, f"be absent with the deployments of {config}", int(count))


def _gradual(alias: Resource) -> str | None:
    """Return the deployment configuration that shifts an alias in steps; None if none does."""
    policy = mapping(alias.attributes.get("UpdatePolicy"))
    update = mapping(policy.get("CodeDeployLambdaAliasUpdate"))
    named = mapping(update.get("DeploymentGroupName")).get("Ref")
    group = alias.template.resource(named) if isinstance(named, str) else None
    if group is None or group.type != "AWS::CodeDeploy::DeploymentGroup":
        return None
    config = group.get("DeploymentConfigName")
    own = group.template.referred(config)
    if own is not None:
        kind = own.text("TrafficRoutingConfig.Type") or ""
        return own.logical_id if kind.startswith("TimeBased") else None
    name = group.text("DeploymentConfigName") or ""
    return name if name.startswith(_GRADUAL) else None


@RULES.resource("LAMBDA-034", _URL, page=_URLS)
def url(url: Resource) -> Iterator[Violation]:
    """Function URLs must be for a function or an alias.

    Lambda refuses URLs for versions. Put an alias in front of the version.
    """
    qualifier = url.text("Qualifier")
    if qualifier is not None and (qualifier.isdecimal() or qualifier == "$LATEST"):
        yield violation("Qualifier", "be the name of an alias", qualifier)
    target = url.get("TargetFunctionArn")
    if isinstance(target, Reference):
        referred = url.reference("TargetFunctionArn")
        if referred is not None and referred.type == _VERSION:
            requirement = "be of a function or an alias, not of a version"
            yield violation("TargetFunctionArn", requirement, referred.logical_id)


@RULES.resource("LAMBDA-035", _URL, page=_URLS)
def url_cors(url: Resource) -> Iterator[Violation]:
    """CORS settings of a function URL must have accepted methods and ages.

    Lambda refuses other methods, among them OPTIONS, which it answers itself, and a `MaxAge` above
    86,400 seconds.
    """
    for method in url.known("Cors.AllowMethods"):
        if method not in _URL_METHODS:
            yield violation("Cors.AllowMethods", f"be of {', '.join(_URL_METHODS)}", method, "*")
    yield from check_range(url, "Cors.MaxAge", 0, 86400, "seconds")


@RULES.resource("LAMBDA-036", _URL, page=_URLS, severity=Severity.WARNING)
def url_origins(url: Resource) -> Iterator[Violation]:
    """`AllowOrigins` must be origins as browsers send them.

    The URL deploys, but no request matches an origin without a scheme or with a slash at its end.
    Write `https://example.com`.
    """
    for path in url.paths("Cors.AllowOrigins"):
        origin = url.get(path)
        if not isinstance(origin, str) or origin == "*" or is_unresolved(origin.split("://")[0]):
            continue
        if "://" not in origin:
            yield violation(path, "be * or begin with a scheme", origin, f"https://{origin}")
        elif origin.endswith("/"):
            yield violation(path, "not end with a slash", origin, origin.rstrip("/"))
