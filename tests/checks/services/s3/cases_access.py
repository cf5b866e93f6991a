from tests.checks.cases import Case, Json, att, policy, ref, resource, statement

OPEN: Json = {
    "PublicAccessBlockConfiguration": {"BlockPublicAcls": False, "BlockPublicPolicy": False}
}
OWNED: Json = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}
ANYBODY: Json = statement(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::shop/*")
ROLE: Json = {"AWS": "arn:aws:iam::111122223333:root"}


def bucket(**properties: object) -> Json:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


def with_policy(*statements: Json, **properties: object) -> Json:
    document = policy(*statements)
    made = resource("AWS::S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document)
    return {**bucket(**properties), "Policy": made}


def about(action: str, of: object) -> Json:
    return with_policy(statement(Principal=ROLE, Action=action, Resource=of))


def objects(bucket_: str) -> Json:
    return {"Fn::Join": ["", [att(bucket_), "/*"]]}


def notified(*, queue: object = None, **configuration: object) -> Json:
    made = {
        "Event": "s3:ObjectCreated:*",
        "Queue": queue or "arn:aws:sqs:eu-west-1:111122223333:q",
        **configuration,
    }
    return {"QueueConfigurations": [made]}


def notifies(*configurations: Json, **resources: object) -> Json:
    listed = [each["QueueConfigurations"] for each in configurations]
    merged = [each for some in listed if isinstance(some, list) for each in some]
    return bucket(NotificationConfiguration={"QueueConfigurations": merged}) | resources


def key(**names: str) -> Json:
    return {"S3Key": {"Rules": [{"Name": k, "Value": v} for k, v in names.items()]}}


FIFO = resource("AWS::SQS::Queue", QueueName="q.fifo", FifoQueue=True)
QUEUE = resource("AWS::SQS::Queue")
HIDDEN = resource("AWS::SQS::Queue", KmsMasterKeyId="alias/aws/sqs")

CASES = [
    Case(
        "S3-030",
        "event of a wrong type",
        notifies(notified(Event="s3:ObjectCreated:Update")),
        notifies(notified(Event="s3:ObjectCreated:Put")),
        "got: 's3:ObjectCreated:Update' (nearest accepted: s3:ObjectCreated:*)",
    ),
    Case(
        "S3-031",
        "overlapping notifications",
        notifies(
            notified(Filter=key(prefix="a/")),
            notified(Event="s3:ObjectCreated:Put", Filter=key(prefix="a/b", suffix=".jpg")),
        ),
        notifies(
            notified(Filter=key(prefix="a/", suffix=".png")),
            notified(Event="s3:ObjectCreated:Put", Filter=key(prefix="a/b", suffix=".jpg")),
        ),
        "`NotificationConfiguration.QueueConfigurations.1` must not overlap with",
    ),
    Case(
        "S3-032",
        "two prefixes in a filter",
        notifies(
            notified(
                Filter={
                    "S3Key": {
                        "Rules": [
                            {"Name": "prefix", "Value": "a"},
                            {"Name": "prefix", "Value": "b"},
                        ]
                    }
                }
            )
        ),
        notifies(notified(Filter=key(prefix="a", suffix="b"))),
        "must be unique within a filter, got: 'prefix'",
    ),
    Case(
        "S3-033",
        "notification to a FIFO queue",
        notifies(notified(queue=att("Queue")), Queue=FIFO),
        notifies(notified(queue=att("Queue")), Queue=QUEUE),
        "must not be FIFO, got: 'Queue'",
    ),
    Case(
        "S3-034",
        "notification to a queue under AWS's key",
        notifies(notified(queue=att("Queue")), Queue=HIDDEN),
        notifies(notified(queue=att("Queue")), Queue=QUEUE),
        "must have a key of your own in Queue",
    ),
    Case(
        "S3-040",
        "ACL in a bucket without ACLs",
        bucket(AccessControl="LogDeliveryWrite"),
        bucket(AccessControl="LogDeliveryWrite", **OWNED),
        "unless `OwnershipControls.Rules.0.ObjectOwnership` turns ACLs on",
    ),
    Case(
        "S3-041",
        "public ACL in a bucket that blocks it",
        bucket(AccessControl="PublicRead", **OWNED),
        bucket(AccessControl="PublicRead", **OWNED, **OPEN),
        "`AccessControl` must not be public unless",
    ),
    Case(
        "S3-042",
        "bucket policy of 21 KB",
        with_policy(
            statement(Principal=ROLE, Action="s3:GetObject", Resource=["arn:aws:s3:::b/*"] * 1200)
        ),
        with_policy(
            statement(Principal=ROLE, Action="s3:GetObject", Resource=["arn:aws:s3:::b/*"] * 1000)
        ),
        "`PolicyDocument` must have at most 20 KB",
    ),
    Case(
        "S3-043",
        "policy for everybody that is blocked",
        with_policy(ANYBODY),
        with_policy(ANYBODY, **OPEN),
        "must not be everyone unless `PublicAccessBlockConfiguration.BlockPublicPolicy` of Bucket",
    ),
    Case(
        "S3-044",
        "action on objects about a bucket",
        about("s3:GetObject", att("Bucket")),
        about("s3:GetObject", objects("Bucket")),
        "Resource` must be objects",
    ),
    Case(
        "S3-044",
        "action on a bucket about objects",
        about("s3:ListBucket", objects("Bucket")),
        about("s3:ListBucket", att("Bucket")),
        "Resource` must be a bucket for s3:ListBucket",
    ),
    Case(
        "S3-045",
        "bucket policy without a principal",
        with_policy(statement(Action="s3:ListBucket", Resource=att("Bucket"))),
        with_policy(statement(Principal=ROLE, Action="s3:ListBucket", Resource=att("Bucket"))),
        "Principal` must be set in a bucket policy",
    ),
    Case(
        "S3-046",
        "two policies of a bucket",
        about("s3:ListBucket", att("Bucket"))
        | {
            "Second": resource(
                "AWS::S3::BucketPolicy",
                Bucket=ref("Bucket"),
                PolicyDocument=policy(
                    statement(Principal=ROLE, Action="s3:ListBucket", Resource=att("Bucket"))
                ),
            )
        },
        about("s3:ListBucket", att("Bucket")),
        "`Bucket` must be a bucket without another policy, Policy is one",
    ),
]
