"""The function, called as Secrets Manager calls it, with real boto3 and a real redis-server."""

import pytest
from botocore.exceptions import ClientError

from serverless_stack.functions.rotation import handler as function
from serverless_stack.functions.rotation.endpoint import CacheEndpoint
from serverless_stack.functions.rotation.handler import handler
from tests.functions.rotation.aws_double import ARN, GROUP, USER, V0, V1, V2, V3, V8, V9, Cloud
from tests.functions.rotation.conftest import FIRST
from tests.runtime.servers import Server

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Context:
    def __init__(self, seconds: float = 900) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


@pytest.fixture(autouse=True)
def setting(redis: Server, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_ENDPOINT", redis.address)
    monkeypatch.setenv("REPLICATION_GROUP_ID", GROUP)
    monkeypatch.setattr(function, "_POLL_SECONDS", 0.01)


def call(step: str, version: str = V1, seconds: float = 900) -> None:
    event = {"Step": step, "SecretId": ARN, "ClientRequestToken": version}
    handler(event, Context(seconds))


def rotate(cloud: Cloud, version: str) -> str:
    cloud.begin(version)
    for step in STEPS:
        call(step, version)
    return cloud.current


def test_a_rotation_makes_a_token_that_the_cache_and_the_secret_have(
    cloud: Cloud, redis: Server
) -> None:
    token = rotate(cloud, V1)
    assert len(token) == 64
    assert token.isalnum()
    assert token.isascii()
    assert cloud.stages == {V0: ["AWSPREVIOUS"], V1: ["AWSCURRENT"]}
    assert cloud.cache.calls == [("ROTATE", token)]
    endpoint = CacheEndpoint("127.0.0.1", redis.port)
    assert endpoint.accepts(token)
    assert endpoint.accepts(FIRST)  # until the next rotation
    assert not endpoint.accepts("another-token")


def test_the_next_rotation_ends_the_token_of_the_one_before(cloud: Cloud, redis: Server) -> None:
    first = rotate(cloud, V1)
    second = rotate(cloud, V2)
    assert cloud.cache.calls == [("ROTATE", first), ("SET", first), ("ROTATE", second)]
    endpoint = CacheEndpoint("127.0.0.1", redis.port)
    assert [endpoint.accepts(each) for each in (FIRST, first, second)] == [False, True, True]


def test_every_token_that_a_client_may_hold_works_at_every_moment(
    cloud: Cloud, redis: Server
) -> None:
    endpoint = CacheEndpoint("127.0.0.1", redis.port)
    for version in (V1, V2, V3):
        cloud.begin(version)
        for step in STEPS:
            call(step, version)
            assert endpoint.accepts(cloud.current)


def test_a_rotation_that_is_given_up_leaves_the_current_token_valid(
    cloud: Cloud, redis: Server
) -> None:
    for version in (V1, V2):
        cloud.begin(version)
        call("createSecret", version)
        call("setSecret", version)
        cloud.give_up(version)
    assert CacheEndpoint("127.0.0.1", redis.port).accepts(FIRST)
    assert cloud.current == FIRST


@pytest.mark.parametrize("step", STEPS)
def test_any_step_may_be_repeated(cloud: Cloud, step: str) -> None:
    cloud.begin(V1)
    for each in STEPS:
        call(each)
        if each == step:
            call(each)
    assert cloud.stages == {V0: ["AWSPREVIOUS"], V1: ["AWSCURRENT"]}
    assert [how for how, _ in cloud.cache.calls] == ["ROTATE"]


def test_a_call_without_time_left_is_continued_by_the_next(cloud: Cloud) -> None:
    cloud.begin(V1)
    call("createSecret")
    with pytest.raises(TimeoutError, match="replication group orders is still being modified"):
        call("setSecret", seconds=20)
    for step in STEPS:
        call(step)
    assert cloud.cache.calls == [("ROTATE", cloud.current)]


def test_a_user_gets_both_passwords_and_then_the_new_and_its_next(
    cloud: Cloud, redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER_ID", USER)
    cloud.cache.add_user(FIRST)
    first = rotate(cloud, V1)
    assert cloud.cache.passwords == [FIRST, first]
    second = rotate(cloud, V2)
    assert cloud.cache.passwords == [first, second]
    endpoint = CacheEndpoint("127.0.0.1", redis.port, USER)
    assert [endpoint.accepts(each) for each in (FIRST, first, second)] == [False, True, True]


def test_a_current_token_that_the_cache_refuses_stops_it(cloud: Cloud) -> None:
    cloud.versions[V0] = "somebody-has-changed-this"
    cloud.begin(V1)
    call("createSecret")
    with pytest.raises(RuntimeError, match="the cache refuses the current value"):
        call("setSecret")
    assert cloud.cache.calls == []


def test_a_pending_token_that_the_cache_refuses_does_not_become_current(cloud: Cloud) -> None:
    cloud.begin(V1)
    call("createSecret")
    with pytest.raises(RuntimeError, match=r"the cache refuses version 0+1"):
        call("testSecret")
    assert cloud.stages[V0] == ["AWSCURRENT"]


def test_a_refusal_of_elasticache_is_not_hidden(cloud: Cloud) -> None:
    cloud.begin(V1)
    call("createSecret")
    cloud.cache.lasts = cloud.cache.modifying = 10**6
    cloud.cache.is_settled = lambda: True  # type: ignore[method-assign]
    with pytest.raises(ClientError, match="InvalidReplicationGroupState"):
        call("setSecret")


def test_a_version_that_is_not_pending_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ValueError, match=r"must be a version of .* got: 0+9 with None"):
        call("createSecret", V9)
    cloud.versions[V8], cloud.stages[V8] = "x" * 16, ["AWSPREVIOUS"]
    with pytest.raises(ValueError, match="with the stage AWSPENDING"):
        call("setSecret", V8)


def test_another_step_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`Step` must be one of createSecret, .*, got: 'x'"):
        call("x")


def test_a_version_that_is_current_already_is_left_alone(cloud: Cloud) -> None:
    rotate(cloud, V1)
    for step in STEPS:
        call(step)
    assert len(cloud.cache.calls) == 1
