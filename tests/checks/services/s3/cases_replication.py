from tests.checks.cases import Case, Json, att, ref, resource

VERSIONED: Json = {"VersioningConfiguration": {"Status": "Enabled"}}
TO: Json = {"Bucket": "arn:aws:s3:::copies"}
PLAIN: Json = {"Status": "Enabled", "Prefix": "", "Destination": TO}
FILTERED: Json = {
    "Status": "Enabled",
    "Filter": {"Prefix": "a/"},
    "Priority": 1,
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": TO,
}
ROLE = "arn:aws:iam::111122223333:role/copy"


def replicated(*rules: Json, **more: object) -> Json:
    properties = {"ReplicationConfiguration": {"Role": ROLE, "Rules": list(rules)}, **more}
    return {"Bucket": resource("AWS::S3::Bucket", **{**VERSIONED, **properties})}


def to(**destination: object) -> Json:
    return replicated({**PLAIN, "Destination": {**TO, **destination}})


TIMED: Json = {"Status": "Enabled", "Time": {"Minutes": 15}}
MEASURED: Json = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
KMS: Json = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}}
COPIES: Json = {"Copies": resource("AWS::S3::Bucket", **VERSIONED)}
ARN = "arn:aws:kms:eu-west-1:111122223333:key/{0}0000000-0000-4000-8000-000000000000"


def encrypted(algorithm: str, **key: object) -> Json:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **key}}
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}


def named(key: object) -> object:
    return att(key) if isinstance(key, str) and not key.startswith("arn:") else key


def keyed(key: object) -> Json:
    return encrypted("aws:kms", KMSMasterKeyID=ARN.format("9") if key == "Key" else named(key))


def with_key(key: object, bucket: object = "arn:aws:s3:::copies") -> Json:
    chosen = ARN.format("8") if key == "Key" else named(key)
    return {"Bucket": bucket, "EncryptionConfiguration": {"ReplicaKmsKeyID": chosen}}


def copied(key: object, default: object = "CopyKey") -> Json:
    """A bucket and its copies; the keys by their logical id, ARN or value."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
    destination = {
        "Bucket": att("Copies"),
        "EncryptionConfiguration": {"ReplicaKmsKeyID": named(key)},
    }
    keys = {name: resource("AWS::KMS::Key", KeyPolicy=policy) for name in ("Key", "CopyKey")}
    return {
        **keys,
        "Copies": resource(
            "AWS::S3::Bucket", **VERSIONED, **encrypted("aws:kms", KMSMasterKeyID=named(default))
        ),
        **replicated({**PLAIN, **KMS, "Destination": destination}),
    }


CASES = [
    Case(
        "S3-020",
        "replication without versioning (L1)",
        {
            "Bucket": resource(
                "AWS::S3::Bucket", ReplicationConfiguration={"Role": ROLE, "Rules": [PLAIN]}
            )
        },
        replicated(PLAIN),
        "`VersioningConfiguration.Status` must be Enabled for replication, got: None",
    ),
    Case(
        "S3-021",
        "filter without a priority",
        replicated({k: v for k, v in FILTERED.items() if k != "Priority"}),
        replicated(FILTERED),
        "Priority` must be set with a Filter",
    ),
    Case(
        "S3-021",
        "one priority twice",
        replicated(FILTERED, {**FILTERED, "Filter": {"Prefix": "b/"}}),
        replicated(FILTERED, {**FILTERED, "Filter": {"Prefix": "b/"}, "Priority": 2}),
        "must not be that of ReplicationConfiguration.Rules.0, got: 1",
    ),
    Case(
        "S3-022",
        "filter and prefix",
        replicated({**FILTERED, "Prefix": "a/"}),
        replicated(FILTERED),
        "Prefix` must be in the Filter",
    ),
    Case(
        "S3-022",
        "delete markers replicated by tag",
        replicated(
            {
                **FILTERED,
                "Filter": {"TagFilter": {"Key": "a", "Value": "b"}},
                "DeleteMarkerReplication": {"Status": "Enabled"},
            }
        ),
        replicated({**FILTERED, "DeleteMarkerReplication": {"Status": "Enabled"}}),
        "must be Disabled with a filter by tags",
    ),
    Case(
        "S3-023",
        "replication time without metrics",
        to(ReplicationTime=TIMED),
        to(ReplicationTime=TIMED, Metrics=MEASURED),
        "Metrics` must be Enabled with ReplicationTime",
    ),
    Case(
        "S3-023",
        "replication within 10 minutes",
        to(ReplicationTime={"Status": "Enabled", "Time": {"Minutes": 10}}, Metrics=MEASURED),
        to(ReplicationTime=TIMED, Metrics=MEASURED),
        "Minutes` must be 15, got: 10 (nearest accepted: 15)",
    ),
    Case(
        "S3-024",
        "encrypted objects without a key",
        replicated({**PLAIN, **KMS}),
        replicated(
            {
                **PLAIN,
                **KMS,
                "Destination": {
                    **TO,
                    "EncryptionConfiguration": {
                        "ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:111122223333:key/a"
                    },
                },
            }
        ),
        "ReplicaKmsKeyID` must be set with SseKmsEncryptedObjects",
    ),
    Case(
        "S3-025",
        "destination by its name",
        COPIES | replicated({**PLAIN, "Destination": {"Bucket": ref("Copies")}}),
        COPIES | replicated({**PLAIN, "Destination": {"Bucket": att("Copies")}}),
        "must be the ARN of a bucket, got: 'Ref Copies' (nearest accepted: its Arn)",
    ),
    Case(
        "S3-025",
        "replication to itself",
        replicated({**PLAIN, "Destination": {"Bucket": att("Bucket")}}),
        replicated(PLAIN),
        "must differ from the source bucket",
    ),
    Case(
        "S3-025",
        "another owner without an account",
        to(AccessControlTranslation={"Owner": "Destination"}),
        to(AccessControlTranslation={"Owner": "Destination"}, Account="111122223333"),
        "Account` must be set to change the owner",
    ),
    Case(
        "S3-026",
        "1,001 replication rules",
        replicated(*[{**PLAIN, "Prefix": f"{n}/"} for n in range(1001)]),
        replicated(*[{**PLAIN, "Prefix": f"{n}/"} for n in range(1000)]),
        "at most 1,000 rules",
    ),
    Case(
        "S3-027",
        "replication of a bucket with a key that leaves out encrypted objects",
        replicated(PLAIN, **keyed("Key")),
        replicated({**PLAIN, **KMS, "Destination": with_key("Key")}, **keyed("Key")),
        "SseKmsEncryptedObjects.Status` must be Enabled, as the objects are encrypted with aws:kms",
    ),
    Case(
        "S3-027",
        "replication that leaves out encrypted objects by its word",
        replicated(
            {
                **PLAIN,
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Disabled"}},
            },
            **keyed("Key"),
        ),
        replicated(PLAIN, **encrypted("AES256")),
        "got: 'Disabled' (nearest accepted: Enabled)",
    ),
    Case(
        "S3-028",
        "replicas with the key of the source",
        copied("Key"),
        copied("CopyKey"),
        "ReplicaKmsKeyID` must be the key of Copies, got: 'Key' (nearest accepted: CopyKey)",
    ),
    Case(
        "S3-028",
        "replicas with another ARN",
        copied(ARN.format("1"), ARN.format("2")),
        copied({"Fn::ImportValue": "key"}, ARN.format("2")),
        "must be the key of Copies",
    ),
]
