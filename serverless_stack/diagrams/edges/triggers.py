"""Events: from queues, topics, buckets, rules and schedules to what they start."""

from __future__ import annotations

import json
from typing import Final

from serverless_stack.checks.engine.values import listed, mapping
from serverless_stack.diagrams.edges.collector import Collector
from serverless_stack.diagrams.model import EdgeKind
from serverless_stack.diagrams.world import Resource

_TRIGGER: Final = EdgeKind.TRIGGER

# Type, the property that names the other resource, and the label, from the resource to that one.
_OUTWARD: Final = (
    ("AWS::Lambda::Function", "DeadLetterConfig", "dead letters"),
    ("AWS::SQS::Queue", "RedrivePolicy", "dead letters"),
    ("AWS::SNS::Subscription", "RedrivePolicy", "dead letters"),
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig.OnFailure", "on failure"),
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig.OnSuccess", "on success"),
    ("AWS::Lambda::EventSourceMapping", "DestinationConfig.OnFailure", "on failure"),
    ("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN", "rotates by"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString", "runs"),
    ("AWS::StepFunctions::StateMachine", "Definition", "runs"),
    ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions", "runs"),
    ("AWS::Serverless::StateMachine", "DefinitionSubstitutions", "runs"),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", "logs"),
    ("AWS::Cognito::UserPool", "LambdaConfig", "triggers"),
    ("AWS::S3::Bucket", "LoggingConfiguration.DestinationBucketName", "logs"),
    ("AWS::S3::Bucket", "ReplicationConfiguration.Rules", "replicates"),
    ("AWS::Pipes::Pipe", "Target", ""),
    ("AWS::Pipes::Pipe", "Enrichment", "enriches"),
    ("AWS::Scheduler::Schedule", "Target.Arn", ""),
    ("AWS::Scheduler::Schedule", "Target.DeadLetterConfig", "dead letters"),
    ("AWS::CloudWatch::Alarm", "AlarmActions", "notifies"),
    ("AWS::CloudWatch::CompositeAlarm", "AlarmActions", "notifies"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "ExtendedS3DestinationConfiguration.BucketARN",
        "writes",
    ),
    ("AWS::KinesisFirehose::DeliveryStream", "S3DestinationConfiguration.BucketARN", "writes"),
    ("AWS::CloudTrail::Trail", "S3BucketName", "writes"),
)
# The same for edges to the resource.
_INWARD: Final = (
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn", "triggers"),
    ("AWS::Pipes::Pipe", "Source", ""),
    ("AWS::Events::Rule", "EventBusName", ""),
    ("AWS::Events::Archive", "SourceArn", "archives"),
    ("AWS::CloudWatch::Alarm", "Dimensions", "watched by"),
    ("AWS::CloudWatch::Alarm", "Metrics", "watched by"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "KinesisStreamSourceConfiguration.KinesisStreamARN",
        "",
    ),
)


# Custom resources that set the notifications of buckets.
_NOTIFICATIONS: Final = (
    ("Custom::S3BucketNotifications", "NotificationConfiguration"),
    ("Custom::BucketNotifications", "Notifications"),
)


def add(edges: Collector) -> None:
    """Add the edges of events."""
    for type_, path, label in _OUTWARD:
        for resource in edges.world.of_type(type_):
            for target in edges.world.targets(resource, path):
                edges.connect(resource, target, _TRIGGER, label)
    for type_, path, label in _INWARD:
        for resource in edges.world.of_type(type_):
            for source in edges.world.targets(resource, path):
                edges.add(
                    edges.folding.target(source), edges.folding.owner(resource), _TRIGGER, label
                )
    for subscription in edges.world.of_type("AWS::SNS::Subscription"):
        for target in edges.world.targets(subscription, "Endpoint"):
            edges.connect(subscription, target, _TRIGGER, "notifies")
    for topic in edges.world.of_type("AWS::SNS::Topic"):
        for target in edges.world.targets(topic, "Subscription"):
            edges.connect(topic, target, _TRIGGER, "notifies")
    for rule in edges.world.of_type("AWS::Events::Rule"):
        _rule(edges, rule)
    for bucket in edges.world.of_type("AWS::S3::Bucket"):
        _notifications(edges, bucket, bucket.get("NotificationConfiguration"), bucket)
    for type_, path in _NOTIFICATIONS:
        for custom in edges.world.of_type(type_):
            for bucket in edges.world.targets(custom, "BucketName"):
                _notifications(edges, bucket, custom.get(path), custom)
    for association in edges.world.of_type("AWS::WAFv2::WebACLAssociation"):
        for protected in edges.world.targets(association, "ResourceArn"):
            edges.connect(association, protected, EdgeKind.REQUEST, "protects")


def permissions(edges: Collector) -> None:
    """Add what may invoke functions by their own policies, where no other edge says why."""
    for permission in edges.world.of_type("AWS::Lambda::Permission"):
        function = edges.folding.target(permission)
        for source in edges.world.targets(permission, "SourceArn"):
            box = edges.folding.target(source)
            if not edges.has(box, function):
                edges.add(box, function, _TRIGGER, "invokes")


def _rule(edges: Collector, rule: Resource) -> None:
    for target in listed(rule.get("Targets")):
        described = mapping(target)
        for other in edges.world.named_by(rule.stack, described.get("Arn")):
            edges.connect(rule, other, _TRIGGER)
        for other in edges.world.named_by(rule.stack, described.get("DeadLetterConfig")):
            edges.connect(rule, other, _TRIGGER, "dead letters")


def _notifications(
    edges: Collector, bucket: Resource, configuration: object, named_in: Resource
) -> None:
    for kind, described in mapping(configuration).items():
        for each in listed(described):
            events = _events(mapping(each))
            if kind == "EventBridgeConfiguration":
                continue
            for target in edges.world.named_by(named_in.stack, each):
                edges.connect(bucket, target, _TRIGGER, events)


def _events(configuration: object) -> str:
    text = json.dumps(mapping(configuration).get("Events") or mapping(configuration).get("Event"))
    created, removed = "ObjectCreated" in text, "ObjectRemoved" in text
    if created and removed:
        return "objects created or removed"
    return "objects created" if created else "objects removed" if removed else "notifies"
