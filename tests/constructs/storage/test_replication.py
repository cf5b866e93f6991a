"""Replication of a bucket's objects to other buckets."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import LambdaHandler, ObjectLock, Replication, StorageBucket
from serverless_stack.testing import assert_compliant, assert_deployable
from tests.constructs.templates import Json, new_app, properties, refused, synth

BUCKET = "AWS::S3::Bucket"
ACCOUNT = "111111111111"


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(new_app(), "Test")


def copy_of(stack: cdk.Stack, *, key: bool, name: str = "acme-copy") -> s3.IBucket:
    arn = "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    return s3.Bucket.from_bucket_attributes(
        stack,
        name,
        bucket_arn=f"arn:aws:s3:::{name}",
        encryption_key=kms.Key.from_key_arn(stack, f"{name}Key", arn) if key else None,
    )


def rules_of(template: Json) -> list[Json]:
    found = [
        resource["Properties"]["ReplicationConfiguration"]["Rules"]
        for resource in template["Resources"].values()
        if "ReplicationConfiguration" in resource.get("Properties", {})
    ]
    return list(found[0])


@pytest.mark.parametrize("key", [True, False])
def test_the_key_of_a_replica_needs_a_selection_of_objects(stack: cdk.Stack, key: bool) -> None:
    """S3 refuses the one without the other."""
    StorageBucket(stack, "Uploads", replication=Replication(copy_of(stack, key=key)))
    (rule,) = properties(synth(stack), BUCKET)["ReplicationConfiguration"]["Rules"]
    assert ("EncryptionConfiguration" in rule["Destination"]) is key
    assert ("SourceSelectionCriteria" in rule) is key
    assert_deployable(stack)


def test_a_destination_without_a_key_is_refused_for_encrypted_objects(stack: cdk.Stack) -> None:
    copies = Replication(copy_of(stack, key=False))
    key = kms.Key(stack, "Key")
    assert refused(
        lambda: StorageBucket(stack, "Uploads", encryption_key=key, replication=copies)
    ) == (
        "`replication.key` must be given for objects that are encrypted with a KMS key, because "
        "the destination Test/acme-copy has none that is known, got: None; pass a key of the "
        "destination's region, or import the bucket with its `encryption_key` (in Test/Uploads)"
    )
    # With a key it works, whatever the bucket itself is encrypted with.
    given = Replication(copy_of(stack, key=False, name="acme-others"), key=kms.Key(stack, "Other"))
    StorageBucket(stack, "Uploads", encryption_key=key, replication=given)
    (rule,) = rules_of(synth(stack))
    assert rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"]
    assert_deployable(stack)


def test_locked_objects_are_copied_with_their_retention(stack: cdk.Stack) -> None:
    lock = ObjectLock.governance(days=30)
    plain = StorageBucket(stack, "Plain")
    assert refused(
        lambda: StorageBucket(stack, "Uploads", object_lock=lock, replication=Replication(plain))
    ) == (
        "`replication.destination` must have `object_lock`, as the bucket itself has, got: "
        "Test/Plain/Bucket, which has none; `ObjectLock()` is enough there (in Test/Uploads)"
    )
    copies = StorageBucket(stack, "Copies", object_lock=ObjectLock())
    StorageBucket(stack, "Uploads", object_lock=lock, replication=Replication(copies))
    policy = properties(synth(stack), "AWS::IAM::ManagedPolicy")["PolicyDocument"]
    actions = [statement["Action"] for statement in policy["Statement"]]
    assert ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] in actions


def test_two_destinations(stack: cdk.Stack) -> None:
    first = StorageBucket(stack, "First", encryption_key=kms.Key(stack, "Key"))
    StorageBucket(
        stack,
        "Uploads",
        replication=[
            Replication(first, prefix="a/"),
            Replication(copy_of(stack, key=False), prefix="b/", storage_class="DEEP_ARCHIVE"),
        ],
    )
    template = synth(stack)
    assert [(r["Id"], r["Priority"], r["Filter"]["Prefix"]) for r in rules_of(template)] == [
        ("Replica", 1, "a/"),
        ("Replica2", 0, "b/"),
    ]
    (source,) = [
        resource
        for resource in template["Resources"].values()
        if "ReplicationConfiguration" in resource.get("Properties", {})
    ]
    assert any(name.startswith("FirstBucket") for name in source["DependsOn"])
    assert_deployable(stack)


def test_the_destination_is_deployed_first_in_another_region() -> None:
    app = new_app()
    ohio = cdk.Stack(app, "Ohio", env=cdk.Environment(account=ACCOUNT, region="us-east-2"))
    here = cdk.Stack(app, "Here", env=cdk.Environment(account=ACCOUNT, region="us-east-1"))
    copies = StorageBucket(ohio, "Copies", bucket_name="acme-copies", access_log=False)
    StorageBucket(here, "Uploads", replication=Replication(copies), access_log=False)
    assembly = app.synth()
    found = assembly.get_stack_by_name("Here")
    assert "Ohio" in [each.id for each in found.dependencies]
    (rule,) = rules_of(found.template)
    assert "acme-copies" in str(rule["Destination"]["Bucket"])


def test_what_is_refused(stack: cdk.Stack) -> None:
    copies = copy_of(stack, key=False)
    plain = s3.Bucket(stack, "Plain")

    def problem(*items: Replication, versioned: bool = True) -> str:
        return refused(lambda: StorageBucket(stack, "It", replication=items, versioned=versioned))

    assert problem(Replication(copies), versioned=False).startswith(
        "`versioned` must be True with `replication`, got: False; S3 replicates versions"
    )
    assert problem(Replication(plain)).startswith(
        "`replication.destination` must be versioned, got: Test/Plain, which is not"
    )
    assert problem(Replication(copies, owner="12")).startswith(
        "`replication.owner` must be the 12 digits of an account, got: '12'"
    )
    assert problem(Replication(copies), Replication(copies)).startswith(
        "`replication` must have each destination once with a prefix, got more than once: "
        "Test/acme-copy with ''"
    )
    assert problem(Replication(copies, prefix="/a")).startswith(
        "`replication.prefix` must not begin with a slash"
    )
    app = new_app()
    ohio = cdk.Stack(app, "Ohio", env=cdk.Environment(account=ACCOUNT, region="us-east-2"))
    here = cdk.Stack(app, "Here", env=cdk.Environment(account=ACCOUNT, region="us-east-1"))
    unnamed = StorageBucket(ohio, "Copies", access_log=False)
    message = refused(lambda: StorageBucket(here, "It", replication=Replication(unnamed)))
    assert message.startswith(
        "`replication.destination` must have a `bucket_name` in another region or account"
    )
    named = StorageBucket(ohio, "Named", bucket_name="acme-copies", access_log=False)
    key = kms.Key(here, "Key")
    message = refused(lambda: StorageBucket(here, "It", replication=Replication(named, key=key)))
    assert message.startswith(
        "`replication.key` must be of the destination's region, us-east-2, got: Here/Key in "
        "us-east-1"
    )


def test_a_bucket_of_another_stack_leaves_no_findings(code: Path) -> None:
    app = new_app()
    data, compute = cdk.Stack(app, "Data"), cdk.Stack(app, "Compute")
    bucket = StorageBucket(data, "Bucket", encryption_key=kms.Key(data, "Key"))
    bucket.connect(LambdaHandler(compute, "Handler", code=code), prefix="in/")
    StorageBucket(compute, "Source", replication=Replication(bucket))
    assert_compliant(compute)


def test_a_bucket_with_a_key_of_another_stack_is_connected() -> None:
    """The function's stack needs the bucket's, and never the other way round."""
    app = new_app()
    data, compute = cdk.Stack(app, "Data"), cdk.Stack(app, "Compute")
    bucket = StorageBucket(data, "Bucket", encryption_key=kms.Key(data, "Key"))
    role = iam.Role(compute, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    bucket.grant_read_write(role, prefix="in/")
    template = app.synth().get_stack_by_name("Compute").template
    statements = properties(template, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert ["kms:Decrypt", "kms:GenerateDataKey"] in [s["Action"] for s in statements]
    assert data.dependencies == []
    assert compute.dependencies == [data]
