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
_MAX_NAME = 512
_WORD = "-value"
_CLASSES = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
    "ExcludeUppercase": string.ascii_uppercase,
}


@RULES.resource("SECRETSMANAGER-001", _SECRET, page="AWS::SecretsManager::Secret")
def value(secret: Resource) -> Iterator[Violation]:
    """Secrets must have either a value or rules to generate it.

    Secrets Manager refuses both `SecretString` and `GenerateSecretString`.
    """
    if secret.get("SecretString") is not None and secret.get(_GENERATE) is not None:
        yield violation("SecretString", f"be absent with {_GENERATE}", "both")


@RULES.resource("SECRETSMANAGER-002", _SECRET, page=_PAGE)
def template(secret: Resource) -> Iterator[Violation]:
    """`SecretStringTemplate` must be a JSON object with a key to fill.

    Secrets Manager refuses a template without a `GenerateStringKey`, the key without a template,
    and templates that are no JSON objects.
    """
    given, key = secret.get(f"{_GENERATE}.SecretStringTemplate"), f"{_GENERATE}.GenerateStringKey"
    if (given is None) != (secret.get(key) is None):
        missing = key if given is not None else f"{_GENERATE}.SecretStringTemplate"
        yield violation(missing, "be set with the other one", None)
    text = secret.text(f"{_GENERATE}.SecretStringTemplate")
    if text is not None and not isinstance(parsed_json(text), dict):
        yield violation(f"{_GENERATE}.SecretStringTemplate", "be an object in JSON", text, "{}")


@RULES.resource("SECRETSMANAGER-003", _SECRET, page=_PAGE)
def characters(secret: Resource) -> Iterator[Violation]:
    """Generated secrets must have enough characters to choose from.

    Secrets Manager refuses lengths outside 1 to 4,096, and rules that leave no character of a kind
    that is required.
    """
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
    """`Name` of a secret must have 1 to 512 allowed characters.

    Secrets Manager refuses other characters than letters, digits and `/_+=.@-`.
    """
    found = secret.text("Name")
    if found is not None and not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", found):
        nearest = _ended(re.sub(r"[^A-Za-z0-9/_+=.@-]", "-", found)[:_MAX_NAME])
        yield violation("Name", "have 1 to 512 letters, digits and /_+=.@-", found, nearest or None)


@RULES.resource("SECRETSMANAGER-005", _SECRET, page="CreateSecret", severity=Severity.WARNING)
def name_end(secret: Resource) -> Iterator[Violation]:
    """`Name` of a secret must not end with a hyphen and six characters.

    ARNs of secrets end in this way, so that a lookup by the partial ARN may find another secret.
    Add a word to the name.
    """
    found = secret.text("Name") or ""
    if _ended(found) != found:
        nearest = _ended(found)
        yield violation("Name", "not end with a hyphen and six characters", found, nearest)


def _ended(name: str) -> str:
    """Return a name with a word at its end if it ends as ARNs of secrets do."""
    if not re.search(r"-[A-Za-z0-9]{6}\Z", name):
        return name
    return f"{name[: _MAX_NAME - len(_WORD)]}{_WORD}"


@RULES.resource(
    "SECRETSMANAGER-006", _SECRET, page="Replicate AWS Secrets Manager secrets across Regions"
)
def replicas(secret: Resource) -> Iterator[Violation]:
    """`ReplicaRegions` must be distinct, and other regions than the stack's.

    Secrets Manager refuses replicas in the secret's own region and repeated regions.
    """
    seen = {secret.template.region} if secret.template.region else set()
    for path in secret.paths("ReplicaRegions"):
        region = secret.text(f"{path}.Region")
        if region is not None and region in seen:
            yield violation(f"{path}.Region", "be another region", region)
        if region is not None:
            seen.add(region)


@RULES.resource("SECRETSMANAGER-007", _ROTATION, page="AWS::SecretsManager::RotationSchedule")
def rotation(schedule: Resource) -> Iterator[Violation]:
    """Rotation schedules must have one function and one schedule.

    Secrets Manager refuses both kinds of functions, and both days and an expression. Hosted
    rotation requires the transform AWS::SecretsManager-2024-09-16.
    """
    if schedule.get("HostedRotationLambda") is not None:
        transforms = schedule.template.source.get("Transform")
        listed = transforms if isinstance(transforms, list) else [transforms]
        if not any("SecretsManager" in str(item) for item in listed):
            requirement = "be in a template with the transform AWS::SecretsManager-2024-09-16"
            yield violation("HostedRotationLambda", requirement, transforms)
        if schedule.get("RotationLambdaARN") is not None:
            yield violation("RotationLambdaARN", "be absent with HostedRotationLambda", "both")
    rules = schedule.mapping("RotationRules")
    if "AutomaticallyAfterDays" in rules and "ScheduleExpression" in rules:
        name = "RotationRules.AutomaticallyAfterDays"
        yield violation(name, "be absent with ScheduleExpression", rules["AutomaticallyAfterDays"])
    yield from check_range(schedule, "RotationRules.AutomaticallyAfterDays", 1, 1000, "days")
