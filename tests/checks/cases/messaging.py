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


def topic(**properties: object) -> Json:
    return {"Topic": resource("AWS::SNS::Topic", **properties)}


def subscribed(protocol: str, endpoint: object, **more: object) -> Json:
    given = {"TopicArn": ref("Topic"), "Protocol": protocol, "Endpoint": endpoint, **more}
    return {"Subscription": resource("AWS::SNS::Subscription", **given)}


def topic_policy(action: str) -> Json:
    document = policy(statement(Principal=ROLE, Action=action, Resource=ref("Topic")))
    made = resource("AWS::SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=document)
    return topic() | {"Policy": made}


def filtered(**keys: object) -> Json:
    return topic() | subscribed("sqs", QUEUE_ARN, FilterPolicy=keys)


FIFO: Json = {"FifoQueue": True}
TEN = list(range(10))

CASES = [
    Case(
        "SQS-001",
        "FIFO queue without .fifo",
        queue(QueueName="orders", FifoQueue=True),
        queue(QueueName="orders.fifo", FifoQueue=True),
        "must end with .fifo for a FIFO queue, got: 'orders' (nearest accepted: orders.fifo)",
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
        "must not be there without FifoQueue",
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
        "must be no FIFO queue as its source is, got: 'Dead'",
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
    Case(
        "SNS-001",
        "FIFO topic without .fifo",
        topic(TopicName="orders", FifoTopic=True),
        topic(TopicName="orders.fifo", FifoTopic=True),
        "(nearest accepted: orders.fifo)",
    ),
    Case(
        "SNS-002",
        "deduplication in a topic that is not FIFO",
        topic(ContentBasedDeduplication=True),
        topic(ContentBasedDeduplication=True, FifoTopic=True),
        "must not be there without FifoTopic",
    ),
    Case(
        "SNS-003",
        "display name of 101 characters",
        topic(DisplayName="a" * 101),
        topic(DisplayName="a" * 100),
        "100 characters at most",
    ),
    Case(
        "SNS-004",
        "subscription of a queue by its URL",
        topic() | subscribed("sqs", ref("Queue")) | queue(),
        topic() | subscribed("sqs", att("Queue")) | queue(),
        "must be an ARN, got: 'Ref Queue' (nearest accepted: its Arn)",
    ),
    Case(
        "SNS-004",
        "https to http",
        topic() | subscribed("https", "http://shop.example"),
        topic() | subscribed("https", "https://shop.example"),
        "must begin with https:// for https",
    ),
    Case(
        "SNS-005",
        "FIFO topic to an e-mail address",
        topic(FifoTopic=True) | subscribed("email", "a@shop.example"),
        topic(FifoTopic=True) | subscribed("sqs", QUEUE_ARN),
        "must be sqs for a FIFO topic, got: 'email' (nearest accepted: sqs)",
    ),
    Case(
        "SNS-005",
        "topic to a FIFO queue",
        topic() | subscribed("sqs", att("Queue")) | queue(**FIFO),
        topic(FifoTopic=True) | subscribed("sqs", att("Queue")) | queue(**FIFO),
        "must not be a FIFO queue",
    ),
    Case(
        "SNS-006",
        "filter policy of six keys",
        filtered(a=["1"], b=["1"], c=["1"], d=["1"], e=["1"], f=["1"]),
        filtered(a=["1"], b=["1"], c=["1"], d=["1"], e=["1"]),
        "have 5 keys at most, got: 6",
    ),
    Case(
        "SNS-006",
        "filter policy of 200 combinations",
        filtered(a=TEN, b=TEN, c=[1, 2]),
        filtered(a=TEN, b=TEN, c=[1]),
        "150 combinations at most, got: 200",
    ),
    Case("SNS-006", "filter policy of a text", filtered(a="1"), filtered(a=["1"]), "be a list"),
    Case(
        "SNS-007",
        "raw delivery by e-mail",
        topic() | subscribed("email", "a@shop.example", RawMessageDelivery=True),
        topic() | subscribed("sqs", QUEUE_ARN, RawMessageDelivery=True),
        "`RawMessageDelivery` must be false for email",
    ),
    Case(
        "SNS-008",
        "topic policy about SQS",
        topic_policy("sqs:SendMessage"),
        topic_policy("sns:Publish"),
        "must be an action of SNS",
    ),
]
