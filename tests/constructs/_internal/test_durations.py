"""Parts of a second or a day are refused in our words at every door that takes a duration."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.constructs import (
    ApiCache,
    Backup,
    CacheAlarms,
    ContentDeployment,
    LambdaHandler,
    ProxyApi,
    RedisAuth,
    RedisCache,
    ServerlessCache,
    StorageBucket,
)
from serverless_stack.constructs._internal.durations import days_problems, seconds_problems
from tests.constructs.templates import refused

Make = Callable[[cdk.Stack, Path, cdk.Duration], object]
SECONDS: dict[str, Make] = {
    "timeout": lambda stack, code, value: LambdaHandler(stack, "New", code=code, timeout=value),
    "cache.ttl": lambda stack, code, value: ProxyApi(
        stack, "New", handler=LambdaHandler(stack, "F", code=code), cache=ApiCache(ttl=value)
    ),
    "wait": lambda stack, code, value: ContentDeployment(
        stack, "New", source=code, bucket=StorageBucket(stack, "B"), wait=value
    ),
    "replication_lag": lambda stack, code, value: CacheAlarms(
        stack, "New", cache=RedisCache(stack, "R"), replication_lag=value
    ),
    "period": lambda stack, code, value: RedisCache(stack, "R").metric("CPU", period=value),
}
DAYS: dict[str, Make] = {
    "grace_period": lambda stack, code, value: ContentDeployment(
        stack, "New", source=code, bucket=StorageBucket(stack, "B"), grace_period=value
    ),
    "backup.retention": lambda stack, code, value: RedisCache(
        stack, "New", backup=Backup(retention=value)
    ),
    "backup.retention ": lambda stack, code, value: ServerlessCache(
        stack, "New", backup=Backup(retention=value)
    ),
    "auth.rotate_every": lambda stack, code, value: RedisCache(
        stack, "New", auth=RedisAuth.token(rotate_every=value)
    ),
    "expire_after": lambda stack, code, value: StorageBucket(stack, "New", expire_after=value),
}


@pytest.mark.parametrize("argument", SECONDS)
@pytest.mark.parametrize("milliseconds", [1500, 999, 60_001])
def test_parts_of_a_second_are_refused(
    stack: cdk.Stack, code: Path, argument: str, milliseconds: int
) -> None:
    message = refused(lambda: SECONDS[argument](stack, code, cdk.Duration.millis(milliseconds)))
    assert f"`{argument}` must be whole seconds" in message


@pytest.mark.parametrize("argument", DAYS)
@pytest.mark.parametrize("duration", [cdk.Duration.hours(36), cdk.Duration.millis(1)])
def test_parts_of_a_day_are_refused(
    stack: cdk.Stack, code: Path, argument: str, duration: cdk.Duration
) -> None:
    message = refused(lambda: DAYS[argument](stack, code, duration))
    assert f"`{argument.strip()}` must be whole days" in message


@given(milliseconds=st.integers(0, 10**9))
@settings(deadline=None, max_examples=30)
def test_a_number_is_whole_or_refused(milliseconds: int) -> None:
    duration = cdk.Duration.millis(milliseconds)
    assert (seconds_problems("age", duration, 0) == []) == (milliseconds % 1000 == 0)
    assert (days_problems("age", duration) == []) == (milliseconds % 86_400_000 == 0)


def test_a_token_is_not_judged() -> None:
    number = cdk.Token.as_number(cdk.Fn.import_value("Number"))
    seconds, days = cdk.Duration.seconds(number), cdk.Duration.days(number)
    assert seconds_problems("age", seconds) == []
    assert days_problems("age", days) == []
    assert "`age` must be Duration.days(…) for a number" in days_problems("age", seconds)[0]
    assert days_problems("age", None) == []
