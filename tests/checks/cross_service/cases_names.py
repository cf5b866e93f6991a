"""Names that AWS takes once."""

from tests.checks.cases import Case, Json, resource
from tests.checks.cross_service.cases_distributions import certified


def bucket(name: str, logical_id: str = "Bucket") -> Json:
    return {logical_id: resource("AWS::S3::Bucket", BucketName=name)}


def queue(name: str) -> Json:
    return {"Queue": resource("AWS::SQS::Queue", QueueName=name)}


CASES = [
    Case(
        "CROSS-SERVICE-070",
        "one name twice",
        {**bucket("orders-of-the-shop"), **bucket("orders-of-the-shop", "Other")},
        {**bucket("orders-of-the-shop"), **bucket("others-of-the-shop", "Other")},
        "`BucketName` must differ from that of Bucket, got: 'orders-of-the-shop'",
    ),
    Case(
        "CROSS-SERVICE-071",
        "two stacks with one bucket",
        bucket("orders-of-the-shop"),
        bucket("orders-of-the-shop"),
        "`BucketName` must differ from that of Bucket of Shop, got: 'orders-of-the-shop'",
        bad_others={"Other": {"Resources": bucket("orders-of-the-shop")}},
        good_others={"Other": {"Resources": bucket("others-of-the-shop")}},
    ),
    Case(
        "CROSS-SERVICE-071",
        "two stacks with one domain name",
        certified("us-east-1"),
        certified("us-east-1"),
        "`DistributionConfig.Aliases.0` must differ from that of Cdn of Shop",
        bad_others={"Other": {"Resources": certified("us-east-1")}},
    ),
    Case(
        "CROSS-SERVICE-072",
        "two stacks with one queue",
        queue("orders"),
        queue("orders"),
        "if both are in one account and region, got: 'orders'",
        bad_others={"Other": {"Resources": queue("orders")}},
        good_others={"Other": {"Resources": queue("others")}},
    ),
]
