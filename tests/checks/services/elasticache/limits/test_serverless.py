import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.serverless import (
    ECPU_PER_SECOND,
    MAJOR_VERSIONS,
    STORAGE_GB,
    description_problems,
    engine_problems,
    limit_problems,
    snapshot_problems,
    subnet_problems,
    user_group_problems,
)

TOKEN = "${Token[TOKEN.1]}"
NUMBER_TOKEN = -1.8881545897087626e289
ARN = "arn:aws:elasticache:us-east-1:111122223333:serverlesssnapshot:seed"


@pytest.mark.parametrize(
    ("engine", "version"),
    [
        *MAJOR_VERSIONS.items(),
        ("valkey", "7"),
        ("valkey", "10"),
        ("redis", ""),
        ("redis", TOKEN),
        (TOKEN, "1"),
    ],
)
def test_engines_and_their_versions(engine: str, version: str) -> None:
    assert engine_problems(engine, version) == []


@pytest.mark.parametrize(
    ("engine", "version", "wanted"),
    [
        ("valkey", "6", "7 or later"),
        ("valkey", "8.0", "7 or later"),
        ("redis", "8", "7"),
        ("redis", "7.1", "7"),
        ("memcached", "1.6.22", "1.6"),
        ("memcached", "1", "1.6"),
    ],
)
def test_versions_that_are_refused(engine: str, version: str, wanted: str) -> None:
    assert engine_problems(engine, version) == [
        f"`engine_version` must be {wanted} for {engine}, a major version only, got: {version!r}"
    ]


def test_an_unknown_engine_is_refused() -> None:
    assert engine_problems("Redis", "7", "Engine") == [
        "`Engine` must be one of memcached, redis, valkey, got: 'Redis'"
    ]


def limits(low: float, high: float, bounds: tuple[int, int] = STORAGE_GB) -> list[str]:
    return limit_problems(low, high, bounds, "low", "high", "GB")


@given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_storage_has_a_range_and_an_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert limits(low, high) == []
    if low != high:
        assert limits(high, low) == [f"`low` must be at most `high`, got: {high} and {low}"]


@pytest.mark.parametrize("bounds", [STORAGE_GB, ECPU_PER_SECOND])
def test_limits_are_those_of_aws(bounds: tuple[int, int]) -> None:
    least, most = bounds
    assert limits(least, most, bounds) == []
    assert limits(0, 0, bounds) == limits(least, 0, bounds) == limits(0, most, bounds) == []
    wanted = f"must be between {least} and {most} GB"
    assert limits(0, most + 1, bounds) == [f"`high` {wanted}, got: {most + 1}"]
    negative = -1 if least == 1 else least - 1
    assert limits(negative, most, bounds) == [f"`low` {wanted}, got: {negative}"]


def test_limits_that_are_not_known_pass() -> None:
    assert limits(NUMBER_TOKEN, 1) == limits(5, NUMBER_TOKEN) == []


@pytest.mark.parametrize(
    ("days", "time", "arns"),
    [
        (0, "", ()),
        (35, "", ()),
        (1, "00:00", ()),
        (1, "23:59", (ARN, TOKEN)),
        (NUMBER_TOKEN, TOKEN, ("arn:aws:s3:::bucket/cache.rdb",)),
    ],
)
def test_snapshots_that_are_taken(days: float, time: str, arns: tuple[str, ...]) -> None:
    assert snapshot_problems(days, time, arns) == []


@pytest.mark.parametrize(
    ("days", "time", "arns", "problem"),
    [
        (36, "", (), "`snapshot_retention_days` must be between 0 and 35 days, got: 36"),
        (-1, "", (), "`snapshot_retention_days` must be between 0 and 35 days, got: -1"),
        (
            1,
            "24:00",
            (),
            "`daily_snapshot_time` must be `hh:mm` in UTC, such as 03:00, got: '24:00'",
        ),
        (1, "3:00", (), "`daily_snapshot_time` must be `hh:mm` in UTC, such as 03:00, got: '3:00'"),
        (
            0,
            "03:00",
            (),
            "`daily_snapshot_time` must be used with a `snapshot_retention_days` of 1 or more, "
            "got: 0",
        ),
        (0, "", ("seed",), "`snapshot_arns` must be an ARN of elasticache or s3, got: 'seed'"),
    ],
)
def test_snapshots_that_are_refused(
    days: int, time: str, arns: tuple[str, ...], problem: str
) -> None:
    assert snapshot_problems(days, time, arns) == [problem]


@pytest.mark.parametrize("zones", [["a", "b"], ["a", "b", "c"], [None, None], ["a", None, "b"]])
def test_two_or_three_subnets_are_accepted(zones: list[str | None]) -> None:
    assert subnet_problems(len(zones), zones) == []


@pytest.mark.parametrize("count", [0, 1, 4])
def test_other_numbers_of_subnets_are_refused(count: int) -> None:
    assert subnet_problems(count, argument="SubnetIds") == [
        f"`SubnetIds` must be 2 or 3 subnets, got: {count}"
    ]


def test_a_zone_has_one_subnet() -> None:
    assert subnet_problems(3, ["a", "b", "a"]) == [
        "`vpc_subnets` must be in an availability zone of its own each, got more than one in: a"
    ]


def test_memcached_has_no_users() -> None:
    assert user_group_problems("valkey", given=True) == []
    assert user_group_problems("memcached", given=False) == []
    assert user_group_problems("memcached", given=True, argument="UserGroupId") == [
        "`UserGroupId` must be absent for memcached, which has no users"
    ]


def test_descriptions() -> None:
    assert description_problems("d" * 255) == description_problems(TOKEN * 20) == []
    assert description_problems("d" * 256) == [
        "`description` must have at most 255 characters, got: 256"
    ]
    assert description_problems("a > b") == ["`description` must not have < or >, got: 'a > b'"]
