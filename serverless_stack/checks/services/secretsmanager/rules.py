"""Rules on the secrets of a template."""

import re
import string
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.values import parsed_json
from serverless_stack.checks.engine.violations import Violation, check_range, violation

RULES = RuleList()

_SECRET = "AWS::SecretsManager::Secret"
_ROTATION = "AWS::SecretsManager::RotationSchedule"
_GENERATE = "GenerateSecretString"
_PAGE = "AWS::SecretsManager::Secret GenerateSecretString"
_CLASSES = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
    "ExcludeUppercase": string.ascii_uppercase,
}


@RULES.resource("SECRETSMANAGER-001", _SECRET, page="AWS::SecretsManager::Secret")
def value(secret: Resource) -> Iterator[Violation]:
    """A secret is given or generated."""
    if secret.get("SecretString") is not None and secret.get(_GENERATE) is not None:
        yield violation("SecretString", f"not be there with {_GENERATE}", "both")


@RULES.resource("SECRETSMANAGER-002", _SECRET, page=_PAGE)
def template(secret: Resource) -> Iterator[Violation]:
    """A generated value is put into an object, under a key."""
    given, key = secret.get(f"{_GENERATE}.SecretStringTemplate"), f"{_GENERATE}.GenerateStringKey"
    if (given is None) != (secret.get(key) is None):
        missing = key if given is not None else f"{_GENERATE}.SecretStringTemplate"
        yield violation(missing, "be given with the other one", None)
    text = secret.text(f"{_GENERATE}.SecretStringTemplate")
    if text is not None and not isinstance(parsed_json(text), dict):
        yield violation(f"{_GENERATE}.SecretStringTemplate", "be an object in JSON", text, "{}")


@RULES.resource("SECRETSMANAGER-003", _SECRET, page=_PAGE)
def characters(secret: Resource) -> Iterator[Violation]:
    """A generated value has characters to be made of, one of each kind that is requirement."""
    if not isinstance(secret.get(_GENERATE), dict):
        return
    yield from check_range(secret, f"{_GENERATE}.PasswordLength", 1, 4096)
    excluded = secret.text(f"{_GENERATE}.ExcludeCharacters")
    if excluded is None and secret.get(f"{_GENERATE}.ExcludeCharacters") is not None:
        return
    flags = {name: secret.get(f"{_GENERATE}.{name}") for name in _CLASSES}
    if any(
        flag is not None and secret.boolean(f"{_GENERATE}.{n}") is None for n, flag in flags.items()
    ):
        return
    left = {name for name in _CLASSES if not secret.boolean(f"{_GENERATE}.{name}")}
    if not left and not secret.boolean(f"{_GENERATE}.IncludeSpace"):
        yield violation(_GENERATE, "have characters left to choose from", "none")
    required = secret.boolean(f"{_GENERATE}.RequireEachIncludedType")
    if required is False:
        return
    length = secret.number(f"{_GENERATE}.PasswordLength")
    if length is not None and 1 <= length < len(left):
        requirement = f"be {len(left)} or more, one for each kind of characters"
        yield violation(f"{_GENERATE}.PasswordLength", requirement, int(length), len(left))
    for name in sorted(left):
        if set(_CLASSES[name]) <= set(excluded or ""):
            requirement = "leave characters of each kind that is not excluded"
            yield violation(
                f"{_GENERATE}.ExcludeCharacters", requirement, excluded, f"{name}: true"
            )


@RULES.resource("SECRETSMANAGER-004", _SECRET, page="CreateSecret")
def name(secret: Resource) -> Iterator[Violation]:
    """The name of a secret."""
    found = secret.text("Name")
    if found is not None and not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", found):
        nearest = re.sub(r"[^A-Za-z0-9/_+=.@-]", "-", found)[:512]
        yield violation("Name", "be 1 to 512 letters, digits and /_+=.@-", found, nearest or None)


@RULES.resource("SECRETSMANAGER-005", _SECRET, page="CreateSecret", severity=Severity.WARNING)
def name_end(secret: Resource) -> Iterator[Violation]:
    """A name does not end as the ARNs of secrets do, which would find another one."""
    found = secret.text("Name") or ""
    if re.search(r"-[A-Za-z0-9]{6}\Z", found):
        yield violation("Name", "not end with a hyphen and six characters", found, f"{found}-value")


@RULES.resource(
    "SECRETSMANAGER-006", _SECRET, page="Replicate AWS Secrets Manager secrets across Regions"
)
def replicas(secret: Resource) -> Iterator[Violation]:
    """A secret is copied to other regions, once to each."""
    seen = {secret.template.region} if secret.template.region else set()
    for path in secret.paths("ReplicaRegions"):
        region = secret.text(f"{path}.Region")
        if region is not None and region in seen:
            yield violation(f"{path}.Region", "be another region", region)
        if region is not None:
            seen.add(region)


@RULES.resource("SECRETSMANAGER-007", _ROTATION, page="AWS::SecretsManager::RotationSchedule")
def rotation(schedule: Resource) -> Iterator[Violation]:
    """A secret is rotated by one function, by one schedule."""
    if schedule.get("HostedRotationLambda") is not None:
        transforms = schedule.template.source.get("Transform")
        listed = transforms if isinstance(transforms, list) else [transforms]
        if not any("SecretsManager" in str(each) for each in listed):
            requirement = "be in a template with the transform AWS::SecretsManager-2024-09-16"
            yield violation("HostedRotationLambda", requirement, transforms)
        if schedule.get("RotationLambdaARN") is not None:
            yield violation("RotationLambdaARN", "not be there with HostedRotationLambda", "both")
    rules = schedule.mapping("RotationRules")
    if "AutomaticallyAfterDays" in rules and "ScheduleExpression" in rules:
        name = "RotationRules.AutomaticallyAfterDays"
        yield violation(
            name, "not be there with ScheduleExpression", rules["AutomaticallyAfterDays"]
        )
    yield from check_range(schedule, "RotationRules.AutomaticallyAfterDays", 1, 1000, "days")
