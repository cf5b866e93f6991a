"""Lifecycle rules of a bucket: the ready ones, and what is refused in all of them together."""

from collections.abc import Sequence

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.checks.services.s3 import Move, RuleShape, rule_set_problems
from serverless_stack.constructs import Lifecycle, StorageBucket
from tests.constructs.templates import Json, new_app, properties, refused, synth

BUCKET = "AWS::S3::Bucket"
days = cdk.Duration.days


def shown(rules: Sequence[Json]) -> list[Json]:
    return [{key: value for key, value in rule.items() if key != "Status"} for rule in rules]


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack(new_app(), "Test")


def problems(
    stack: cdk.Stack,
    *rules: Lifecycle | s3.LifecycleRule,
    expire_after: cdk.Duration | None = None,
    noncurrent_version_expiration: cdk.Duration | None = None,
    versioned: bool = True,
) -> list[str]:
    message = refused(
        lambda: StorageBucket(
            stack,
            "It",
            lifecycle_rules=rules,
            expire_after=expire_after,
            noncurrent_version_expiration=noncurrent_version_expiration,
            versioned=versioned,
        )
    )
    lines = message.removesuffix(" (in Test/It)").splitlines()
    return [line.removeprefix("- ") for line in lines if not line.endswith("in Test/It:")]


def test_ready_rules() -> None:
    stack = cdk.Stack(new_app(), "Test")
    rules = [
        Lifecycle.archive(prefix="reports/"),
        Lifecycle.archive(30, "STANDARD_IA", prefix="small/", min_size=0, tags={"kind": "old"}),
        Lifecycle.archive(1, "DEEP_ARCHIVE", prefix="large/", max_size=500_000),
        Lifecycle.temporary(),
        Lifecycle.keep_versions(3, days=30),
        Lifecycle.intelligent_tiering(prefix="media/"),
    ]
    StorageBucket(stack, "Uploads", lifecycle_rules=rules)
    default, *others = properties(synth(stack), BUCKET)["LifecycleConfiguration"]["Rules"]
    assert default["Id"] == "Default"
    assert shown(others) == [
        {
            "Id": "Archive-GLACIER_IR-reports/",
            "Prefix": "reports/",
            "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
        },
        {
            "Id": rules[1].id,
            "ObjectSizeGreaterThan": 0,
            "Prefix": "small/",
            "TagFilters": [{"Key": "kind", "Value": "old"}],
            "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
        },
        {
            "Id": rules[2].id,
            "ObjectSizeLessThan": 500001,
            "Prefix": "large/",
            "Transitions": [{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 1}],
        },
        {
            "ExpirationInDays": 7,
            "Id": "Temporary-tmp/",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "Prefix": "tmp/",
        },
        {
            "Id": "KeepVersions",
            "NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 3, "NoncurrentDays": 30},
        },
        {
            "Id": "IntelligentTiering-media/",
            "Prefix": "media/",
            "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}],
        },
    ]


def test_ids_are_stable_and_differ_by_filters() -> None:
    archive = Lifecycle.archive(prefix="a/", min_size=1)
    assert archive.id == Lifecycle.archive(5, prefix="a/", min_size=1).id
    assert archive.id != Lifecycle.archive(prefix="a/", min_size=2).id
    assert archive.id != Lifecycle.archive(prefix="a/", tags={"a": "1"}).id
    long = [Lifecycle.temporary(prefix=f"{'a' * 300}{end}/").id for end in "12"]
    assert [len(id) for id in long] == [255, 255]
    assert long[0] != long[1]


def test_temporary_objects_leave_no_versions_where_there_are_none() -> None:
    stack = cdk.Stack(new_app(), "Test")
    rules = [Lifecycle.temporary(days=1, prefix="scratch/")]
    StorageBucket(stack, "Uploads", versioned=False, lifecycle_rules=rules)
    rule = properties(synth(stack), BUCKET)["LifecycleConfiguration"]["Rules"][1]
    assert "NoncurrentVersionExpiration" not in rule


