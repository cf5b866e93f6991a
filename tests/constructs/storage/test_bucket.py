from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import (
    ArchiveTiers,
    BucketCors,
    Inventory,
    LambdaHandler,
    Replication,
    RequestMetrics,
    StorageBucket,
)
from serverless_stack.constructs._internal.connect import Access
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    statements,
    synth,
    variables,
)

BUCKET = "AWS::S3::Bucket"


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    StorageBucket(stack, "Uploads")
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    copies = s3.Bucket.from_bucket_attributes(
        stack,
        "Copies",
        bucket_arn="arn:aws:s3:::acme-copies",
        encryption_key=kms.Key.from_key_arn(
            stack, "CopiesKey", "arn:aws:kms:eu-central-1:111111111111:key/1111"
        ),
    )
    StorageBucket(
        stack,
        "Uploads",
        bucket_name="shop-uploads",
        cors=BucketCors.uploads("https://shop.example.com"),
        replication=Replication(
            copies,
            prefix="orders/",
            owner="111111111111",
            storage_class="GLACIER_IR",
            delete_markers=False,
            replication_time=True,
        ),
        archive_tiers=ArchiveTiers(90, 180, prefix="media/", tags={"kind": "old"}),
        request_metrics=[RequestMetrics("Orders", "orders/"), RequestMetrics()],
        inventory=Inventory(
            copies,
            frequency="Daily",
            format="Parquet",
            versions=True,
        ),
        event_bridge=True,
        transfer_acceleration=True,
        versioned=True,
        encryption_key=kms.Key(stack, "Key"),
        expire_after=cdk.Duration.days(365),
        transitions=[
            s3.Transition(
                storage_class=s3.StorageClass.INFREQUENT_ACCESS,
                transition_after=cdk.Duration.days(30),
            ),
            s3.Transition(
                storage_class=s3.StorageClass.GLACIER, transition_after=cdk.Duration.days(90)
            ),
        ],
        noncurrent_version_expiration=cdk.Duration.days(14),
        abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
        lifecycle_rules=[
            s3.LifecycleRule(id="Logs", prefix="logs/", expiration=cdk.Duration.days(30))
        ],
        auto_delete_objects=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_the_bucket_is_private_encrypted_and_versioned(minimal: Json) -> None:
    bucket = properties(minimal, BUCKET)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "BucketName" not in bucket


def test_plain_http_and_old_tls_are_denied(minimal: Json) -> None:
    denied = properties(minimal, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert [(s["Effect"], s["Condition"]) for s in denied] == [
        ("Deny", {"Bool": {"aws:SecureTransport": "false"}}),
        ("Deny", {"NumericLessThan": {"s3:TlsVersion": 1.2}}),
    ]


def test_the_bucket_outlives_the_stack(minimal: Json) -> None:
    (bucket,) = all_of(minimal, BUCKET)
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_unfinished_uploads_are_deleted(minimal: Json) -> None:
    assert properties(minimal, BUCKET)["LifecycleConfiguration"]["Rules"] == [
        {
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "Id": "Default",
            "Status": "Enabled",
        }
    ]


def test_every_lifecycle_argument_is_passed_on(maximal: Json) -> None:
    default, logs = properties(maximal, BUCKET)["LifecycleConfiguration"]["Rules"]
    assert default["ExpirationInDays"] == 365
    assert default["NoncurrentVersionExpiration"] == {"NoncurrentDays": 14}
    assert default["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert default["Transitions"] == [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
        {"StorageClass": "GLACIER", "TransitionInDays": 90},
    ]
    assert (logs["Id"], logs["Prefix"], logs["ExpirationInDays"]) == ("Logs", "logs/", 30)


def test_a_kms_key_is_used_as_bucket_key(maximal: Json) -> None:
    (encryption,) = properties(maximal, BUCKET)["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert encryption["BucketKeyEnabled"] is True
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_destroy_empties_and_deletes(maximal: Json) -> None:
    (bucket,) = all_of(maximal, BUCKET)
    assert bucket["DeletionPolicy"] == "Delete"
    assert len(all_of(maximal, "Custom::S3AutoDeleteObjects")) == 1


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: StorageBucket(
            stack,
            "Uploads",
            bucket_name="Shop_",
            versioned=False,
            expire_after=cdk.Duration.days(10),
            transitions=[
                s3.Transition(
                    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
                    transition_after=cdk.Duration.days(29),
                )
            ],
            noncurrent_version_expiration=cdk.Duration.days(0),
            abort_incomplete_multipart_upload_after=cdk.Duration.hours(12),
            lifecycle_rules=[
                s3.LifecycleRule(id="Default", prefix="a/", expiration=cdk.Duration.hours(36))
            ],
            auto_delete_objects=True,
        )
    )
    assert message.splitlines() == [
        "10 problems in Test/Uploads:",
        "- `bucket_name` must have lowercase letters, digits, periods and hyphens only, "
        "got: 'Shop_'",
        "- `bucket_name` must begin and end with a lowercase letter or a digit, got: 'Shop_'",
        "- `transitions.STANDARD_IA` must be after 30 days or more, got: 29 days "
        "(nearest accepted: 30 days)",
        "- `expire_after` must be later than the transition to STANDARD_IA after 29 days, "
        "got: 10 days (nearest accepted: 30 days)",
        "- `noncurrent_version_expiration` must be whole days, 1 or more, got: 0 days "
        "(nearest accepted: 1 days)",
        "- `abort_incomplete_multipart_upload_after` must be whole days, 1 or more, got: 0.5 days "
        "(nearest accepted: 1 days)",
        "- `lifecycle_rules.expiration` must be whole days, 1 or more, got: 1.5 days "
        "(nearest accepted: 2 days)",
        "- `lifecycle_rules` must have each id once and not Default, which is the id of the rule "
        "made of the other arguments, got: ['Default']",
        "- `noncurrent_version_expiration` must be None for a bucket that is not `versioned`, "
        "which has no noncurrent versions",
        "- `auto_delete_objects` must go with `removal_policy=RemovalPolicy.DESTROY`, "
        "got: RemovalPolicy.RETAIN",
    ]
    assert stack.node.children == []


def test_the_nearest_valid_values_are_accepted(stack: cdk.Stack) -> None:
    StorageBucket(
        stack,
        "Uploads",
        bucket_name="shop",
        versioned=False,
        expire_after=cdk.Duration.days(31),
        transitions=[
            s3.Transition(
                storage_class=s3.StorageClass.INFREQUENT_ACCESS,
                transition_after=cdk.Duration.days(30),
            )
        ],
        abort_incomplete_multipart_upload_after=cdk.Duration.hours(24),
        lifecycle_rules=[
            s3.LifecycleRule(id="Other", prefix="a/", expiration=cdk.Duration.hours(48))
        ],
        auto_delete_objects=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    assert properties(synth(stack), BUCKET)["BucketName"] == "shop"


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    days = cdk.Duration.days(cdk.Token.as_number(cdk.Fn.ref("Days")))
    StorageBucket(stack, "Uploads", bucket_name=f"shop-{cdk.Aws.ACCOUNT_ID}", expire_after=days)
    cdk.CfnParameter(stack, "Days", type="Number")
    bucket = properties(synth(stack), BUCKET)
    assert bucket["BucketName"] == {"Fn::Join": ["", ["shop-", {"Ref": "AWS::AccountId"}]]}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == {"Ref": "Days"}


def test_the_raw_resource_can_be_changed(stack: cdk.Stack) -> None:
    uploads = StorageBucket(stack, "Uploads")
    raw = uploads.bucket.node.default_child
    assert isinstance(raw, s3.CfnBucket)
    raw.object_lock_enabled = True
    assert properties(synth(stack), BUCKET)["ObjectLockEnabled"] is True


@pytest.mark.parametrize("write", [True, False])
def test_connect_sets_permission_and_environment(
    stack: cdk.Stack, function: lambda_.Function, write: bool
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    uploads.connect(function, "read-write" if write else "read")
    template = synth(stack)
    assert variables(template) == {
        "BUCKET_NAME": stack.resolve(uploads.bucket_name),
        "BUCKET_KEY_PREFIX": "data/",
    }
    listing, using = statements(template)
    assert listing["Action"] == "s3:ListBucket"
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": "data/*"}}
    writing = ["AbortMultipartUpload", "DeleteObject", "PutObject", "PutObjectTagging"]
    names = ["GetObject", "GetObjectTagging", *(writing * write)]
    assert using["Action"] == [f"s3:{name}" for name in names]
    assert using["Resource"] == stack.resolve(uploads.bucket.arn_for_objects("data/*"))


def test_connect_for_writing_allows_no_reading(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    uploads.connect(function, "write", prefix="in/")
    (using,) = statements(synth(stack))
    names = ("AbortMultipartUpload", "DeleteObject", "PutObject", "PutObjectTagging")
    assert using["Action"] == [f"s3:{name}" for name in names]


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (
            "read",
            {
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionTagging",
            },
        ),
        (
            "write",
            {
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutObject",
                "s3:PutObjectTagging",
            },
        ),
    ],
)
def test_versions_are_used_as_objects_are(
    stack: cdk.Stack, function: lambda_.Function, access: Access, expected: set[str]
) -> None:
    StorageBucket(stack, "Uploads").connect(function, access, versions=True)
    *listing, using = statements(synth(stack))
    assert set(using["Action"]) == expected
    listed = [(s["Action"], s["Condition"]) for s in listing]
    assert listed == (
        [
            ("s3:ListBucket", {"StringLikeIfExists": {"s3:prefix": "data/*"}}),
            ("s3:ListBucketVersions", {"StringLike": {"s3:prefix": "data/*"}}),
        ]
        if access == "read"
        else []
    )


def test_the_whole_bucket_is_without_what_deployments_keep(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    uploads.connect(function, prefix="", versions=True)
    uploads.reserve("site/")
    template = synth(stack)
    assert variables(template)["BUCKET_KEY_PREFIX"] == ""
    allowed = [s for s in statements(template) if s["Effect"] == "Allow"]
    denied = [s for s in statements(template) if s["Effect"] == "Deny"]
    assert all("Condition" not in statement for statement in allowed)
    assert [s["Resource"] for s in denied] == [
        stack.resolve(uploads.bucket.arn_for_objects(f"{folder}*"))
        for folder in (".serverless-stack/", "site/")
    ]
    assert all(s["Action"] == allowed[-1]["Action"] for s in denied)


def test_a_reserved_folder_within_that_of_a_function_is_denied(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    uploads.reserve("data/pages/")
    uploads.connect(function)
    uploads.reserve("data/manuals/")
    assert [s["Resource"] for s in statements(synth(stack)) if s["Effect"] == "Deny"] == [
        stack.resolve(uploads.bucket.arn_for_objects(f"data/{folder}/*"))
        for folder in ("pages", "manuals")
    ]


def test_a_reserved_folder_is_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    uploads = StorageBucket(stack, "Uploads")
    uploads.reserve("site/")
    uploads.reserve("site/")
    assert refused(lambda: uploads.connect(function, prefix="site/images/")) == (
        "`prefix` must be outside of site/, where the files of deployments are, "
        "got: 'site/images/' (in Test/Uploads)"
    )
    uploads.connect(function, prefix="in/")
    assert refused(lambda: uploads.reserve("in/")) == (
        "`prefix` must be reserved before functions are connected to it, got: 'in/' and a "
        "function with 'in/' (in Test/Uploads)"
    )
    assert "`prefix` must be a folder" in refused(lambda: uploads.reserve(""))


@pytest.mark.parametrize(
    "prefix",
    ["data", "/data/", "/", "*", "da?a/", "${aws:username}/", ".serverless-stack/site/"],
)
def test_a_prefix_that_is_no_folder_is_refused(
    stack: cdk.Stack, function: lambda_.Function, prefix: str
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    assert "`prefix` must be" in refused(lambda: uploads.connect(function, prefix=prefix))
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    assert "`prefix` must be" in refused(lambda: uploads.grant_read(role, prefix=prefix))


def test_grants_end_with_their_prefix(stack: cdk.Stack) -> None:
    uploads = StorageBucket(stack, "Uploads")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    uploads.grant_read_write(role, prefix="in/").assert_success()
    listing, using = statements(synth(stack))
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": "in/*"}}
    assert using["Resource"] == stack.resolve(uploads.bucket.arn_for_objects("in/*"))
    assert not {action for action in using["Action"] if action.endswith("Version")}


def test_connect_grants_the_key(stack: cdk.Stack, code: Path) -> None:
    uploads = StorageBucket(stack, "Uploads", encryption_key=kms.Key(stack, "Key"))
    uploads.connect(LambdaHandler(stack, "Handler", code=code))
    actions = [action for s in statements(synth(stack)) for action in s["Action"]]
    assert {"s3:GetObject", "s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"} <= set(actions)


def test_a_second_bucket_with_the_same_prefix_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    first, second = StorageBucket(stack, "First"), StorageBucket(stack, "Second")
    first.connect(function)
    message = refused(lambda: second.connect(function))
    assert message == (
        "`environment` must have each name once, got again: BUCKET_KEY_PREFIX, BUCKET_NAME; "
        "pass another `env_prefix` to `connect` (in Test/Plain)"
    )
    assert len(statements(synth(stack))) == 2


def test_a_second_bucket_connects_with_another_prefix(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    StorageBucket(stack, "First").connect(function)
    StorageBucket(stack, "Second").connect(function, env_prefix="IMAGES")
    assert set(variables(synth(stack))) == {
        "BUCKET_NAME",
        "BUCKET_KEY_PREFIX",
        "IMAGES_NAME",
        "IMAGES_KEY_PREFIX",
    }


@pytest.mark.parametrize("prefix", ["", "1ST", "MY-BUCKET"])
def test_a_prefix_that_lambda_refuses_is_refused(
    stack: cdk.Stack, function: lambda_.Function, prefix: str
) -> None:
    uploads = StorageBucket(stack, "Uploads")
    assert "names must begin with a letter" in refused(
        lambda: uploads.connect(function, env_prefix=prefix)
    )


def test_grants_are_added_to_the_role_and_not_to_the_bucket(stack: cdk.Stack) -> None:
    uploads = StorageBucket(stack, "Uploads")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    uploads.grant_read(role).assert_success()
    uploads.grant_write(role).assert_success()
    uploads.grant_read_write(role).assert_success()
    template = synth(stack)
    assert {s["Effect"] for s in statements(template)} == {"Allow"}
    policy = properties(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert {s["Effect"] for s in policy} == {"Deny"}


def test_connecting_a_bucket_of_another_stack_causes_no_cycle(app: cdk.App, code: Path) -> None:
    uploads = StorageBucket(cdk.Stack(app, "Data"), "Uploads")
    stack = cdk.Stack(app, "Compute")
    uploads.connect(LambdaHandler(stack, "Handler", code=code))
    assembly = app.synth()
    assert "Data" in [d.id for d in assembly.get_stack_by_name("Compute").dependencies]


def test_lifecycle_rules_that_s3_refuses_are_reported(stack: cdk.Stack) -> None:
    days = cdk.Duration.days
    message = refused(
        lambda: StorageBucket(
            stack,
            "Uploads",
            transitions=[
                s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=days(30)),
                s3.Transition(
                    storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=days(90)
                ),
            ],
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="a" * 256,
                    tag_filters={"kind": "draft"},
                    object_size_greater_than=500,
                    object_size_less_than=100,
                    abort_incomplete_multipart_upload_after=days(7),
                    noncurrent_version_expiration=days(30),
                    noncurrent_version_transitions=[
                        s3.NoncurrentVersionTransition(
                            storage_class=s3.StorageClass.GLACIER, transition_after=days(30)
                        )
                    ],
                )
            ],
        )
    )
    assert message.splitlines() == [
        "5 problems in Test/Uploads:",
        "- `transitions.GLACIER` must not come before STANDARD_IA, to which objects cannot move "
        "from GLACIER, got: 30 days, before 90 days",
        "- `lifecycle_rules.noncurrent_version_expiration` must be later than the transition to "
        "GLACIER after 30 days, got: 30 days (nearest accepted: 31 days)",
        "- `lifecycle_rules.object_size_greater_than` must be less than the size that objects are "
        "below, 100 bytes, got: 500 (nearest accepted: 99)",
        "- `lifecycle_rules.abort_incomplete_multipart_upload_after` must be in a rule without a "
        "filter by tags and sizes of objects, got: one with it",
        "- `lifecycle_rules.id` must have at most 255 characters, got: 256",
    ]


def test_tokens_in_units_other_than_days_are_refused(stack: cdk.Stack) -> None:
    hours = cdk.CfnParameter(stack, "Hours", type="Number").value_as_number
    message = refused(
        lambda: StorageBucket(stack, "Uploads", expire_after=cdk.Duration.hours(hours))
    )
    assert message == (
        "`expire_after` must be Duration.days(…) for a number that is known at deployment only, "
        "got: Duration.hours(…) (in Test/Uploads)"
    )


def test_a_bucket_has_no_snapshot(stack: cdk.Stack) -> None:
    snapshot = cdk.RemovalPolicy.SNAPSHOT
    message = refused(lambda: StorageBucket(stack, "Bucket", removal_policy=snapshot))
    assert message.startswith("`removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or")
