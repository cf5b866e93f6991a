"""Names, CORS, Object Lock, inventories and the other optional features of a bucket."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import (
    ArchiveTiers,
    BucketCors,
    Inventory,
    LambdaHandler,
    ObjectLock,
    Profile,
    RequestMetrics,
    StorageBucket,
)
from serverless_stack.testing import assert_deployable
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

BUCKET = "AWS::S3::Bucket"
ACCOUNT = "111111111111"


def env(region: str) -> cdk.Environment:
    return cdk.Environment(account=ACCOUNT, region=region)


@pytest.fixture(scope="module")
def shared() -> cdk.Stack:
    """A stack for what is refused, which leaves nothing behind."""
    return cdk.Stack(new_app(), "Test")


def by_name(template: Json, start: str) -> Json:
    (found,) = [
        resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == BUCKET and name.startswith(start)
    ]
    return dict(found)


@pytest.fixture(scope="module")
def template() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    lists = StorageBucket(stack, "Lists", encryption_key=kms.Key(stack, "Key"))
    StorageBucket(stack, "Named", name_prefix="a" * 32)
    StorageBucket(
        stack,
        "Locked",
        object_lock=ObjectLock.compliance(years=7),
        allow_sse_c=True,
        inventory=[Inventory(lists, destination_prefix="")],
        request_metrics=True,
        cors=[BucketCors(["*"]), BucketCors(["https://*.example.com"], ("PUT",), ("*",))],
    )
    StorageBucket(stack, "Holds", object_lock=ObjectLock())
    assert_deployable(stack)
    return synth(stack)


def test_a_name_in_the_namespace_of_the_account(template: Json) -> None:
    named = by_name(template, "Named")
    assert (named["BucketNamePrefix"], named["BucketNamespace"]) == ("a" * 32, "account-regional")
    assert "BucketName" not in named


def test_object_lock(template: Json) -> None:
    locked = by_name(template, "Locked")
    assert locked["ObjectLockEnabled"] is True
    assert locked["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 7}},
    }
    holds = by_name(template, "Holds")
    assert (holds["ObjectLockEnabled"], "ObjectLockConfiguration" in holds) == (True, False)


def test_sse_c_is_blocked_unless_it_is_asked_for(template: Json) -> None:
    blocked = {
        name: by_name(template, name)["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
            "BlockedEncryptionTypes"
        ]["EncryptionType"]
        for name in ("Locked", "Named")
    }
    assert blocked == {"Locked": ["NONE"], "Named": ["SSE-C"]}


def test_cors(template: Json) -> None:
    assert by_name(template, "Locked")["CorsConfiguration"]["CorsRules"] == [
        {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "MaxAge": 3600},
        {
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["PUT"],
            "AllowedOrigins": ["https://*.example.com"],
            "MaxAge": 3600,
        },
    ]


def test_s3_may_write_the_inventory(template: Json) -> None:
    (policy,) = [
        resource["Properties"]["PolicyDocument"]["Statement"]
        for name, resource in template["Resources"].items()
        if name.startswith("ListsBucketPolicy")
    ]
    allowed = policy[-1]
    assert (allowed["Action"], allowed["Principal"]) == (
        "s3:PutObject",
        {"Service": "s3.amazonaws.com"},
    )
    assert allowed["Condition"].keys() == {"ArnLike", "StringEquals"}
    key = properties(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"][-1]
    assert key["Action"] == "kms:GenerateDataKey"
    assert key["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_an_inventory_in_another_stack_makes_no_cycle() -> None:
    app = new_app()
    lists = StorageBucket(cdk.Stack(app, "Lists"), "Lists")
    bucket = StorageBucket(cdk.Stack(app, "Data"), "Data", inventory=Inventory(lists))
    assembly = app.synth()
    assert bucket.bucket.stack.dependencies == [lists.bucket.stack]
    template = assembly.get_stack_by_name("Lists").template
    statement = properties(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"][-1]
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }


def test_a_locked_bucket_is_retained_whatever_the_profile() -> None:
    stack = cdk.Stack(new_app(), "Test")
    Profile.dev().apply(stack)
    StorageBucket(stack, "Locked", object_lock=ObjectLock.governance(days=1))
    (bucket,) = [b for b in all_of(synth(stack), BUCKET) if "ObjectLockEnabled" in b["Properties"]]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_events_and_triggers_go_together(code: str) -> None:
    stack = cdk.Stack(new_app(), "Test")
    bucket = StorageBucket(stack, "Bucket", event_bridge=True)
    handler = LambdaHandler(stack, "Handler", code=code)
    handler.on_object_created(bucket, prefix="in/", suffix=".csv")
    template = synth(stack)
    assert properties(template, BUCKET)["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


CORS = "`cors.origins` must be a scheme and a host, as browsers send, got: "
REFUSED: dict[str, tuple[Callable[[cdk.Stack], object], str]] = {
    "two names": (
        lambda s: StorageBucket(s, "It", bucket_name="shop", name_prefix="shop"),
        "`bucket_name` or `name_prefix` must be None, got: 'shop' and 'shop'",
    ),
    "a long prefix": (
        lambda s: StorageBucket(s, "It", name_prefix="a" * 33),
        "`name_prefix` must have 1 to 32 characters, because S3 appends the account, the region "
        "and -an, which leaves 32 of 63 in a region with a long name, because yours is unknown, "
        f"got: 33 in '{'a' * 33}'",
    ),
    "a period in a prefix": (
        lambda s: StorageBucket(s, "It", name_prefix="shop.x"),
        "`name_prefix` must have lowercase letters, digits and hyphens only, got: 'shop.x'",
    ),
    "a hyphen at the end": (
        lambda s: StorageBucket(s, "It", name_prefix="shop-"),
        "`name_prefix` must begin and end with a lowercase letter or a digit, got: 'shop-'",
    ),
    "a reserved prefix": (
        lambda s: StorageBucket(s, "It", name_prefix="xn--a"),
        "`name_prefix` must not begin with a prefix that S3 reserves",
    ),
    "an origin with a path": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["https://example.com/a"])),
        f"{CORS}'https://example.com/a' (nearest accepted: 'https://example.com')",
    ),
    "an origin without a scheme": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["example.com"])),
        f"{CORS}'example.com' (nearest accepted: 'https://example.com')",
    ),
    "an origin in upper case": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["https://Example.com"])),
        "`cors.origins` must be in lower case, as browsers send, got: 'https://Example.com' "
        "(nearest accepted: 'https://example.com')",
    ),
    "two wildcards": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["https://*.*.com"])),
        "`cors.origins` must have one wildcard at most each, got: 'https://*.*.com'",
    ),
    "all origins and one": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*", "https://a.com"])),
        "`cors.origins` must be '*' alone or a list of origins",
    ),
    "no origin": (
        lambda s: StorageBucket(s, "It", cors=BucketCors([])),
        "`cors.origins` must have at least one origin, got: none",
    ),
    "an origin twice": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["https://a.com"] * 2)),
        "`cors.origins` must not repeat a value, got: 'https://a.com' more than once",
    ),
    "preflights": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*"], ["OPTIONS"])),
        "`cors.methods` must be among DELETE, GET, HEAD, POST, PUT, got: 'OPTIONS'; S3 answers "
        "preflights, which are OPTIONS, itself",
    ),
    "no method": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*"], [])),
        "`cors.methods` must have at least one method, got: none",
    ),
    "a wildcard to read": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*"], expose=["x-*"])),
        "`cors.expose` must have no wildcard: name each header, got: 'x-*'",
    ),
    "no header": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*"], headers=["a b"])),
        "`cors.headers` must be names of headers, got: 'a b'",
    ),
    "a long preflight": (
        lambda s: StorageBucket(s, "It", cors=BucketCors(["*"], max_age=cdk.Duration.days(2))),
        "`cors.max_age` must be",
    ),
    "101 rules": (
        lambda s: StorageBucket(
            s, "It", cors=[BucketCors([f"https://{n}.com"]) for n in range(101)]
        ),
        "`cors` must be 100 rules at most, got: 101",
    ),
    "no retention": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock.governance()),
        "`object_lock` must have days or years, one of them, got: neither",
    ),
    "two retentions": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock.compliance(days=1, years=1)),
        "`object_lock` must have days or years, one of them, got: 1 days and 1 years",
    ),
    "a long retention": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock.compliance(years=101)),
        "`object_lock.years` must be between 1 and 100, got: 101",
    ),
    "half a day": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock.governance(days=1.5)),
        "`object_lock.days` must be whole days, got: 1.5",
    ),
    "a retention without a mode": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock(days=3)),
        "`object_lock` must have a mode with a retention",
    ),
    "a lock without versions": (
        lambda s: StorageBucket(s, "It", object_lock=ObjectLock(), versioned=False),
        "`versioned` must be True with `object_lock`, got: False; S3 locks versions",
    ),
    "a locked bucket that is destroyed": (
        lambda s: StorageBucket(
            s, "It", object_lock=ObjectLock(), removal_policy=cdk.RemovalPolicy.DESTROY
        ),
        "`removal_policy` must be RETAIN with `object_lock`, because a bucket with locked objects "
        "cannot be emptied, got: RemovalPolicy.DESTROY",
    ),
    "tiers without days": (
        lambda s: StorageBucket(s, "It", archive_tiers=ArchiveTiers()),
        "`archive_tiers` must have `archive_days` or `deep_archive_days`, got: neither",
    ),
    "an early archive": (
        lambda s: StorageBucket(s, "It", archive_tiers=ArchiveTiers(89)),
        "`archive_tiers.archive_days` must be between 90 and 730 days, got: 89",
    ),
    "tiers in the wrong order": (
        lambda s: StorageBucket(s, "It", archive_tiers=ArchiveTiers(200, 180)),
        "`archive_tiers.deep_archive_days` must be more than `archive_days`, got: 180 and 200",
    ),
    "tiers for the same objects": (
        lambda s: StorageBucket(s, "It", archive_tiers=[ArchiveTiers(90), ArchiveTiers(100)]),
        "`archive_tiers` must be one for the same objects, got more than once: ''",
    ),
    "metrics of one name": (
        lambda s: StorageBucket(
            s, "It", request_metrics=[RequestMetrics("A"), RequestMetrics("A", "b/")]
        ),
        "`request_metrics.id` must be unique, got more than once: 'A'",
    ),
    "a name with a space": (
        lambda s: StorageBucket(s, "It", request_metrics=[RequestMetrics("A b")]),
        "`request_metrics.id` must have 1 to 64 letters, digits, periods, hyphens and "
        "underscores, got: 'A b'",
    ),
    "a prefix with a slash": (
        lambda s: StorageBucket(s, "It", request_metrics=[RequestMetrics(prefix="/a")]),
        "`request_metrics.prefix` must not begin with a slash, because keys do not, got: '/a' "
        "(nearest accepted: 'a')",
    ),
    "a pattern": (
        lambda s: StorageBucket(s, "It", archive_tiers=ArchiveTiers(90, prefix="a/*")),
        "`archive_tiers.prefix` must be without *, which S3 takes as part of the key, got: 'a/*' "
        "(nearest accepted: 'a/')",
    ),
    "an unknown field": (
        lambda s: StorageBucket(s, "It", inventory=Inventory(named(s), fields=["Colour"])),
        "`inventory.fields` must be among Size, ",
    ),
    "a field twice": (
        lambda s: StorageBucket(s, "It", inventory=Inventory(named(s), fields=["Size", "Size"])),
        "`inventory.fields` must not repeat a property, got more than once: 'Size'",
    ),
    "a folder with a slash": (
        lambda s: StorageBucket(s, "It", inventory=Inventory(named(s), destination_prefix="a/")),
        "`inventory.destination_prefix` must be without a slash at its end, which S3 adds, "
        "got: 'a/' (nearest accepted: 'a')",
    ),
    "acceleration of a name with periods": (
        lambda s: StorageBucket(s, "It", bucket_name="a.shop", transfer_acceleration=True),
        "`transfer_acceleration` must be False for a `bucket_name` with periods, got: 'a.shop' "
        "(nearest accepted: 'a-shop')",
    ),
}


def named(stack: cdk.Stack) -> s3.IBucket:
    found = stack.node.try_find_child("Named")
    if isinstance(found, s3.Bucket):
        return found
    return s3.Bucket.from_bucket_name(stack, f"Named{len(stack.node.children)}", "lists")


@pytest.mark.parametrize("label", REFUSED)
def test_refusals(shared: cdk.Stack, label: str) -> None:
    call, message = REFUSED[label]
    found = refused(lambda: call(shared))
    assert found.startswith(message), found
    assert shared.node.try_find_child("It") is None


def test_what_regions_lack() -> None:
    app = new_app()
    bahrain = cdk.Stack(app, "Bahrain", env=env("me-south-1"))
    assert refused(lambda: StorageBucket(bahrain, "It", name_prefix="shop")).startswith(
        "`name_prefix` must be None in me-south-1, where S3 has no namespaces of accounts"
    )
    china = cdk.Stack(app, "China", env=env("cn-north-1"))
    message = refused(lambda: StorageBucket(china, "It", transfer_acceleration=True))
    assert message.startswith("`transfer_acceleration` must be False in cn-north-1")
    lists = StorageBucket(cdk.Stack(app, "Ohio", env=env("us-east-2")), "Lists", access_log=False)
    message = refused(lambda: StorageBucket(china, "It", inventory=Inventory(lists)))
    assert message.startswith(
        "`inventory.destination` must be in the bucket's region, cn-north-1, got: Ohio/Lists/Bucket"
    )
    # The region is known: one character less than in the longest leaves one more.
    StorageBucket(china, "Long", name_prefix="a" * 36, access_log=False)
    assert "must have 1 to 36 characters" in refused(
        lambda: StorageBucket(china, "Longer", name_prefix="a" * 37)
    )
