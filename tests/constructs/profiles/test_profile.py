"""Which profile applies where, what it sets, and that arguments take precedence."""

import dataclasses
import json
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs import (
    Auth,
    Backup,
    Cdn,
    LambdaHandler,
    MemcachedCache,
    Profile,
    RedisAuth,
    RedisCache,
    RedisTopology,
    Replication,
    ServerlessStack,
    StorageBucket,
)
from serverless_stack.constructs.profiles.settings import ALL
from serverless_stack.testing import assert_compliant
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

GROUP = "AWS::ElastiCache::ReplicationGroup"
REGION = cdk.Environment(account="123456789012", region="eu-west-1")


def test_the_default_is_production(stack: cdk.Stack) -> None:
    assert Profile.of(stack) == Profile.production()
    assert Profile.production().name == "production"


@pytest.mark.parametrize("profile", [Profile(settings) for settings in ALL])
def test_a_profile_applies_to_what_is_created_afterwards(
    stack: cdk.Stack, profile: Profile
) -> None:
    Construct(stack, "Before")
    profile.apply(stack)
    assert Profile.of(Construct(stack, "After")) == profile
    assert profile.log_retention.name


def test_the_nearest_profile_counts_and_the_last_one_applied_to_a_scope(
    app: cdk.App, stack: cdk.Stack
) -> None:
    Profile.dev().apply(app)
    assert Profile.of(stack) == Profile.dev()
    part = Construct(stack, "Part")
    Profile.regulated().apply(part)
    assert Profile.of(Construct(part, "Inside")) == Profile.regulated()
    assert Profile.of(Construct(stack, "Beside")) == Profile.dev()
    Profile.production().apply(app)
    assert Profile.of(stack) == Profile.production()


def test_a_profile_of_ones_own(stack: cdk.Stack, code: Path) -> None:
    settings = dataclasses.replace(
        Profile.production().settings, name="custom", log_retention_days=30, dead_letters=False
    )
    Profile(settings).apply(stack)
    LambdaHandler(stack, "Handler", code=code)
    template = synth(stack)
    assert properties(template, "AWS::Logs::LogGroup") == {"RetentionInDays": 30}
    assert "AWS::SQS::Queue" not in {r["Type"] for r in template["Resources"].values()}


def test_dev_leaves_nothing_behind(code: Path, site: Path) -> None:
    template = synth(
        ServerlessStack(
            new_app(),
            "Shop",
            profile=Profile.dev(),
            function=code,
            site=site,
            redis=True,
            memcached=True,
        )
    )
    kept = [r for r in template["Resources"].values() if r.get("DeletionPolicy") == "Retain"]
    assert kept == []
    assert properties(template, GROUP)["NumCacheClusters"] == 1
    assert properties(template, "AWS::ElastiCache::CacheCluster")["NumCacheNodes"] == 1
    assert "Custom::S3AutoDeleteObjects" in {r["Type"] for r in template["Resources"].values()}


def test_explicit_arguments_take_precedence(stack: cdk.Stack) -> None:
    Profile.dev().apply(stack)
    RedisCache(
        stack,
        "Redis",
        topology=RedisTopology.replicated(2),
        port=7000,
        backup=Backup(retention=cdk.Duration.days(3)),
        removal_policy=cdk.RemovalPolicy.SNAPSHOT,
    )
    MemcachedCache(stack, "Memcached", num_cache_nodes=3, port=7001)
    template = synth(stack)
    (group,) = all_of(template, GROUP)
    asked = group["Properties"]
    assert (asked["NumCacheClusters"], asked["Port"], asked["SnapshotRetentionLimit"]) == (
        3,
        7000,
        3,
    )
    assert group["DeletionPolicy"] == "Snapshot"
    cluster = properties(template, "AWS::ElastiCache::CacheCluster")
    assert (cluster["NumCacheNodes"], cluster["Port"]) == (3, 7001)