def test_a_token_is_accepted() -> None:
    stack = cdk.Stack(new_app(), "Test")
    after = cdk.CfnParameter(stack, "Days", type="Number").value_as_number
    size = cdk.CfnParameter(stack, "Size", type="Number").value_as_number
    rules = [
        Lifecycle.temporary(after),
        Lifecycle.archive(min_size=size, max_size=size),  # type: ignore[arg-type]
    ]
    prefixes = [cdk.CfnParameter(stack, name).value_as_string for name in ("One", "Two")]
    rules += [Lifecycle.temporary(prefix=prefix) for prefix in prefixes]
    StorageBucket(stack, "Uploads", lifecycle_rules=rules)
    temporary, archive, *unnamed = properties(synth(stack), BUCKET)["LifecycleConfiguration"][
        "Rules"
    ][1:]
    assert [rule["Prefix"] for rule in unnamed] == [{"Ref": "One"}, {"Ref": "Two"}]
    assert all("Id" not in rule for rule in unnamed)
    assert temporary["ExpirationInDays"] == {"Ref": "Days"}
    assert archive["ObjectSizeGreaterThan"] == archive["ObjectSizeLessThan"] == {"Ref": "Size"}


def test_all_rules_are_reported_together(stack: cdk.Stack) -> None:
    assert problems(
        stack,
        Lifecycle.archive(10, "ONEZONE_IA", prefix="a/"),
        Lifecycle.temporary(days=400, prefix="logs/"),
        Lifecycle.keep_versions(101, days=0),
        Lifecycle.archive(90, "GLACIER", prefix="z/", min_size=10, max_size=5),
        expire_after=days(365),
    ) == [
        "`transitions.ONEZONE_IA` must be after 30 days or more, got: 10 days "
        "(nearest accepted: 30 days)",
        "`lifecycle_rules.noncurrent_version_expiration` must be whole days, 1 or more, got: 0 "
        "days (nearest accepted: 1 days)",
        "`lifecycle_rules.object_size_greater_than` must be less than the size that objects are "
        "below, 6 bytes, got: 9 (nearest accepted: 5)",
        "`lifecycle_rules` must keep between 1 and 100 noncurrent versions, "
        "got: 101 in 'KeepVersions'",
        "`lifecycle_rules` must have an effect, got: 'Temporary-logs/' deletes objects after 400 "
        "days, which 'Default' deletes after 365 days",
    ]


def test_wrong_values_of_ready_rules(stack: cdk.Stack) -> None:
    assert problems(
        stack,
        Lifecycle.temporary(days=-2),
        Lifecycle.archive(min_size=-5, prefix="/a/*", tags={"": "x", "k": "v" * 257}),
        Lifecycle.keep_versions(0),
    ) == [
        "`lifecycle_rules` must have whole days, 0 or more, got: -2 days in 'Temporary-tmp/'",
        "`lifecycle_rules.min_size` must be 0 bytes or more, got: -5 in "
        "'Archive-GLACIER_IR-/a/*-316c4f78'",
        "`lifecycle_rules.prefix` must not begin with a slash, because keys do not, got: '/a/*' "
        "(nearest accepted: 'a/*')",
        "`lifecycle_rules.prefix` must be without *, which S3 takes as part of the key, got: "
        "'/a/*' (nearest accepted: '/a/')",
        "`lifecycle_rules.tags` must have keys of 1 to 128 characters, got: ''",
        "`lifecycle_rules.tags` must have values of 256 characters at most, got: 257 in "
        f"'{'v' * 257}'",
        "`lifecycle_rules` must keep between 1 and 100 noncurrent versions, got: 0 in "
        "'KeepVersions'; `noncurrent_version_expiration` keeps none",
    ]


def test_rules_without_an_effect(stack: cdk.Stack) -> None:
    lost = "`lifecycle_rules` must have an effect, got: "
    archive = Lifecycle.archive(30, "GLACIER_IR")
    assert problems(stack, archive, expire_after=days(20)) == [
        f"{lost}'Archive-GLACIER_IR' moves objects to GLACIER_IR after 30 days, which 'Default' "
        "deletes after 20 days"
    ]
    assert problems(stack, archive, Lifecycle.archive(60, "STANDARD_IA", prefix="a/")) == [
        f"{lost}'Archive-STANDARD_IA-a/' moves objects to STANDARD_IA after 60 days, which "
        "'Archive-GLACIER_IR' moves to GLACIER_IR after 30 days"
    ]
    assert problems(stack, archive, Lifecycle.archive(30, "GLACIER", prefix="a/")) == [
        f"{lost}two transitions after 30 days, to GLACIER in 'Archive-GLACIER-a/' and to "
        "GLACIER_IR in 'Archive-GLACIER_IR'"
    ]
    kept = s3.LifecycleRule(id="Kept", prefix="a/", noncurrent_version_expiration=days(30))
    assert problems(stack, kept, noncurrent_version_expiration=days(7)) == [
        f"{lost}'Kept' keeps versions for 30 days, which 'Default' deletes after 7 days"
    ]
    uploads = s3.LifecycleRule(
        id="Up", prefix="a/", abort_incomplete_multipart_upload_after=days(9)
    )
    assert problems(stack, uploads) == [
        f"{lost}'Up' deletes unfinished uploads after 9 days, which 'Default' deletes after 7 days"
    ]


