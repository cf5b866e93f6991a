import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.common import (
    NodeType,
    arn_problems,
    maintenance_window_problems,
    name_problems,
    node_type_problems,
    parse_node_type,
    port_problems,
    snapshot_window_problems,
    stream_name_problems,
    topic_problems,
    version_of,
    windows_overlap_problems,
)

TOKEN = "${Token[Cache.1]}"
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def weekly(start: int, minutes: int) -> str:
    ends = (start + minutes) % (7 * 1440)
    return f"{DAYS[start // 1440]}:{clock(start)}-{DAYS[ends // 1440]}:{clock(ends)}"


def daily(start: int, minutes: int) -> str:
    return f"{clock(start)}-{clock(start + minutes)}"


@given(st.from_regex(r"[A-Za-z](-?[A-Za-z0-9])*", fullmatch=True).filter(lambda n: len(n) <= 40))
def test_names_by_elasticaches_rule_are_accepted(name: str) -> None:
    assert name_problems(name, "name") == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "have 1 to 40 characters"),
        ("a" * 41, "have 1 to 40 characters"),
        ("a_b", "have letters, digits and hyphens only"),
        ("ab\n", "have letters, digits and hyphens only"),
        ("1a", "begin with a letter"),
        ("a--b", "not have two hyphens in a row"),
        ("a-", "not end with a hyphen"),
    ],
)
def test_other_names_are_refused(name: str, rule: str) -> None:
    assert name_problems(name, "name") == [f"`name` must {rule}, got: {name!r}"]


def test_names_of_clusters_are_longer() -> None:
    assert name_problems("a" * 50, "name", longest=50) == []
    assert len(name_problems("a" * 51, "name", longest=50)) == 1


@pytest.mark.parametrize("port", [1, 6379, 65535, -1.8881545897087626e289])
def test_ports_are_accepted(port: float) -> None:
    assert port_problems(port) == []


@pytest.mark.parametrize("port", [0, 65536, 70000, 1.5])
def test_other_ports_are_refused(port: float) -> None:
    assert port_problems(port) == [f"`port` must be between 1 and 65535, got: {port}"]


@given(st.integers(0, 7 * 1440 - 1), st.integers(60, 1440))
def test_maintenance_windows_of_an_hour_to_a_day_are_accepted(start: int, minutes: int) -> None:
    assert maintenance_window_problems(weekly(start, minutes)) == []


@pytest.mark.parametrize(
    "window",
    ["sun:05:00-sun:05:59", "sun:05:00-sun:05:00", "sun:05:00-mon:05:01", "mon:05:00-sun:05:00"],
)
def test_other_maintenance_windows_are_refused(window: str) -> None:
    assert maintenance_window_problems(window) == [
        "`preferred_maintenance_window` must last 60 minutes to 24 hours, got: " + repr(window)
    ]


@pytest.mark.parametrize(
    "window", ["", "05:00-06:00", "sun:5:00-sun:6:00", "sunday:05:00-sunday:06:00", "sun:24:00-x"]
)
def test_invalid_maintenance_windows_are_refused(window: str) -> None:
    (problem,) = maintenance_window_problems(window)
    assert "must be `ddd:hh:mm-ddd:hh:mm` in UTC" in problem


@given(st.integers(0, 1439), st.integers(60, 1439))
def test_snapshot_windows_of_an_hour_are_accepted(start: int, minutes: int) -> None:
    assert snapshot_window_problems(daily(start, minutes)) == []


@given(st.integers(0, 1439), st.integers(0, 59))
def test_shorter_snapshot_windows_are_refused(start: int, minutes: int) -> None:
    window = daily(start, minutes)
    assert snapshot_window_problems(window) == [
        f"`snapshot_window` must last 60 minutes or more, got: {window!r}"
    ]


@pytest.mark.parametrize("window", ["", "3:00-4:00", "03:00", "24:00-01:00", "03:60-05:00"])
def test_invalid_snapshot_windows_are_refused(window: str) -> None:
    (problem,) = snapshot_window_problems(window)
    assert "must be `hh:mm-hh:mm` in UTC" in problem


