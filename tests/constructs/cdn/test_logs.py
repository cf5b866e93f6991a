"""The log of a distribution: legacy, standard logging (v2), and none; and its regions."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match

from serverless_stack.constructs import Cdn, CdnLog, Profile, StorageBucket
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth, warnings

DISTRIBUTION = "AWS::CloudFront::Distribution"
EUROPE = cdk.Environment(region="eu-central-1")


def make(stack: cdk.Stack, access_log: bool | CdnLog | None) -> Cdn:
    pages = StorageBucket(stack, "Pages", access_log=False)
    return Cdn(stack, "Site", bucket=pages, access_log=access_log)


def templates(region: str | None, access_log: bool | CdnLog | None) -> dict[str, Json]:
    app = new_app()
    env = cdk.Environment(region=region) if region else None
    make(cdk.Stack(app, "Shop", env=env), access_log)
    return {stack.stack_name: dict(stack.template) for stack in app.synth().stacks}


def logging(template: Json) -> object:
    return properties(template, DISTRIBUTION)["DistributionConfig"].get("Logging")


@pytest.fixture(scope="module")
def opt_in() -> dict[str, Json]:
    return templates("eu-central-2", None)


def test_an_opt_in_region_has_standard_logging_v2(opt_in: dict[str, Json]) -> None:
    assert list(opt_in) == ["Shop", "Shop-eu-central-2-monitoring"]
    there = opt_in["Shop-eu-central-2-monitoring"]
    source = properties(there, "AWS::Logs::DeliverySource")
    reference = source["ResourceArn"]["Fn::GetStackOutput"]
    assert reference["Region"] == "eu-central-2"
    assert source["LogType"] == "ACCESS_LOGS"
    assert source["Name"] == properties(there, "AWS::Logs::DeliveryDestination")["Name"]
    assert len(source["Name"]) <= 60
    delivery = properties(there, "AWS::Logs::Delivery")
    assert delivery["S3SuffixPath"] == "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
    assert delivery["S3EnableHiveCompatiblePath"] is False
    assert logging(opt_in["Shop"]) is None


def test_the_log_bucket_is_in_the_region_of_the_stack(opt_in: dict[str, Json]) -> None:
    target = properties(opt_in["Shop-eu-central-2-monitoring"], "AWS::Logs::DeliveryDestination")
    name = target["DestinationResourceArn"]["Fn::GetStackOutput"]["OutputName"]
    bucket = opt_in["Shop"]["Outputs"][name]["Value"]["Fn::GetAtt"][0]
    policies = [
        item["Properties"]
        for item in opt_in["Shop"]["Resources"].values()
        if item["Type"] == "AWS::S3::BucketPolicy"
    ]
    (policy,) = [item for item in policies if item["Bucket"] == {"Ref": bucket}]
    statements = policy["PolicyDocument"]["Statement"]
    (allowed,) = [
        item
        for item in statements
        if item["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    ]
    source = allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1]
    assert ":logs:us-east-1:" in source
    assert allowed["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"


def test_the_second_stack_is_announced(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="ap-east-1"))
    make(stack, True)
    notes = Annotations.from_stack(stack).find_info("*", Match.any_value())
    assert "Shop-ap-east-1-monitoring in us-east-1; deploy it as well" in str(notes[0].entry.data)
    assert warnings(stack) == []


@pytest.mark.parametrize(
    ("region", "access_log"), [(None, None), ("eu-central-1", None), ("us-east-1", True)]
)
def test_the_legacy_log_elsewhere(region: str | None, access_log: bool | None) -> None:
    (template,) = templates(region, access_log).values()
    assert logging(template) is not None
    assert not all_of(template, "AWS::Logs::DeliverySource")


def test_no_log(app: cdk.App) -> None:
    for access_log in (False, None):
        stack = cdk.Stack(app, f"Shop{access_log}", env=cdk.Environment(region="eu-central-2"))
        Profile.dev().apply(stack)
        make(stack, access_log)
    found = app.synth().stacks
    assert [logging(stack.template) for stack in found] == [None, None]


def test_a_log_group_is_in_us_east_1() -> None:
    log = CdnLog.log_group(fields=["date", "cs-uri-stem"], format="plain")
    there = templates("eu-central-1", log)["Shop-eu-central-1-monitoring"]
    assert properties(there, "AWS::Logs::LogGroup")["RetentionInDays"] == 90
    target = properties(there, "AWS::Logs::DeliveryDestination")
    assert target["OutputFormat"] == "plain"
    assert "Outputs" not in there
    delivery = properties(there, "AWS::Logs::Delivery")
    assert delivery["RecordFields"] == ["date", "cs-uri-stem"]
    assert "S3SuffixPath" not in delivery


def test_in_us_east_1_the_delivery_is_in_the_stack() -> None:
    (template,) = templates("us-east-1", CdnLog.bucket(path="cdn/{yyyy}", hive=True)).values()
    arn = properties(template, "AWS::Logs::DeliverySource")["ResourceArn"]["Fn::Join"][1]
    assert arn[-1] == {"Ref": next(name for name in template["Resources"] if "Site" in name)}
    assert properties(template, "AWS::Logs::Delivery")["S3EnableHiveCompatiblePath"] is True


def test_a_bucket_with_a_key_of_its_own(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    key = kms.Key(stack, "Key")
    own = s3.Bucket(stack, "Logs", encryption_key=key, bucket_name="own-logs")
    make(stack, CdnLog.bucket(own, format="parquet"))
    statements = properties(synth(stack), "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    assert statements[-1]["Principal"] == {"Service": "delivery.logs.amazonaws.com"}


def test_an_imported_bucket(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    make(stack, CdnLog.bucket(s3.Bucket.from_bucket_name(stack, "Logs", "own-logs")))
    assert ["delivery.logs.amazonaws.com s3:PutObject" in text for text in warnings(stack)] == [
        True
    ]


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (lambda stack: CdnLog.bucket(format="csv"), "one of w3c, json, plain, raw, parquet"),
        (lambda stack: CdnLog.log_group(format="parquet"), "one of json, plain, raw, got"),
        (lambda stack: CdnLog.bucket(path="/x"), "no slash at its ends, got: '/x'"),
        (lambda stack: CdnLog.bucket(path="x" * 257), "1 to 256 characters"),
        (lambda stack: CdnLog.bucket(fields=["date", "date"]), "must not repeat a field"),
        (lambda stack: CdnLog.bucket(fields=[""]), "must be 0 to 128 names"),
        (
            lambda stack: CdnLog.log_group(logs.LogGroup(stack, "Own")),
            "must have a log group in us-east-1, got: one in eu-central-1",
        ),
    ],
)
def test_refused(app: cdk.App, log: Callable[[cdk.Stack], CdnLog], message: str) -> None:
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    given = log(stack)
    assert message in refused(lambda: make(stack, given))


def test_a_delivered_log_needs_the_region(stack: cdk.Stack) -> None:
    message = "`access_log` must be True or False in a stack without a region"
    assert message in refused(lambda: make(stack, CdnLog.bucket()))


# Default settings, in each kind of region: default, opt-in, and the other partitions.
@pytest.mark.parametrize(
    ("region", "stacks"),
    [
        ("us-east-1", 1),
        ("us-west-2", 1),
        ("eu-west-1", 1),
        ("ap-northeast-1", 1),
        ("sa-east-1", 1),
        ("af-south-1", 2),
        ("ap-southeast-7", 2),
        ("ca-west-1", 2),
        ("eu-south-2", 2),
        ("me-central-1", 2),
        ("mx-central-1", 2),
    ],
)
def test_default_settings_deploy_in_every_region(region: str, stacks: int) -> None:
    found = templates(region, None)
    assert len(found) == stacks
    assert all_of(found["Shop"], DISTRIBUTION)


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "us-gov-west-1"])
def test_or_say_why_not(app: cdk.App, region: str) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region=region))
    assert f"`Cdn` must be left out in {region}, where" in refused(lambda: make(stack, None))


def test_a_distribution_does_not_serve_its_own_log() -> None:
    stack = cdk.Stack(new_app(), "Shop", env=cdk.Environment(region="us-east-1"))
    pages = StorageBucket(stack, "Pages")
    log = CdnLog.bucket(pages)
    message = refused(lambda: Cdn(stack, "Site", bucket=pages, access_log=log))
    assert "`access_log` must go to a bucket that the distribution does not serve whole" in message
    assert "got: Shop/Pages/Bucket" in message
    Cdn(stack, "Folder", bucket=pages, origin_path="/site", access_log=log)
