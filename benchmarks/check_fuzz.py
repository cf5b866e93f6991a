"""Breaks templates at random and checks them by all rules: ``python -m benchmarks.check_fuzz``."""

import sys
import time
import traceback
from collections import Counter
from random import Random

from serverless_stack.checks import check_templates, rules
from tests.checks import templates
from tests.checks.cases import Json, cases
from tests.checks.mutations import mutated

COUNT = 20_000
_MOST_BYTES = 60_000


def sources() -> dict[str, Json]:
    """What is broken: our snapshots, templates written by hand, and all cases of rules."""
    found: dict[str, Json] = {**templates.snapshots(), **templates.hand_written()}
    for number, case in enumerate(cases()):
        found[f"{number} {case} bad"] = {"Resources": case.bad, **case.bad_sections}
        found[f"{number} {case} good"] = {"Resources": case.good, **case.good_sections}
    return {name: each for name, each in found.items() if len(repr(each)) < _MOST_BYTES}


def main() -> int:
    """Break, check and print what was found; the status tells whether a rule crashed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    known = sources()
    names = sorted(known)
    crashes: Counter[str] = Counter()
    told: Counter[str] = Counter()
    broken = 0
    start = time.process_time()
    for seed in range(count):
        chance = Random(seed)
        name = chance.choice(names)
        amount = chance.randint(1, 12)
        broken += amount
        template = mutated(known[name], chance, amount)
        try:
            found = check_templates({"One": template, "Two": known[name]}, {"One": "eu-west-1"})
        except Exception:
            last = traceback.format_exc().strip().splitlines()
            where = next(line for line in reversed(last) if line.startswith("  File"))
            crashes[f"{last[-1]} at {where.strip()} (seed {seed} is one)"] += 1
        else:
            told.update({each.rule for each in found})
    seconds = time.process_time() - start
    print(
        f"{count:,} templates, {broken:,} mutations of {len(names)} templates, "
        f"{len(rules())} rules of which {len(told)} spoke, in {seconds:.0f} s: "
        f"{sum(crashes.values())} crashes"
    )
    for crash, times in crashes.most_common():
        print(f"{times:6} x {crash}")
    return bool(crashes)


if __name__ == "__main__":
    sys.exit(main())