def test_the_removal_of_a_stack_is_that_of_what_its_parts_share(code: Path) -> None:
    stack = ServerlessStack(
        new_app(), "Shop", function=code, redis=True, removal_policy=cdk.RemovalPolicy.DESTROY
    )
    resources = synth(stack)["Resources"].items()
    (role,) = [name for name, r in resources if r.get("DeletionPolicy") == "Retain"]
    assert "ApiLogRoleCloudWatchRole" in role  # other APIs of the account use it


def regulated(code: Path, site: Path) -> Json:
    return synth(
        ServerlessStack(
            new_app(),
            "Shop",
            profile=Profile.regulated(),
            function=code,
            site=site,
            api={"auth": Auth.public(reason="tested")},
            redis=True,
            memcached=True,
        )
    )


def test_regulated_encrypts_with_one_key(code: Path, site: Path) -> None:
    template = regulated(code, site)
    (key,) = [n for n, r in template["Resources"].items() if r["Type"] == "AWS::KMS::Key"]
    arn = {"Fn::GetAtt": [key, "Arn"]}
    assert template["Resources"][key]["Properties"]["EnableKeyRotation"] is True
    assert template["Resources"][key]["DeletionPolicy"] == "Retain"
    assert properties(template, GROUP)["KmsKeyId"] == arn
    assert properties(template, "AWS::SecretsManager::Secret")["KmsKeyId"] == arn
    for kind in ("AWS::Logs::LogGroup",):
        assert {str(group["Properties"]["KmsKeyId"]) for group in all_of(template, kind)} == {
            str(arn)
        }


def test_regulated_watches_and_tells(code: Path, site: Path) -> None:
    template = regulated(code, site)
    alarms = all_of(template, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 26  # as `serverless-stack profiles` prints
    topics = {str(alarm["Properties"]["AlarmActions"]) for alarm in alarms}
    assert len(topics) == 1
    schedule = properties(template, "AWS::SecretsManager::RotationSchedule")
    assert schedule["RotationRules"] == {"AutomaticallyAfterDays": 30}
    associated = properties(template, "AWS::WAFv2::WebACLAssociation")
    assert "/stages/" in str(associated["ResourceArn"])


def test_a_stack_of_one_account_needs_no_credentials(code: Path, site: Path) -> None:
    """Nothing is looked up: CDK would ask the account for the names of its zones."""
    app = new_app()
    stack = ServerlessStack(app, "Shop", function=code, site=site, redis=True, env=REGION)
    assembly = app.synth()
    manifest = json.loads((Path(assembly.directory) / "manifest.json").read_text())
    assert "missing" not in manifest
    template = assembly.get_stack_by_name(stack.stack_name).template
    subnets = all_of(template, "AWS::EC2::Subnet")
    assert [s["Properties"]["AvailabilityZone"]["Fn::Select"][0] for s in subnets] == [0, 1]


def test_zones_that_were_looked_up_before_stay(code: Path) -> None:
    key = "availability-zones:account=123456789012:region=eu-west-1"
    app = new_app({key: ["eu-west-1b", "eu-west-1c"]})
    template = synth(ServerlessStack(app, "Shop", function=code, redis=True, env=REGION))
    subnets = all_of(template, "AWS::EC2::Subnet")
    zones = [subnet["Properties"]["AvailabilityZone"] for subnet in subnets]
    assert zones == ["eu-west-1b", "eu-west-1c"]


def test_every_construct_alone_is_compliant_by_default(stack: cdk.Stack, code: Path) -> None:
    bucket = StorageBucket(stack, "Bucket")
    Cdn(stack, "Cdn", bucket=bucket)
    cache = RedisCache(stack, "Redis")
    handler = LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc)
    for part in (bucket, cache):
        part.connect(handler)
    assert_compliant(stack, [cdk_nag.AwsSolutionsChecks, cdk_nag.ServerlessChecks])


def test_a_rotation_takes_the_place_of_its_acknowledgement(stack: cdk.Stack) -> None:
    RedisCache(stack, "Redis", auth=RedisAuth.token(rotate_every=cdk.Duration.days(30)))
    assert_compliant(stack)
    data = [
        entry.data
        for child in stack.node.find_all()
        for entry in child.node.metadata
        if entry.type == "aws:cdk:acknowledged-rules"
    ]
    assert not any("SMG4" in str(each) for each in data)


