from tests.checks.cases import Case, Json, resource


def bucket(**properties: object) -> Json:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


def lifecycle(**rule: object) -> Json:
    return bucket(LifecycleConfiguration={"Rules": [{"Status": "Enabled", **rule}]})


CASES = [
    Case(
        "S3-001",
        "xn-- prefix",
        bucket(BucketName="xn--orders"),
        bucket(BucketName="x--orders"),
        "`BucketName` must not begin with a prefix that S3 reserves",
    ),
    Case(
        "S3-002",
        "expiration 0 days",
        lifecycle(ExpirationInDays=0),
        lifecycle(ExpirationInDays=1),
        "`LifecycleConfiguration.Rules.0.ExpirationInDays` must be whole days, 1 or more, got: 0",
    ),
]