def test_what_cdk_rules_cannot_say(stack: cdk.Stack) -> None:
    infrequent, glacier = s3.StorageClass.INTELLIGENT_TIERING, s3.StorageClass.GLACIER
    same_day = [
        s3.Transition(storage_class=kind, transition_after=days(0))
        for kind in (infrequent, glacier)
    ]
    found = problems(
        stack,
        s3.LifecycleRule(id="Nothing"),
        s3.LifecycleRule(id="Two", prefix="t/", transitions=same_day),
        s3.LifecycleRule(
            id="Marker",
            expired_object_delete_marker=True,
            expiration=days(3),
            tag_filters={"a": "b"},
        ),
        s3.LifecycleRule(id="Versions", noncurrent_version_expiration=days(3)),
        versioned=False,
    )
    assert [message.split(", got: ")[1] for message in found] == [
        "'Nothing' without one",
        "both in 'Marker'",
        "'Marker'",
        "'Versions'",
        "INTELLIGENT_TIERING and GLACIER after 0 days in 'Two'",
    ]
    twice = s3.LifecycleRule(id="Again", expiration=days(5))
    assert problems(stack, twice, expire_after=days(9)) == [
        "`lifecycle_rules` must have one expiration for the same objects, got: 9 days in "
        "'Default' and 5 days in 'Again'"
    ]


def test_more_rules_than_s3_takes() -> None:
    rules = [RuleShape(f"R{number}", f"{number}/", aborts=1) for number in range(1001)]
    assert rule_set_problems(rules) == ["`lifecycle_rules` must be 1,000 at most, got: 1,001"]
    assert rule_set_problems(rules[:1000]) == []


def test_sensible_overlaps_are_accepted(stack: cdk.Stack) -> None:
    StorageBucket(
        cdk.Stack(new_app(), "Test"),
        "It",
        expire_after=days(365),
        noncurrent_version_expiration=days(90),
        lifecycle_rules=[
            Lifecycle.archive(90),
            Lifecycle.archive(30, "STANDARD_IA", prefix="a/"),
            Lifecycle.temporary(),
            Lifecycle.temporary(1, prefix="tmp/now/"),
            s3.LifecycleRule(id="Off", prefix="b/", expiration=days(500), enabled=False),
        ],
    )


SHAPES = st.builds(
    RuleShape,
    st.sampled_from("ab"),
    prefix=st.sampled_from(["", "x/", "x/y/", "z/"]),
    tags=st.frozensets(st.sampled_from([("k", "1"), ("l", "2")])),
    larger_than=st.integers(-1, 2),
    smaller_than=st.integers(1, 4),
    moves=st.lists(
        st.builds(Move, st.sampled_from(["STANDARD_IA", "GLACIER"]), st.integers(1, 4)), max_size=1
    ).map(tuple),
    expires=st.none() | st.integers(1, 4),
)


def matched(rule: RuleShape) -> set[tuple[str, frozenset[tuple[str, str]], int]]:
    """All of a few objects that a rule is for, by trying each."""
    tags = [frozenset(some) for some in ([], [("k", "1")], [("l", "2")], [("k", "1"), ("l", "2")])]
    return {
        (key, tag, size)
        for key in ("x/y/1", "x/1", "z/1", "1")
        for tag in tags
        for size in range(5)
        if key.startswith(rule.prefix)
        and rule.tags <= tag
        and rule.larger_than < size < rule.smaller_than
    }


@settings(max_examples=150, deadline=None)
@given(SHAPES, SHAPES)
def test_a_rule_that_covers_another_matches_all_of_its_objects(
    one: RuleShape, other: RuleShape
) -> None:
    if one.covers(other):
        assert matched(other) <= matched(one)
    if not one.covers(other) and not other.covers(one):
        both = [RuleShape("a", one.prefix), RuleShape("b", other.prefix)]
        assert rule_set_problems(both) == []