@given(st.integers(0, 1439), st.integers(60, 1439), st.integers(0, 10079), st.integers(60, 1440))
def test_windows_overlap_when_they_share_a_minute(
    backup: int, backup_minutes: int, upkeep: int, upkeep_minutes: int
) -> None:
    backups = {(backup + m) % 1440 for m in range(backup_minutes)}
    share = any((upkeep + m) % 1440 in backups for m in range(upkeep_minutes))
    reported = windows_overlap_problems(
        daily(backup, backup_minutes), weekly(upkeep, upkeep_minutes)
    )
    assert bool(reported) == share


@pytest.mark.parametrize(
    ("snapshot", "maintenance"),
    [
        ("03:00-05:00", "sun:05:00-sun:06:00"),
        (TOKEN, "sun:05:00-sun:06:00"),
        ("03:00-05:00", TOKEN),
        ("", "sun:05:00-sun:06:00"),
        ("03:00-05:00", ""),
    ],
)
def test_windows_that_cannot_be_seen_or_only_touch_pass(snapshot: str, maintenance: str) -> None:
    assert windows_overlap_problems(snapshot, maintenance) == []


def test_windows_that_overlap_by_a_minute() -> None:
    assert windows_overlap_problems("03:00-05:01", "sun:05:00-sun:06:00") == [
        "`snapshot_window` must not overlap `preferred_maintenance_window`, "
        "got: '03:00-05:01' and 'sun:05:00-sun:06:00'"
    ]


def test_a_node_type_has_parts() -> None:
    assert parse_node_type("cache.r6gd.2xlarge") == NodeType("r6gd", 6, "2xlarge")
    assert parse_node_type("db.r6gd.2xlarge") is None
    assert parse_node_type(TOKEN) is None


@pytest.mark.parametrize(
    "node_type", ["cache.t4g.micro", "cache.r6gd.xlarge", "cache.m99x.metal", TOKEN]
)
def test_node_types_are_accepted(node_type: str) -> None:
    assert node_type_problems(node_type) == []


@pytest.mark.parametrize("node_type", ["", "t4g.micro", "cache.t4g", "cache.t4g.micro\n"])
def test_unknown_node_types_are_refused(node_type: str) -> None:
    assert node_type_problems(node_type) == [
        "`node_type` must be `cache.FAMILY.SIZE`, such as cache.t4g.micro, got: " + repr(node_type)
    ]


@pytest.mark.parametrize("node_type", ["cache.t4g.large", "cache.r6gd.large", "cache.m5.8xlarge"])
def test_a_size_that_the_family_does_not_have_is_refused(node_type: str) -> None:
    (problem,) = node_type_problems(node_type)
    assert problem.startswith("`node_type` must have a size that ")


@pytest.mark.parametrize("arn", ["arn:aws:s3:::bucket/a.rdb", "arn:aws-cn:s3:::b/c", TOKEN])
def test_arns_are_accepted(arn: str) -> None:
    assert arn_problems(arn, "arn", ["s3"]) == []


@pytest.mark.parametrize(
    "arn", ["", "s3://bucket/a.rdb", "arn:aws:sns:eu-west-1:1:t", "arn:aws:s3"]
)
def test_other_arns_are_refused(arn: str) -> None:
    assert arn_problems(arn, "arn", ["s3"]) == [f"`arn` must be an ARN of s3, got: {arn!r}"]


def test_topics() -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:events"
    assert topic_problems(topic) == []
    assert topic_problems(TOKEN) == []
    assert topic_problems(topic + ".fifo") == [
        f"`notification_topic` must be a standard topic, got: '{topic}.fifo', a FIFO topic"
    ]
    assert len(topic_problems("events")) == 1


def test_versions_have_numbers() -> None:
    assert version_of("7.1") == (7, 1)
    assert version_of("5.0.6") == (5, 0, 6)
    assert version_of("6.x") == (6, 999)
    assert version_of("latest") is None
    assert version_of("7") is None
    assert version_of(TOKEN) is None


@pytest.mark.parametrize("name", ["a", "My_stream-1.x", "a" * 64, TOKEN])
def test_names_of_streams_are_accepted(name: str) -> None:
    assert stream_name_problems(name, "slow_log") == []


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "ä", "a\n"])
def test_other_names_of_streams_are_refused(name: str) -> None:
    (problem,) = stream_name_problems(name, "slow_log")
    assert problem.startswith("`slow_log` must be the name of a Firehose stream")
