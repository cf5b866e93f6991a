"""How long all rules take over a large template: ``python -m benchmarks.checks``."""

import cProfile
import json
import pstats
import statistics
import sys
import time
from collections.abc import Iterator

from benchmarks.running import run_benchmark
from serverless_stack.checks import check_template, rules
from tests.checks import templates
from tests.checks.cases import Json

RESOURCES = 500
TARGET_MILLISECONDS = 150
_ROUNDS = 9


def large(count: int = RESOURCES) -> Json:
    """A template of so many resources: our snapshots, again and again with other logical ids."""
    resources: Json = {}
    sections: Json = {}
    for number, source in _repeated():
        texts = json.dumps(source)
        described = source.get("Resources")
        ids = list(described) if isinstance(described, dict) else []
        outputs = source.get("Outputs")
        for logical_id in sorted([*ids, *(outputs if isinstance(outputs, dict) else {})], key=len):
            texts = texts.replace(f'"{logical_id}"', f'"{logical_id}x{number}"')
            texts = texts.replace(f"${{{logical_id}", f"${{{logical_id}x{number}")
        copied: Json = json.loads(texts)
        for section, entries in copied.items():
            if section == "Resources" and isinstance(entries, dict):
                resources.update(entries)
            elif section in ("Parameters", "Conditions", "Mappings") and isinstance(entries, dict):
                known = sections.setdefault(section, {})
                if isinstance(known, dict):
                    known.update(entries)
        if len(resources) >= count:
            break
    kept = dict(list(resources.items())[:count])
    return {"Resources": kept, **sections}


def _repeated() -> Iterator[tuple[int, Json]]:
    number = 0
    while True:
        for source in templates.snapshots().values():
            number += 1
            yield number, source


def main() -> None:
    """Measure and print."""
    template = large()
    rules()
    seconds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        check_template(template, "eu-central-1")
        seconds.append(time.process_time() - start)
    size = len(json.dumps(template))
    described = template["Resources"]
    count = len(described) if isinstance(described, dict) else 0
    print(
        f"{len(rules())} rules over {count} resources ({size / 1000:.0f} kB): "
        f"{statistics.median(seconds) * 1000:.0f} ms, at best {min(seconds) * 1000:.0f} ms "
        f"(target: {TARGET_MILLISECONDS} ms)"
    )
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(check_template, template, "eu-central-1")
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
