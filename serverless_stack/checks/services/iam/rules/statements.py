"""Rules on the statements of policies."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.values import listed, texts_of
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.iam.actions import nearest
from serverless_stack.checks.services.iam.documents import (
    IDENTITY,
    OWNERS,
    RESOURCE,
    identity_documents,
    resources_of,
    statements,
)

RULES = RuleList()

# Types whose reference is not an ARN, and the attribute that is.
_NAMED = {
    "AWS::DynamoDB::Table": "Arn",
    "AWS::Events::EventBus": "Arn",
    "AWS::IAM::Role": "Arn",
    "AWS::KMS::Key": "Arn",
    "AWS::Kinesis::Stream": "Arn",
    "AWS::Lambda::Function": "Arn",
    "AWS::Logs::LogGroup": "Arn",
    "AWS::S3::Bucket": "Arn",
    "AWS::SQS::Queue": "Arn",
}
_SERVICE = re.compile(
    r"[\w.-]+\.(amazonaws\.(com(\.cn)?|eu)|amazon\.com|aws\.internal|aws\.com|gov)"
)
_OPERATOR = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals"
    r"|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?"
    r"|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null",
    re.IGNORECASE,
)
_ACTIONS = "Actions, resources, and condition keys for AWS services"
_WITH_POLICIES = tuple(dict.fromkeys((*IDENTITY, *OWNERS, *RESOURCE)))
_VARIABLE = re.compile(r"\$\{(aws|s3|ec2|iam|saml|cognito-identity\.amazonaws\.com):")


@RULES.resource("IAM-010", "AWS::IAM::Role", page="AWS JSON policy elements: Action")
def trust_actions(role: Resource) -> Iterator[Violation]:
    """Trust policies must have actions of STS.

    IAM refuses other actions in the policy that says who may assume a role. Use sts:AssumeRole.
    """
    for path, statement in statements(role, "AssumeRolePolicyDocument"):
        for action in texts_of(statement.get("Action")):
            if action != "*" and not action.lower().startswith("sts:"):
                yield violation(f"{path}.Action", "be an action of STS", action, "sts:AssumeRole")


@RULES.resource("IAM-011", *RESOURCE, page="AWS JSON policy elements: Principal")
def principals(resource: Resource) -> Iterator[Violation]:
    """`Principal` must be everyone, or name accounts, roles, users or services.

    IAM refuses partial wildcards, groups, and names that are not services. Use a condition on
    `aws:PrincipalArn` for patterns.
    """
    for path, statement in statements(resource, RESOURCE[resource.type]):
        principal = statement.get("Principal")
        if not isinstance(principal, dict):
            continue
        for name in texts_of(principal.get("AWS")):
            if "*" in name and name != "*":
                requirement = "not have a wildcard for a part of a name; conditions may"
                yield violation(f"{path}.Principal.AWS", requirement, name)
            if re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:group/.+", name):
                yield violation(f"{path}.Principal.AWS", "not be a group", name)
        for name in texts_of(principal.get("Service")):
            if name != "*" and not _SERVICE.fullmatch(name):
                first = name.split(".", 1)[0].lower()
                nearest = f"{first}.amazonaws.com"
                yield violation(f"{path}.Principal.Service", "be a service", name, nearest)


@RULES.resource("IAM-012", *IDENTITY, *OWNERS, page="AWS JSON policy elements: Resource")
def resources(resource: Resource) -> Iterator[Violation]:
    """`Resource` must be ARNs or `*`.

    IAM refuses names and URLs. Refer to the `Arn` attribute of the resource.
    """
    for document in identity_documents(resource):
        for path, statement in statements(resource, document):
            for item in resources_of(statement):
                yield from _arn(resource, f"{path}.Resource", item)


def _arn(resource: Resource, path: str, value: object) -> Iterator[Violation]:
    if isinstance(value, Reference):
        target = resource.template.referred(value)
        attribute = _NAMED.get(target.type) if target is not None else None
        if attribute and not value.attribute:
            nearest = f"its {attribute}"
            yield violation(path, "be an ARN or *", f"Ref {value.logical_id}", nearest)
        return
    for text in texts_of(value):
        if not text.startswith(("arn:", "*")):
            yield violation(path, "be an ARN or *", text)


def _actions(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield the known actions in all policies of a resource, each with its path."""
    own = [RESOURCE[resource.type]] if resource.type in RESOURCE else []
    for document in [*own, *identity_documents(resource)]:
        for path, statement in statements(resource, document):
            for name in ("Action", "NotAction"):
                for action in texts_of(statement.get(name)):
                    yield f"{path}.{name}", action


@RULES.resource("IAM-015", *_WITH_POLICIES, page=_ACTIONS)
def prefixes(resource: Resource) -> Iterator[Violation]:
    """Actions must have the prefix of their service.

    IAM refuses a policy with an action that is neither `*` nor a service and a name with a colon
    between them, such as `s3:GetObject`.
    """
    for path, action in _actions(resource):
        service, colon, name = action.partition(":")
        if action != "*" and not (service and colon and name):
            yield violation(path, "be * or have a service and a name", action)


@RULES.resource("IAM-016", *_WITH_POLICIES, page=_ACTIONS, severity=Severity.WARNING)
def existing_actions(resource: Resource) -> Iterator[Violation]:
    """Actions must exist.

    IAM accepts the policy, but an action that its service does not have allows or denies nothing;
    policies of buckets, queues and topics are refused. Action names differ from those of API
    operations: S3 lists objects by s3:ListBucket, for example.
    """
    for path, action in _actions(resource):
        alike = None if action == "*" else nearest(action)
        if alike is not None:
            yield violation(path, "be an action that exists", action, alike or None)


@RULES.resource(
    "IAM-013",
    *IDENTITY,
    *OWNERS,
    *(RESOURCE.keys() - {"AWS::IAM::Role"}),
    page="AWS JSON policy elements: Condition operators",
)
def operators(resource: Resource) -> Iterator[Violation]:
    """`Condition` must have operators that IAM has.

    IAM refuses documents with unknown operators.
    """
    own = [RESOURCE[resource.type]] if resource.type in RESOURCE else []
    for document in [*own, *identity_documents(resource)]:
        for path, statement in statements(resource, document):
            condition = statement.get("Condition")
            for name in condition if isinstance(condition, dict) else ():
                if not _OPERATOR.fullmatch(str(name)) and not str(name).startswith("Fn::"):
                    yield violation(f"{path}.Condition", "have operators of IAM", name)


@RULES.resource(
    "IAM-014",
    *IDENTITY,
    page="IAM policy elements: Variables and tags",
    severity=Severity.WARNING,
)
def variables(policy: Resource) -> Iterator[Violation]:
    """Policy variables require the policy version 2012-10-17.

    In documents of the older version, which is the default, `${aws:username}` and others are plain
    text and match nothing. Set `Version`.
    """
    document = IDENTITY[policy.type]
    version = policy.get(f"{document}.Version")
    if version not in (None, "2008-10-17"):
        return
    for path, statement in statements(policy, document):
        for value in listed(statement.get("Resource")):
            if isinstance(value, str) and _VARIABLE.search(value):
                name = f"{document}.Version"
                requirement = f"be 2012-10-17 for the variable in `{path}.Resource`"
                yield violation(name, requirement, version, "2012-10-17")
