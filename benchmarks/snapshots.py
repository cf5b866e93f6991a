"""What one more snapshot test costs, by CPU of the whole process tree: ``-m benchmarks.snapshots``.

Each figure is that of a pytest run with many such tests less that of one with few, per test.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.running import run_benchmark

ROOT = Path(__file__).parents[1]
_FEW = 1
_MANY = {"small": 101, "shop": 101, "small, new": 31}
_ROUNDS = 5
_TARGETS = {"small": 15, "shop": 15, "small, new": 120}

_TESTS = """\
import pytest
from orders import OrdersStack
from shop import Shop

@pytest.mark.parametrize("number", range({number}))
def test_it(number, stack_factory, template_snapshot):
    assert {stack} == template_snapshot(name="it")
"""
_SHOP = f"""\
from serverless_stack.constructs import ServerlessStack

def Shop(scope, construct_id):
    folder = {str(ROOT / "examples" / "shop")!r}
    return ServerlessStack(
        scope, construct_id, function=folder + "/handler", site=folder + "/site",
        redis=True, memcached=True,
    )
"""
_STACKS = {
    "small": 'stack_factory(OrdersStack, "Orders")',
    "small, new": 'stack_factory(OrdersStack, "Orders", fresh=True)',
    "shop": 'stack_factory(Shop, "Shop")',
}


def cpu_of(folder: Path, stack: str, number: int, *options: str) -> float:
    """Return the CPU seconds of a pytest run with that many snapshot tests of a stack."""
    folder.mkdir(exist_ok=True)
    (folder / "test_it.py").write_text(_TESTS.format(stack=stack, number=number))
    paths = [str(ROOT), str(ROOT / "examples" / "testing"), str(folder.parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "CDK_VALIDATION": "false"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    print(f"CPU of one more snapshot test, median of {_ROUNDS} interleaved pairs of runs")
    figures: dict[str, list[float]] = {name: [] for name in _STACKS}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "shop.py").write_text(_SHOP)
        for name, stack in _STACKS.items():
            cpu_of(folder / name, stack, _MANY[name], "--snapshot-update")
        for done in range(_ROUNDS):
            for name, stack in _STACKS.items():
                unused = "--snapshot-warn-unused"  # those of the other run
                few, many = (
                    cpu_of(folder / name, stack, number, unused) for number in (_FEW, _MANY[name])
                )
                figures[name].append((many - few) / (_MANY[name] - _FEW) * 1000)
            print(f"round {done + 1} of {_ROUNDS}", file=sys.stderr)
    for name, values in figures.items():
        target = f" (target: {_TARGETS[name]} ms)" if name in _TARGETS else ""
        print(f"{name:12}{statistics.median(values):6.1f} ms{target}")


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
