"""The keys of a `Signing`: real boto3 on the local cloud, with calls that fail half-way."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from serverless_stack.functions.signing import handler, keys
from serverless_stack.functions.signing.key_group import PublicKeys
from serverless_stack.functions.signing.key_pairs import KeyType
from serverless_stack.functions.signing.keys import SigningKeys
from serverless_stack.functions.signing.rotation import KeyRotation
from serverless_stack.functions.signing.secret import CURRENT, PENDING, KeySecret
from tests.local.emulator.conftest import KEY, Emulator

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
WEEK = 7 * 24 * 3600.0


@dataclass
class World:
    """One secret and one key group, and the time.

    Attributes:
        cloud: The emulator.
        name: The name of the key group.
        now: The time.
        slept: How long the function has slept, each time.
        left: The seconds that are left for a call.
    """

    cloud: Emulator
    name: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slept: list[float] = field(default_factory=list)
    left: float = 600

    def __post_init__(self) -> None:
        self.secrets = self.cloud.client("secretsmanager")
        self.cloudfront = self.cloud.client("cloudfront")
        created = self.secrets.create_secret(Name=self.name)
        self.arn: str = created["ARN"]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.left -= seconds
        self.now += timedelta(seconds=seconds)

    def keys(self, switch_seconds: float = 0) -> SigningKeys:
        return SigningKeys(
            secret=KeySecret(self.arn, self.secrets),
            public_keys=PublicKeys(self.name, self.cloudfront),
            remaining=lambda: self.left,
            switch_seconds=switch_seconds,
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def rotate(self, key_type: KeyType = "ECDSA", keep_seconds: float = WEEK) -> None:
        version = str(uuid.uuid4())
        keys_ = self.keys()
        keys_.store(key_type, version, PENDING)
        rotation = KeyRotation(keys_, version, key_type, keep_seconds)
        for step in STEPS:
            rotation.run(step)

    @property
    def current(self) -> dict[str, str]:
        text = self.secrets.get_secret_value(SecretId=self.arn)["SecretString"]
        value: dict[str, str] = json.loads(text)
        return value

    @property
    def grouped(self) -> list[str]:
        groups = self.cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
        configs = [item["KeyGroup"]["KeyGroupConfig"] for item in groups]
        return next((list(c["Items"]) for c in configs if c["Name"] == self.name), [])

    @property
    def public(self) -> dict[str, str]:
        """The public keys: their comments by their ids."""
        listed = self.cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
        mine = [key for key in listed if key["Name"].startswith(f"{self.name}-")]
        return {key["Id"]: key.get("Comment", "") for key in mine}


@pytest.fixture
def world(cloud: Emulator) -> Iterator[World]:
    world = World(cloud, f"keys-{uuid.uuid4().hex[:8]}")
    yield world
    world.left = 0
    world.keys().delete()


def ensure(world: World, key_type: KeyType = "ECDSA") -> str:
    return world.keys().ensure(key_type, str(uuid.uuid4()))


@pytest.mark.parametrize("key_type", ["ECDSA", "RSA"])
def test_the_first_key_is_in_the_secret_and_its_public_half_in_the_group(
    world: World, key_type: KeyType
) -> None:
    group_id = ensure(world, key_type)

    assert set(world.current) == {"key_id", "key_type", "private_key"}
    assert world.current["key_type"] == key_type
    assert world.grouped == [world.current["key_id"]] == list(world.public)
    private = load_pem_private_key(world.current["private_key"].encode(), None)
    if key_type == "RSA":
        assert isinstance(private, rsa.RSAPrivateKey)
        assert private.key_size == 2048
    else:
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        assert isinstance(private.curve, ec.SECP256R1)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stored = world.cloudfront.get_public_key(Id=world.current["key_id"])["PublicKey"]
    assert stored["PublicKeyConfig"]["EncodedKey"].strip() == public.decode().strip()
    assert world.cloudfront.get_key_group(Id=group_id)["KeyGroup"]["Id"] == group_id


def test_a_repeated_call_creates_nothing_more(world: World) -> None:
    version = str(uuid.uuid4())
    first = world.keys().ensure("ECDSA", version)
    before = world.current
    assert world.keys().ensure("ECDSA", version) == first
    assert ensure(world) == first  # a later update of the stack
    assert world.current == before
    assert list(world.public) == [before["key_id"]]


def failing(
    monkeypatch: pytest.MonkeyPatch, owner: type, method: str, *, after: bool = False
) -> Callable[[], None]:
    """Make a method fail before or after it did its work, until the returned call."""
    original = getattr(owner, method)

    def fail(self: object, *arguments: object, **named: object) -> object:
        if after:
            original(self, *arguments, **named)
        raise ConnectionError("the call ended here")

    monkeypatch.setattr(owner, method, fail)
    return lambda: monkeypatch.setattr(owner, method, original)


@pytest.mark.parametrize(
    ("owner", "method", "after"),
    [
        (PublicKeys, "create", False),
        (KeySecret, "put", False),
        (KeySecret, "put", True),
        (PublicKeys, "add", False),
        (PublicKeys, "add", True),
    ],
)
def test_a_creation_that_stopped_half_way_continues(
    world: World, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool
) -> None:
    version = str(uuid.uuid4())
    repair = failing(monkeypatch, owner, method, after=after)
    with pytest.raises(ConnectionError):
        world.keys().ensure("ECDSA", version)
    repair()
    world.keys().ensure("ECDSA", version)
    assert world.grouped == [world.current["key_id"]]
    world.now += timedelta(hours=2)
    world.keys().remove_retired(WEEK)
    assert list(world.public) == world.grouped


def test_of_two_calls_for_one_version_the_second_takes_the_key_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = str(uuid.uuid4())
    generate = keys.generate

    def and_another_call(key_type: KeyType) -> object:
        monkeypatch.setattr(keys, "generate", generate)
        world.keys().ensure(key_type, version)
        return generate(key_type)

    monkeypatch.setattr(keys, "generate", and_another_call)
    world.keys().ensure("ECDSA", version)
    assert world.grouped == [world.current["key_id"]] == list(world.public)


def test_a_rotation_adds_a_key_and_keeps_the_old_one_for_its_time(world: World) -> None:
    ensure(world)
    old = world.current["key_id"]
    world.rotate()
    new = world.current["key_id"]
    assert new != old
    assert world.grouped == [old, new]
    assert world.public[old] == f"signs nothing since {world.now.isoformat(timespec='seconds')}"
    assert world.public[new] == ""

    world.now += timedelta(seconds=WEEK - 60)
    world.keys().remove_retired(WEEK)
    assert world.grouped == [old, new]
    world.now += timedelta(seconds=61)
    world.keys().remove_retired(WEEK)
    assert world.grouped == [new] == list(world.public)
    world.keys().remove_retired(0)  # the one that signs always stays
    assert world.grouped == [new]


def test_each_step_may_be_repeated(world: World) -> None:
    ensure(world)
    version = str(uuid.uuid4())
    world.keys().store("ECDSA", version, PENDING)
    for step in STEPS:
        for _repetition in range(2):
            KeyRotation(world.keys(), version, "ECDSA", WEEK).run(step)
    assert len(world.grouped) == len(world.public) == 2
    for step in STEPS:  # a rotation that is over
        KeyRotation(world.keys(), version, "ECDSA", WEEK).run(step)
    assert len(world.public) == 2


def test_the_new_key_signs_only_when_cloudfront_has_it_everywhere(world: World) -> None:
    ensure(world)
    old = world.current["key_id"]
    version = str(uuid.uuid4())
    waiting = world.keys(switch_seconds=300)
    pending = waiting.store("ECDSA", version, PENDING)
    with pytest.raises(RuntimeError, match="must be in the key group"):
        waiting.wait_for(pending)
    waiting.public_keys.add(pending.key_id)
    world.now = datetime.now(UTC)
    world.left = 25
    with pytest.raises(TimeoutError, match="the next attempt continues"):
        waiting.wait_for(pending)
    assert world.current["key_id"] == old
    world.left = 600
    waiting.wait_for(pending)
    assert 295 <= sum(world.slept) <= 305


def test_another_type_of_key_replaces_the_one_that_signs(world: World) -> None:
    ensure(world)
    old = world.current["key_id"]
    group_id = ensure(world, "RSA")
    assert world.current["key_type"] == "RSA"
    assert world.grouped == [old, world.current["key_id"]]
    assert ensure(world, "RSA") == group_id
    assert len(world.grouped) == 2
    world.keys().remove_retired(0)
    assert world.grouped == [world.current["key_id"]] == list(world.public)


def test_a_change_of_type_that_stopped_half_way_continues(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(world)
    version = str(uuid.uuid4())
    repair = failing(monkeypatch, KeySecret, "make_current")
    with pytest.raises(ConnectionError):
        world.keys().ensure("RSA", version)
    repair()
    assert world.current["key_type"] == "ECDSA"
    world.keys().ensure("RSA", version)
    assert world.current["key_type"] == "RSA"
    assert len(world.public) == 2


def test_a_full_key_group_is_an_error_that_says_what_to_do(world: World) -> None:
    ensure(world)
    for _number in range(4):
        world.rotate()
    with pytest.raises(RuntimeError, match=r'\{"KeepSeconds": 0\}'):
        world.rotate()
    world.keys().remove_retired(0)
    world.rotate()


def test_keys_of_others_are_left_alone(world: World, cloud: Emulator) -> None:
    other = World(cloud, f"{world.name}x")
    ensure(world)
    ensure(other)
    world.keys().delete()
    assert world.public == {}
    assert other.grouped == [other.current["key_id"]]
    other.keys().delete()


def test_a_change_by_somebody_else_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(world)
    read = PublicKeys._read
    stale = [True]

    def outdated(self: PublicKeys, group_id: str) -> object:
        group = read(self, group_id)
        return replace(group, etag="outdated") if stale and stale.pop() else group

    monkeypatch.setattr(PublicKeys, "_read", outdated)
    world.rotate()
    assert len(world.grouped) == 2


def test_what_was_deleted_by_hand_is_deleted(world: World) -> None:
    ensure(world)
    world.keys().public_keys.delete_group()
    world.keys().delete()
    assert world.public == {}
    world.keys().delete()


def test_a_key_group_in_use_is_an_error_after_some_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(world)

    def in_use(**_named: object) -> None:
        raise ClientError({"Error": {"Code": "ResourceInUse"}}, "DeleteKeyGroup")

    monkeypatch.setattr(world.cloudfront, "delete_key_group", in_use, raising=False)
    world.left = 35
    with pytest.raises(TimeoutError, match="is in use by a distribution outside of this stack"):
        world.keys().delete()
    assert len(world.slept) == 3
    monkeypatch.undo()


def test_a_value_of_somebody_else_is_an_error_without_it(world: World) -> None:
    world.secrets.put_secret_value(SecretId=world.arn, SecretString='{"password": "hunter2"}')
    with pytest.raises(ValueError, match="must be JSON with key_id, key_type and") as caught:
        ensure(world)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("step", "version", "problem"),
    [
        ("createSecret", "0" * 32, "must be a version of"),
        ("deleteSecret", "0" * 32, "`Step` must be one of createSecret, setSecret"),
    ],
)
def test_wrong_steps_are_errors(world: World, step: str, version: str, problem: str) -> None:
    ensure(world)
    with pytest.raises(ValueError, match=problem):
        KeyRotation(world.keys(), version, "ECDSA", WEEK).run(step)


class Context:
    """The context of a call."""

    log_stream_name = "stream"
    function_name = "signing"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


@pytest.fixture
def answers(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation is answered; the environment of the function is set."""
    for name, value in {
        "AWS_ENDPOINT_URL": world.cloud.at_gateway(""),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "NAME": world.name,
        "SECRET_ARN": world.arn,
        "KEY_TYPE": "ECDSA",
        "KEEP_SECONDS": "604800",
        "SWITCH_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    sent: list[dict[str, Any]] = []

    def respond(
        event: object,
        context: object,
        physical_id: str,
        *,
        status: str,
        reason: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        sent.append({"id": physical_id, "status": status, "reason": reason, "data": data})

    monkeypatch.setattr("serverless_stack.functions.custom_resource.respond", respond)
    return sent


def request(kind: str, **properties: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "RequestId": str(uuid.uuid4()),
        "StackId": "arn:stack",
        "LogicalResourceId": "Keys",
        "ResponseURL": "https://secret.example",
        "ResourceProperties": properties,
    }


def test_the_function_answers_all_three_callers_and_never_with_the_key(
    world: World,
    answers: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "serverless_stack")
    handler.handler(request("Create", KeyType="RSA"), Context())
    (created,) = answers
    assert (created["id"], created["status"]) == (world.name, "SUCCESS")
    assert set(created["data"]) == {"KeyGroupId"}
    private = world.current["private_key"]
    first = world.current["key_id"]

    version = str(uuid.uuid4())
    world.keys().store("ECDSA", version, PENDING)
    for step in STEPS:
        event = {"Step": step, "SecretId": world.arn, "ClientRequestToken": version}
        handler.handler(event, Context())
    assert world.current["key_type"] == "ECDSA"
    assert world.grouped == [first, world.current["key_id"]]

    handler.handler({"detail-type": "Scheduled Event"}, Context())
    assert len(world.grouped) == 2
    handler.handler({"KeepSeconds": 0}, Context())
    assert world.grouped == [world.current["key_id"]]

    deletion = {**request("Delete"), "PhysicalResourceId": world.name}
    handler.handler(deletion, Context())
    assert (answers[-1]["status"], world.public) == ("SUCCESS", {})
    told = caplog.text + json.dumps(answers)
    assert "PRIVATE KEY" not in told
    assert private.splitlines()[1] not in told


def test_a_wrong_request_is_answered(world: World, answers: list[dict[str, Any]]) -> None:
    handler.handler(request("Create", KeyType="DSA"), Context())
    (answer,) = answers
    assert answer["status"] == "FAILED"
    assert answer["reason"] == "ValueError: `KeyType` must be ECDSA or RSA, got: 'DSA'"


def test_stages_of_a_new_secret_are_none(world: World) -> None:
    assert world.keys().secret.key_at(CURRENT) is None
