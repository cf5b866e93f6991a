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
]
