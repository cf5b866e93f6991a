"""A deployment killed at every step, and at 50 random ones: ``python -m benchmarks.kills``."""

import os
import random
import tempfile
from pathlib import Path

from rich.console import Console

from serverless_stack.local.cloud import LocalCloud
from tests.operations.content.test_kills import NEW, OLD, STEPS, state, undisturbed
from tests.operations.content.world import Killed, World

ROOT = Path(__file__).parents[1]
RANDOM = 50


def main() -> None:
    """Measure and print."""
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cdk.json").write_text('{"app": "true"}')
        with LocalCloud.start(folder, name=f"bench-{os.getpid()}") as cloud:
            os.environ.update(cloud.environment())
            measure(Console())


def measure(console: Console) -> None:
    """Kill, retry and compare."""
    world = World("bench")
    expected = undisturbed(world, OLD, NEW)
    chance = random.Random(50)
    points = [*range(STEPS + 1), *(chance.randrange(STEPS + 1) for _ in range(RANDOM))]
    exact = lost = 0
    for kill_at in points:
        world.empty()
        world.deploy(world.target(OLD))
        try:
            world.deploy(world.target(NEW), kill_at=kill_at)
        except Killed:
            stored = world.stored()
            lost += sum(key not in stored for key in OLD)
        world.deploy(world.target(NEW))
        exact += state(world) == expected
    console.print(
        f"Killed at {len(points)} points ({STEPS + 1} steps in turn, {RANDOM} at random): "
        f"{exact} exact after the retry, {lost} files lost meanwhile"
    )


if __name__ == "__main__":
    main()
