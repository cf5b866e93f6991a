"""What lifecycle rules do at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from serverless_stack.local.emulator.s3.ageing import (
    Action,
    Rule,
    Version,
    actions_on_objects,
    actions_on_uploads,
)

NOW = datetime(2030, 1, 31, tzinfo=UTC)
LARGE = 200 * 1024


def aged(
    days: float,
    id: str | None = "v",
    *,
    size: int = LARGE,
    storage_class: str = "STANDARD",
    tags: dict[str, str] | None = None,
    is_marker: bool = False,
    is_locked: bool = False,
) -> Version:
    modified = NOW - timedelta(days=days)
    return Version(id, modified, size, storage_class, tags or {}, is_marker, is_locked)


def marker(days: float, id: str = "m") -> Version:
    return aged(days, id, size=0, is_marker=True)


def rule(**fields: object) -> Rule:
    return {"Status": "Enabled", "Filter": {"Prefix": "a/"}, **fields}


def done(*rules: Rule, versions: list[Version], versioned: bool = True) -> list[Action]:
    return actions_on_objects(rules, {"a/1": versions}, NOW, versioned=versioned)


EXPIRES = rule(Expiration={"Days": 7})
MOVES = rule(Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}])
OLD = rule(NoncurrentVersionExpiration={"NoncurrentDays": 10, "NewerNoncurrentVersions": 1})


@pytest.mark.parametrize(
    ("days", "expected"), [(6.9, []), (7, [Action("mark", "a/1", "v")])], ids=["young", "old"]
)
def test_an_expiration_hides_a_version(days: float, expected: list[Action]) -> None:
    assert done(EXPIRES, versions=[aged(days)]) == expected


def test_an_expiration_deletes_an_object_without_versions() -> None:
    deleted = [Action("delete", "a/1")]
    assert done(EXPIRES, versions=[aged(8, None)], versioned=False) == deleted


def test_rules_that_are_off_or_of_other_objects_do_nothing() -> None:
    off = {**EXPIRES, "Status": "Disabled"}
    elsewhere = rule(Filter={"Prefix": "b/"}, Expiration={"Days": 1})
    tagged = rule(
        Filter={"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "1"}]}},
        Expiration={"Days": 1},
    )
    small = rule(Filter={"ObjectSizeLessThan": 10}, Expiration={"Days": 1})
    assert done(off, elsewhere, tagged, small, versions=[aged(99)]) == []
    assert done(tagged, versions=[aged(99, tags={"k": "1"})]) == [Action("mark", "a/1", "v")]
    assert done(small, versions=[aged(99, size=9)]) == [Action("mark", "a/1", "v")]


def test_a_date_counts_for_all() -> None:
    past = rule(Expiration={"Date": "2030-01-30T00:00:00.000Z"})
    future = rule(Expiration={"Date": "2030-02-01T00:00:00.000Z"})
    assert done(past, versions=[aged(0)]) == [Action("mark", "a/1", "v")]
    assert done(future, versions=[aged(99)]) == []


def test_the_cheapest_class_of_several_rules() -> None:
    archived = rule(Transitions=[{"Days": 30, "StorageClass": "GLACIER"}])
    moved = [Action("move", "a/1", "v", "GLACIER")]
    assert done(MOVES, archived, versions=[aged(31)]) == moved
    assert done(MOVES, archived, versions=[aged(31, storage_class="GLACIER")]) == []
    assert done(MOVES, EXPIRES, versions=[aged(31)]) == [Action("mark", "a/1", "v")]


def test_small_objects_move_only_by_a_filter_of_sizes() -> None:
    assert done(MOVES, versions=[aged(31, size=LARGE // 2)]) == []
    sized = {**MOVES, "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 0}}}
    assert done(sized, versions=[aged(31, size=1)]) == [Action("move", "a/1", "v", "STANDARD_IA")]


def test_noncurrent_versions_age_since_they_were_replaced() -> None:
    versions = [aged(90, "1"), aged(30, "2"), aged(5, "3"), aged(1, "4")]
    # 1 was replaced 30 days ago, and two newer ones are kept; 2 only 5 days ago.
    assert done(OLD, versions=versions) == [Action("delete-version", "a/1", "1")]
    # The newest noncurrent version is kept, however old.
    assert done(OLD, versions=[aged(90, "1"), aged(80, "2")]) == []


def test_noncurrent_versions_move() -> None:
    moving = rule(
        NoncurrentVersionTransitions=[{"NoncurrentDays": 5, "StorageClass": "GLACIER_IR"}]
    )
    versions = [aged(9, "1"), marker(6)]
    assert done(moving, versions=versions) == [Action("move", "a/1", "1", "GLACIER_IR")]


def test_locked_versions_stay() -> None:
    versions = [aged(90, "1", is_locked=True), aged(80, "2"), aged(70, "3")]
    assert done(OLD, versions=versions) == []
    assert done(EXPIRES, versions=[aged(90, None, is_locked=True)], versioned=False) == []


def test_a_marker_without_versions_goes() -> None:
    removed = [Action("delete-version", "a/1", "m")]
    cleaning = rule(Expiration={"ExpiredObjectDeleteMarker": True})
    assert done(cleaning, versions=[marker(0)]) == removed
    assert done(EXPIRES, versions=[marker(8)]) == removed
    assert done(EXPIRES, versions=[marker(1)]) == []
    assert done(cleaning, versions=[aged(2, "1"), marker(1)]) == []


def test_uploads() -> None:
    aborting = rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7})
    uploads = [
        ("a/1", "old", NOW - timedelta(days=8)),
        ("a/1", "young", NOW - timedelta(days=6)),
        ("b/1", "elsewhere", NOW - timedelta(days=9)),
    ]
    assert actions_on_uploads([aborting], uploads, NOW) == [Action("abort", "a/1", "old")]
