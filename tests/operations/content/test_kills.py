"""Killed at any point and run again, a deployment ends in the same state."""

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_stack.operations.content.manifest import Manifest
from serverless_stack.operations.content.removal import delete, release
from serverless_stack.operations.content.target import Target
from tests.operations.content.world import Killed, Stored, World
from tests.seeds import seeds

OLD = {f"p{n}.html": b"old%d" % n for n in range(4)} | {"a/1.js": b"1", "a/x.js": b"x"}
NEW = {f"p{n}.html": b"new%d" % n for n in range(2, 6)} | {"a/2.js": b"2", "a/x.js": b"xx"}
STEPS = 14  # what is done before the last checkpoint, which follows the commit


def state(world: World) -> tuple[dict[str, Stored], Manifest]:
    """What is there, whatever way led to it."""
    return world.stored(), replace(world.manifest(), version="")


def undisturbed(world: World, *contents: dict[str, bytes]) -> tuple[dict[str, Stored], Manifest]:
    world.empty()
    for content in contents:
        world.deploy(world.target(content))
    found = state(world)
    world.empty()
    return found


def test_the_steps_are_counted_right(world: World) -> None:
    world.deploy(world.target(OLD))
    world.deploy(world.target(NEW))
    assert len(world.steps) == STEPS + 2
    assert world.steps[-1] == "committed"


@pytest.mark.parametrize("way", ["retry", "rollback"])
def test_killed_at_any_step(world: World, way: str) -> None:
    wanted = undisturbed(world, OLD, NEW)
    for kill_at in range(STEPS + 1):
        world.empty()
        world.invalidations = []
        world.deploy(world.target(OLD))
        with pytest.raises(Killed):
            world.deploy(world.target(NEW), kill_at=kill_at)
        assert world.stored().keys() >= OLD.keys()  # no page is lost meanwhile
        world.deploy(world.target(NEW if way == "retry" else OLD))
        stored, manifest = state(world)
        if way == "retry":
            assert (stored, manifest) == wanted, kill_at
        else:
            live = {key: each for key, each in stored.items() if each.obsolete is None}
            assert {key: each.body for key, each in live.items()} == OLD, kill_at
            assert set(manifest.files) == set(OLD)
            assert manifest.pending is None
        changed = {"p2.html", "p3.html", "a/x.js"}
        assert any(changed <= set(keys) for _v, _r, keys in world.invalidations), kill_at


@pytest.mark.parametrize("seed", seeds(5, 2))
def test_killed_twice_at_random(world: World, seed: int) -> None:
    chance = random.Random(seed)
    wanted = undisturbed(world, OLD, NEW)
    for _ in range(5):
        world.empty()
        world.deploy(world.target(OLD))
        for _kill in range(2):
            with pytest.raises(Killed):
                world.deploy(world.target(NEW), kill_at=chance.randrange(STEPS))
        world.deploy(world.target(NEW))
        assert state(world) == wanted


OWNERS = ("One", "Two")
CONTENTS = (OLD, NEW, {"index.html": b"x", "p2.html": b"third"})
STEP = st.tuples(
    st.sampled_from(["deploy", "deploy", "deploy", "delete", "release", "write"]),
    st.sampled_from(OWNERS),
    st.integers(0, 2),
    st.none() | st.integers(0, 9),
)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, min_size=2, max_size=6))
def test_any_order_of_deployments_renames_rollbacks_and_kills(
    world: World, steps: list[tuple[str, str, int, int | None]]
) -> None:
    """Two constructs with one prefix: neither loses what the other one does not have."""

    def target(owner: str, content: Mapping[str, bytes]) -> Target:
        key = f".serverless-stack/site/{owner}.json.gz"
        return world.target(content, owner=owner, manifest_key=key)

    world.empty()
    deployed: dict[str, dict[str, bytes]] = {}
    foreign: dict[str, bytes] = {}
    for number, (kind, owner, content, kill_at) in enumerate(steps):
        if kind == "write":
            foreign[f"other{content}.txt"] = b"%d" % number
            key = f"site/other{content}.txt"
            world.s3.put_object(Bucket=world.bucket, Key=key, Body=b"%d" % number)
        elif kind == "delete":
            delete(world.s3, target(owner, {}))
            deployed.pop(owner, None)
        elif kind == "release":
            release(world.s3, target(owner, {}))
            deployed.pop(owner, None)
        else:
            with suppress(Killed):
                world.deploy(target(owner, CONTENTS[content]), kill_at=kill_at)
                deployed[owner] = CONTENTS[content]
        stored = world.stored()
        assert {key: stored[key].body for key in foreign} == foreign
        for files in deployed.values():
            assert stored.keys() >= files.keys(), (kind, owner)
    for owner in OWNERS:
        world.deploy(target(owner, CONTENTS[0]))
        stored = world.stored()
        live = {key: stored[key] for key in CONTENTS[0]}
        assert {key: each.body for key, each in live.items()} == CONTENTS[0]
        assert {each.obsolete for each in live.values()} == {None}


def test_a_retry_is_the_same_invalidation(world: World) -> None:
    world.deploy(world.target(OLD))
    world.invalidations = []
    with pytest.raises(Killed):
        world.deploy(world.target(NEW), kill_at=STEPS)
    world.deploy(world.target(NEW))
    first, second = world.invalidations
    assert first == second