def test_a_replica(stack: cdk.Stack) -> None:
    replica = s3.Bucket.from_bucket_name(stack, "Elsewhere", "copies")
    StorageBucket(stack, "Bucket", replication=Replication(replica))
    template = synth(stack)
    (rule,) = properties(template, "AWS::S3::Bucket")["ReplicationConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert "copies" in str(rule["Destination"]["Bucket"])
    statements = properties(template, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    assert {action for s in statements for action in s["Action"]} == {
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTagging",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ReplicateDelete",
        "s3:ReplicateObject",
        "s3:ReplicateTags",
    }


def test_a_replica_needs_versions_and_a_key_for_what_is_encrypted(stack: cdk.Stack) -> None:
    replica = s3.Bucket.from_bucket_name(stack, "Elsewhere", "copies")
    copies = Replication(replica)
    message = refused(lambda: StorageBucket(stack, "One", versioned=False, replication=copies))
    assert "`versioned` must be True with `replication`" in message
    Profile.regulated().apply(stack)
    message = refused(lambda: StorageBucket(stack, "Two", replication=copies))
    assert "`replication.key` must be given" in message


def test_a_profile_that_is_applied_later_counts_for_what_follows(app: cdk.App) -> None:
    """The answers of `Profile.of` are kept until the next `apply`."""
    stack = cdk.Stack(app, "Test")
    part = Construct(stack, "Part")
    assert Profile.of(part) == Profile.production()
    Profile.dev().apply(app)
    assert Profile.of(part) == Profile.dev()
    Profile.regulated().apply(stack)
    assert Profile.of(part) == Profile.regulated()
    assert Profile.of(app) == Profile.dev()


RETAIN, SNAPSHOT = cdk.RemovalPolicy.RETAIN, cdk.RemovalPolicy.SNAPSHOT
DESTROY, LATER = cdk.RemovalPolicy.DESTROY, cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


@pytest.mark.parametrize(
    ("profile", "argument", "snapshots", "data", "of_logs"),
    [
        (Profile.production(), None, True, SNAPSHOT, RETAIN),
        (Profile.production(), None, False, RETAIN, RETAIN),
        (Profile.production(), DESTROY, True, DESTROY, DESTROY),
        (Profile.dev(), None, True, DESTROY, DESTROY),
        (Profile.dev(), SNAPSHOT, True, SNAPSHOT, RETAIN),
        (Profile.production().with_removal_policy(LATER), None, False, LATER, LATER),
    ],
)
def test_retention_is_the_argument_or_the_profiles(
    profile: Profile,
    argument: cdk.RemovalPolicy | None,
    snapshots: bool,
    data: cdk.RemovalPolicy,
    of_logs: cdk.RemovalPolicy,
) -> None:
    retention = profile.retention(argument, snapshots=snapshots)
    assert (retention.data, retention.logs) == (data, of_logs)
    assert retention.deletes_data is (data == DESTROY)
    assert retention.final_backup is (data == SNAPSHOT)


def test_retention_of_logs_and_backups() -> None:
    profile = Profile.regulated()
    kept = profile.retention()
    assert (kept.log_days, kept.backup_days) == (logs.RetentionDays.ONE_YEAR, 35)
    chosen = profile.retention(log_retention=logs.RetentionDays.ONE_DAY, backup_days=0)
    assert (chosen.log_days, chosen.backup_days) == (logs.RetentionDays.ONE_DAY, 0)


def test_settings_that_aws_does_not_offer_are_refused() -> None:
    settings = dataclasses.replace(
        Profile.dev().settings,
        log_retention_days=10,
        removal="keep",  # type: ignore[arg-type]
    )
    message = refused(lambda: Profile(settings))
    assert "- `removal` must be one of destroy, retain, retain_on_update_or_delete" in message
    assert "- `log_retention_days` must be one of 1, 3, 5, 7" in message
