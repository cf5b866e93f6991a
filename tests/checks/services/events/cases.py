from tests.checks.cases import Case, Json, att, ref, resource

TARGET: Json = {"Id": "a", "Arn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}


def rule(**properties: object) -> Json:
    return {"Rule": resource("AWS::Events::Rule", **properties)}


def scheduled(expression: str) -> Json:
    return rule(ScheduleExpression=expression)


def targets(*targets: Json) -> Json:
    return rule(EventPattern={"source": ["shop"]}, Targets=list(targets))


def schedule(expression: str, **window: object) -> Json:
    given = {"Mode": "OFF", **window}
    return {
        "Schedule": resource(
            "AWS::Scheduler::Schedule", ScheduleExpression=expression, FlexibleTimeWindow=given
        )
    }


def pattern(**keys: object) -> Json:
    return rule(EventPattern=keys)


def transformed(template: str) -> Json:
    made = {"InputPathsMap": {"id": "$.id"}, "InputTemplate": template}
    return targets({**TARGET, "InputTransformer": made})


QUEUE: Json = {"Queue": resource("AWS::SQS::Queue", FifoQueue=True)}
TO_QUEUE: Json = {"Id": "a", "Arn": att("Queue")}
STREAM: Json = {"Id": "a", "Arn": "arn:aws:kinesis:eu-west-1:111122223333:stream/s"}

CASES = [
    Case(
        "EVENTS-001",
        "rate of 1 minutes",
        scheduled("rate(1 minutes)"),
        scheduled("rate(1 minute)"),
        "got: 'rate(1 minutes)' (nearest accepted: rate(1 minute))",
    ),
    Case(
        "EVENTS-001",
        "cron of five fields",
        scheduled("cron(0 12 * * ?)"),
        scheduled("cron(0 12 * * ? *)"),
        "must have six fields",
    ),
    Case(
        "EVENTS-001",
        "cron without a question mark",
        scheduled("cron(0 12 * * * *)"),
        scheduled("cron(0 12 ? * MON-FRI *)"),
        "must have ? as the day of month or as the day of week",
    ),
    Case(
        "EVENTS-001",
        "cron at hour 24",
        scheduled("cron(0 24 * * ? *)"),
        scheduled("cron(0/15 23 L * ? 2026-2030)"),
        "must have hours between 0 and 23, got: '24'",
    ),
    Case(
        "EVENTS-001",
        "schedule on another bus",
        rule(ScheduleExpression="rate(1 day)", EventBusName=ref("Bus"))
        | {"Bus": resource("AWS::Events::EventBus", Name="shop")},
        rule(ScheduleExpression="rate(1 day)", EventBusName="default"),
        "`EventBusName` must be default with a ScheduleExpression, got: 'Bus'",
    ),
    Case(
        "EVENTS-002",
        "target id twice",
        targets(TARGET, TARGET),
        targets(TARGET, {**TARGET, "Id": "b"}),
        "must be unique within a rule, got: 'a'",
    ),
    Case(
        "EVENTS-003",
        "two inputs",
        targets({**TARGET, "Input": "{}", "InputPath": "$.detail"}),
        targets({**TARGET, "Input": "{}"}),
        "InputPath` must be absent with Input",
    ),
    Case(
        "EVENTS-003",
        "unknown placeholder",
        transformed('"order <number>"'),
        transformed('"order <id> of <aws.events.rule-name>"'),
        "must have placeholders of the InputPathsMap only (id), got: '<number>'",
    ),
    Case(
        "EVENTS-004",
        "event pattern without lists",
        pattern(source="shop"),
        pattern(source=["shop"], detail={"price": [{"numeric": [">", 1]}]}),
        "`EventPattern.source` must be a list of values, got: 'shop' (nearest accepted: ['shop'])",
    ),
    Case(
        "EVENTS-004",
        "operator starts-with",
        pattern(source=[{"starts-with": "shop"}]),
        pattern(source=[{"prefix": "shop"}]),
        "got: 'starts-with'",
    ),
    Case(
        "EVENTS-005",
        "FIFO queue without a group",
        targets(TO_QUEUE) | QUEUE,
        targets({**TO_QUEUE, "SqsParameters": {"MessageGroupId": "a"}}) | QUEUE,
        "MessageGroupId` must be set for a FIFO queue",
    ),
    Case(
        "EVENTS-005",
        "stream without a role",
        targets(STREAM),
        targets({**STREAM, "RoleArn": "arn:aws:iam::111122223333:role/events"}),
        "RoleArn` must be set for kinesis",
    ),
    Case(
        "EVENTS-006",
        "at without a time",
        schedule("at(2030-01-01)"),
        schedule("at(2030-01-01T00:00:00)"),
        "at(2030-01-01T00:00:00), got: 'at(2030-01-01)'",
    ),
    Case(
        "EVENTS-007",
        "flexible window without a length",
        schedule("rate(1 day)", Mode="FLEXIBLE"),
        schedule("rate(1 day)", Mode="FLEXIBLE", MaximumWindowInMinutes=5),
        "MaximumWindowInMinutes` must be set for FLEXIBLE",
    ),
]
