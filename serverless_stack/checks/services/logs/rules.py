"""Rules on the log groups of a template, and their filters and policies."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template, identity
from serverless_stack.checks.engine.values import listed
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_length,
    check_text,
    findings_from,
    violation,
)
from serverless_stack.checks.services.iam.documents import statements
from serverless_stack.checks.services.logs.limits import (
    log_group_name_problems,
    retention_problems,
)

RULES = RuleList()

_GROUP = "AWS::Logs::LogGroup"
_METRIC = "AWS::Logs::MetricFilter"
_SUBSCRIPTION = "AWS::Logs::SubscriptionFilter"
_QUOTAS = "CloudWatch Logs quotas"


@RULES.resource("LOGS-001", _GROUP, page="PutRetentionPolicy")
def retention(group: Resource) -> Iterator[Violation]:
    """`RetentionInDays` must be a value that CloudWatch Logs offers.

    CloudWatch Logs refuses other numbers of days. Use the nearest one that the finding names.
    """
    days = group.number("RetentionInDays")
    if days is not None:
        yield from findings_from(group, retention_problems(days, "RetentionInDays"))


@RULES.resource("LOGS-002", _GROUP, page="CreateLogGroup")
def name(group: Resource) -> Iterator[Violation]:
    """`LogGroupName` must have 1 to 512 allowed characters.

    CloudWatch Logs refuses other characters than letters, digits and `.-_/#`, and names that begin
    with aws/.
    """
    yield from check_text(group, "LogGroupName", log_group_name_problems)


@RULES.resource(
    "LOGS-003", _GROUP, page="Encrypt log data in CloudWatch Logs using AWS Key Management Service"
)
def key_arn(group: Resource) -> Iterator[Violation]:
    """`KmsKeyId` must be the ARN of a key.

    CloudWatch Logs refuses key ids, which `Ref` returns, and aliases. Use `Fn::GetAtt` with `Arn`.
    """
    key = group.get("KmsKeyId")
    text = group.text("KmsKeyId")
    target = group.template.referred(key)
    named = isinstance(key, Reference) and key.attribute != "Arn"
    if named and target is not None and target.type in ("AWS::KMS::Key", "AWS::KMS::Alias"):
        nearest = "its Arn" if target.type == "AWS::KMS::Key" else "the Arn of its key"
        yield violation("KmsKeyId", "be the ARN of a key", f"Ref {target.logical_id}", nearest)
    if text is not None and not text.startswith("arn:"):
        yield violation("KmsKeyId", "be the ARN of a key", text)


@RULES.resource(
    "LOGS-004", _GROUP, page="Encrypt log data in CloudWatch Logs using AWS Key Management Service"
)
def key_policy(group: Resource) -> Iterator[Violation]:
    """`KmsKeyId` must be a key that CloudWatch Logs may use.

    CloudWatch Logs refuses the log group unless the key's policy allows the service
    logs.REGION.amazonaws.com.
    """
    key = group.reference("KmsKeyId")
    policy = None if key is None else key.get("KeyPolicy")
    if key is None or key.type != "AWS::KMS::Key" or not isinstance(policy, dict | None):
        return
    said = listed(key.get("KeyPolicy.Statement"))
    if any(map(is_unresolved, said)):
        return
    if not any(
        _may_use(statement.get("Principal")) for _, statement in statements(key, "KeyPolicy")
    ):
        requirement = f"be a key that logs.amazonaws.com may use, by the policy of {key.logical_id}"
        yield violation("KmsKeyId", requirement, key.logical_id)


def _may_use(principal: object) -> bool:
    if not isinstance(principal, dict):
        return principal is not None
    services = listed(principal.get("Service"))
    return "*" in listed(principal.get("AWS")) or any(
        str(service).startswith(("logs.", "*", "${")) for service in services
    )


@RULES.resource("LOGS-005", _METRIC, _SUBSCRIPTION, page="Log classes")
def log_class(reader: Resource) -> Iterator[Violation]:
    """Filters require a log group of the class STANDARD.

    CloudWatch Logs refuses metric and subscription filters on infrequent access log groups.
    """
    group = reader.reference("LogGroupName")
    kind = None if group is None else group.text("LogGroupClass")
    if group is not None and kind not in (None, "STANDARD"):
        requirement = f"be a log group of the class STANDARD, not {group.logical_id}"
        yield violation("LogGroupName", requirement, kind, "STANDARD")


@RULES.resource("LOGS-006", _METRIC, page="AWS::Logs::MetricFilter MetricTransformation")
def transformation(metric: Resource) -> Iterator[Violation]:
    """Metric filters must have a default value or dimensions, not both.

    CloudWatch Logs refuses both together, more than 3 dimensions, and namespaces that begin with
    AWS/.
    """
    for path in metric.paths("MetricTransformations"):
        described = metric.mapping(path)
        if "DefaultValue" in described and described.get("Dimensions"):
            value = described["DefaultValue"]
            yield violation(f"{path}.DefaultValue", "be absent with Dimensions", value)
        space = metric.text(f"{path}.MetricNamespace") or ""
        if space.startswith("AWS/"):
            yield violation(
                f"{path}.MetricNamespace", "not begin with AWS/", space, space[4:] or None
            )
        yield from check_count(metric, f"{path}.Dimensions", 3, "dimensions")


@RULES.template("LOGS-007", page=_QUOTAS)
def subscriptions(template: Template) -> Iterator[Violation]:
    """Log groups must have at most two subscription filters.

    CloudWatch Logs refuses a third one. Fan out from a Kinesis stream.
    """
    counts: dict[object, int] = {}
    for subscription in template.always(_SUBSCRIPTION):
        group = identity(subscription.get("LogGroupName"))
        if group is None:
            continue
        counts[group] = counts.get(group, 0) + 1
        if counts[group] == 3:
            requirement = "be a log group with at most 2 subscriptions"
            yield violation("LogGroupName", requirement, 3, 2, resource=subscription.logical_id)


@RULES.resource("LOGS-008", _SUBSCRIPTION, page="AWS::Logs::SubscriptionFilter")
def subscription_role(subscription: Resource) -> Iterator[Violation]:
    """Subscriptions to streams require a role.

    CloudWatch Logs refuses a Kinesis or Firehose destination without a `RoleArn`.
    """
    to = subscription.reference("DestinationArn")
    text = subscription.text("DestinationArn") or ""
    streams = ("AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream")
    is_stream = to is not None and to.type in streams
    if (is_stream or ":kinesis:" in text or ":firehose:" in text) and (
        subscription.get("RoleArn") is None
    ):
        yield violation("RoleArn", "be set for a stream", None)


@RULES.resource("LOGS-009", "AWS::Logs::ResourcePolicy", page=_QUOTAS)
def resource_policy(policy: Resource) -> Iterator[Violation]:
    """`PolicyDocument` of CloudWatch Logs must have at most 5,120 characters.

    CloudWatch Logs refuses longer policies. Use wildcards in the resources.
    """
    yield from check_length(policy, "PolicyDocument", 5120)
