"""What policies and security groups allow, and references that nothing else explains."""

from __future__ import annotations

from typing import Final

from serverless_stack.checks.engine.values import listed, mapping, texts_of
from serverless_stack.diagrams.edges.collector import Collector
from serverless_stack.diagrams.model import EdgeKind
from serverless_stack.diagrams.world import Resource

_POLICIES: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
_ROLE: Final = "AWS::IAM::Role"
_GROUP: Final = "AWS::EC2::SecurityGroup"
_NOT_REFERENCES: Final = (
    *(*_POLICIES, _ROLE, "AWS::IAM::InstanceProfile", "AWS::IAM::UserPolicy"),
    *("AWS::Lambda::Permission", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"),
    *("AWS::SNS::TopicPolicy", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::Events::EventBusPolicy"),
    *(_GROUP, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"),
    *(
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        *("AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::SecretTargetAttachment"),
    ),
)
# The beginnings of actions' names, each with its label.
_VERBS: Final = (
    ("reads", ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "Select", "Head", "Read")),
    ("reads", ("Search", "Lookup", "Filter", "PartiQLSelect", "ConditionCheck", "Download")),
)
_SPECIAL: Final = {
    "lambda:invokefunction": "invokes",
    "lambda:invokefunctionurl": "invokes",
    "lambda:invoke": "invokes",
    "sqs:sendmessage": "sends",
    "sqs:receivemessage": "receives",
    "sqs:deletemessage": "receives",
    "sqs:changemessagevisibility": "receives",
    "sns:publish": "publishes",
    "events:putevents": "sends events",
    "states:startexecution": "starts",
    "states:startsyncexecution": "starts",
    "execute-api:invoke": "calls",
    "elasticache:connect": "connects",
    "rds-db:connect": "connects",
    "cloudfront:createinvalidation": "invalidates",
    "appsync:graphql": "calls",
    "kinesis:subscribetoshard": "receives",
}
# Actions that say nothing on their own: they come with others, or are about the resource itself.
_IGNORED: Final = (
    *("kms:", "logs:", "ec2:", "xray:", "cloudwatch:", "iam:", "sts:", "ecr:getauthorization"),
    *("sqs:getqueue", "s3:getbucketlocation", "lambda:getfunction", "secretsmanager:describe"),
    *("kinesis:describe", "kinesis:list", "dynamodb:describe", "dynamodb:liststreams"),
)


def labels_of(actions: list[str]) -> list[str]:
    """Return what the actions of a statement do, each in a word or two; none of no interest."""
    found: dict[str, None] = {}
    for action in actions:
        lower = action.lower()
        if lower.startswith(_IGNORED):
            continue
        service, _, name = action.partition(":")
        special = next((text for key, text in _SPECIAL.items() if lower.startswith(key)), None)
        if special is not None:
            found.setdefault(special)
        elif name in ("*", "") or action == "*":
            found |= {"reads": None, "writes": None}
        elif service.lower() == "sqs":
            continue
        else:
            reads = any(name.startswith(verbs) for _, verbs in _VERBS)
            found.setdefault("reads" if reads else "writes")
    return list(found)


def policies(edges: Collector) -> None:
    """Add what the policies of roles allow on resources that they name."""
    for role in edges.world.of_type(_ROLE):
        holders = edges.folding.holders(role)
        for inline in listed(role.get("Policies")):
            _allow(edges, holders, role, mapping(inline).get("PolicyDocument"))
        for managed in edges.world.targets(role, "ManagedPolicyArns"):
            _allow(edges, holders, managed, managed.get("PolicyDocument"))
    for policy in edges.world.of_type(*_POLICIES):
        for role in edges.world.targets(policy, "Roles", "RoleName"):
            holders = edges.folding.holders(role)
            _allow(edges, holders, policy, policy.get("PolicyDocument"))


def _allow(edges: Collector, holders: list[str], policy: Resource, document: object) -> None:
    allowed: dict[str, list[str]] = {}
    for each in listed(mapping(document).get("Statement")):
        statement = mapping(each)
        if statement.get("Effect") != "Allow":
            continue
        for target in edges.world.named_by(policy.stack, statement.get("Resource")):
            box = edges.folding.target(target)
            if box is not None:
                allowed.setdefault(box, []).extend(texts_of(statement.get("Action")))
    for box, actions in sorted(allowed.items()):
        for label in labels_of(actions):
            for holder in holders:
                edges.add(holder, box, EdgeKind.ACCESS, label)


def security_groups(edges: Collector) -> None:
    """Add which boxes reach which others, by the ingress rules of their security groups."""
    world = edges.world
    for group in world.of_type(_GROUP):
        for rule in listed(group.get("SecurityGroupIngress")):
            _reach(edges, group, group, mapping(rule))
    for rule in world.of_type("AWS::EC2::SecurityGroupIngress"):
        for group in world.targets(rule, "GroupId"):
            if group.type == _GROUP:
                _reach(edges, group, rule, rule.properties)


def _reach(edges: Collector, group: Resource, named_in: Resource, rule: object) -> None:
    described = mapping(rule)
    sources = edges.world.named_by(named_in.stack, described.get("SourceSecurityGroupId"))
    label = _ports(described.get("FromPort"), described.get("ToPort"))
    for source in sources:
        for holder in edges.folding.holders(source) if source.type == _GROUP else ():
            for box in edges.folding.holders(group):
                edges.add(holder, box, EdgeKind.ACCESS, label)


def _ports(first: object, last: object) -> str:
    if not isinstance(first, int | str) or first in (-1, "-1", 0, "0"):
        return ""
    return f"port {first}" if str(first) == str(last) else f"ports {first} to {last}"


def references(edges: Collector) -> None:
    """Add references in properties between boxes that no other edge connects."""
    found: dict[tuple[str, str], str] = {}
    for resource in edges.world.resources.values():
        source = edges.folding.owner(resource)
        if source is None or resource.type in _NOT_REFERENCES:
            continue
        for target in edges.world.targets(resource):
            box = edges.folding.target(target)
            if box is not None and not (edges.has(source, box) or edges.has(box, source)):
                found.setdefault((source, box), _reference_label(resource, target))
    for (source, box), label in sorted(found.items()):
        edges.add(source, box, EdgeKind.REFERENCE, label)


def _reference_label(resource: Resource, target: Resource) -> str:
    if resource.type.startswith("Custom::"):
        return {
            "AWS::S3::Bucket": "deploys to",
            "AWS::CloudFront::Distribution": "invalidates",
        }.get(target.type, "")
    if target.type == "AWS::SecretsManager::Secret":
        return "secret"
    return ""
