from tests.checks.cases import Case, Json, att, policy, ref, resource, statement

ROLE: Json = {"AWS": "arn:aws:iam::111122223333:root"}
QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:q"


def queue(**properties: object) -> Json:
    return {"Queue": resource("AWS::SQS::Queue", **properties)}


def dead(**properties: object) -> Json:
    return {"Dead": resource("AWS::SQS::Queue", **properties)}


def redrive(arn: object, **more: object) -> Json:
    return queue(RedrivePolicy={"deadLetterTargetArn": arn, "maxReceiveCount": 3, **more})


def queue_policy(action: str, on: object) -> Json:
    document = policy(statement(Principal=ROLE, Action=action, Resource="*"))
    made = resource("AWS::SQS::QueuePolicy", Queues=[on], PolicyDocument=document)
    return queue() | {"Policy": made}


FIFO: Json = {"FifoQueue": True}

CASES = [
    Case(
        "SQS-001",
        "FIFO queue without .fifo",
        queue(QueueName="orders", FifoQueue=True),
        queue(QueueName="orders.fifo", FifoQueue=True),
        "must end with .fifo with `FifoQueue`, got: 'orders' (nearest accepted: orders.fifo)",
    ),
    Case(
        "SQS-001",
        "queue with .fifo that is none",
        queue(QueueName="orders.fifo"),
        queue(QueueName="orders-fifo"),
        "`FifoQueue` must be true",
    ),
    Case(
        "SQS-002",
        "deduplication in a queue that is not FIFO",
        queue(ContentBasedDeduplication=True),
        queue(ContentBasedDeduplication=True, **FIFO),
        "must be absent without FifoQueue",
    ),
    Case(
        "SQS-002",
        "high throughput without its scope",
        queue(FifoThroughputLimit="perMessageGroupId", **FIFO),
        queue(FifoThroughputLimit="perMessageGroupId", DeduplicationScope="messageGroup", **FIFO),
        "`DeduplicationScope` must be messageGroup",
    ),
    Case(
        "SQS-003",
        "retention 15 days",
        queue(MessageRetentionPeriod=15 * 86400),
        queue(MessageRetentionPeriod=14 * 86400),
        "got: 1296000 (nearest accepted: 1209600)",
    ),
    Case(
        "SQS-004",
        "dead letters to a URL",
        redrive(ref("Dead")) | dead(),
        redrive(att("Dead")) | dead(),
        "must be the ARN of a queue, got: 'Ref Dead' (nearest accepted: its Arn)",
    ),
    Case(
        "SQS-004",
        "dead letters to a FIFO queue",
        redrive(att("Dead")) | dead(**FIFO),
        redrive(att("Dead")) | dead(),
        "must be a standard queue, like its source, got: 'Dead'",
    ),
    Case(
        "SQS-005",
        "sources without byQueue",
        queue(RedriveAllowPolicy={"redrivePermission": "denyAll", "sourceQueueArns": [QUEUE_ARN]}),
        queue(RedriveAllowPolicy={"redrivePermission": "byQueue", "sourceQueueArns": [QUEUE_ARN]}),
        "must be byQueue with sourceQueueArns",
    ),
    Case(
        "SQS-006",
        "two kinds of encryption",
        queue(SqsManagedSseEnabled=True, KmsMasterKeyId="alias/shop"),
        queue(SqsManagedSseEnabled=False, KmsMasterKeyId="alias/shop"),
        "`SqsManagedSseEnabled` must be false with a KmsMasterKeyId",
    ),
    Case(
        "SQS-007",
        "queue policy of an ARN",
        queue_policy("sqs:SendMessage", att("Queue")),
        queue_policy("sqs:SendMessage", ref("Queue")),
        "must be the URL of a queue, got: 'Queue.Arn' (nearest accepted: Ref Queue)",
    ),
    Case(
        "SQS-008",
        "queue policy about SNS",
        queue_policy("sns:Publish", ref("Queue")),
        queue_policy("sqs:SendMessage", ref("Queue")),
        "must be an action of SQS",
    ),
]
