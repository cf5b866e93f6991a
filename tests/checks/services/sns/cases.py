from tests.checks.cases import Case, Json, att, policy, ref, resource, statement

ROLE: Json = {"AWS": "arn:aws:iam::111122223333:root"}
QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:q"


def queue(**properties: object) -> Json:
    return {"Queue": resource("AWS::SQS::Queue", **properties)}


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
        "must be absent without FifoTopic",
    ),
    Case(
        "SNS-003",
        "display name of 101 characters",
        topic(DisplayName="a" * 101),
        topic(DisplayName="a" * 100),
        "at most 100 characters",
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
        "have at most 5 keys, got: 6",
    ),
    Case(
        "SNS-006",
        "filter policy of 200 combinations",
        filtered(a=TEN, b=TEN, c=[1, 2]),
        filtered(a=TEN, b=TEN, c=[1]),
        "at most 150 combinations, got: 200",
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
