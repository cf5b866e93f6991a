"""The mutation run as a table: `python -m tests.testing.review.mutation_report`.

Of each kind of edit: how many, how many losses of data and replacements there are and how many of
these the review missed or made up, and how many lines a snapshot changes, by the kit and as plain
`Template.to_json()`.
"""

import json
import os
from collections import defaultdict
from difflib import SequenceMatcher

from serverless_stack.testing.review import Action, Consequence, review
from serverless_stack.testing.snapshots.rendering import render
from serverless_stack.testing.snapshots.scrubbing import scrub
from tests.constructs.templates import Json
from tests.testing.review import oracle
from tests.testing.review.bases import bases
from tests.testing.review.edits import EDITORS, edit
from tests.testing.review.test_mutations import NUMBER

COLUMNS = (
    "edits",
    "data losses",
    "missed",
    "made up",
    "replaced",
    "missed",
    "made up",
    "kit: lines",
    "none",
    "plain: lines",
    "none",
)


def lines_touched(before: str, after: str) -> int:
    """Return how many removed and added lines a reviewer sees."""
    left, right = before.splitlines(), after.splitlines()
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return sum(b - a + d - c for tag, a, b, c, d in codes if tag != "equal")


def kit(template: Json) -> str:
    scrubbed = scrub(template)
    return render(scrubbed.template)


def plain(template: Json) -> str:
    """Return the lines of a snapshot of `Template.to_json()` with sorted keys."""
    copy = json.loads(json.dumps(template))
    for resource in copy["Resources"].values():
        resource.pop("Metadata", None)
    return json.dumps(copy, indent=2, sort_keys=True)


def row(number: int) -> tuple[str, list[int]]:
    made = edit(number, bases())
    expected = oracle.outcome(made.before, made.after)
    changes = review(made.before, made.after).changes
    lost = {c.logical_id for c in changes if c.consequence is Consequence.DATA_LOSS}
    replaced = {
        c.logical_id
        for c in changes
        if c.consequence >= Consequence.REPLACEMENT and c.action is Action.MODIFY
    }
    by_kit = lines_touched(kit(made.before), kit(made.after))
    by_json = lines_touched(plain(made.before), plain(made.after))
    return made.kind, [
        1,
        len(expected.lost),
        len(expected.lost - lost),
        len(lost - expected.lost),
        len(expected.replaced),
        len(expected.replaced - replaced),
        len(replaced - expected.replaced),
        by_kit,
        by_kit == 0,
        by_json,
        by_json == 0,
    ]


def main() -> None:
    """Print the table."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * len(COLUMNS))
    for number in range(NUMBER):
        kind, figures = row(number)
        for key in (kind, "all"):
            totals[key] = [a + b for a, b in zip(totals[key], figures, strict=True)]
    print(f"{'':26}" + "".join(f"{column:>13}" for column in COLUMNS))
    for kind in (*EDITORS, "all"):
        print(f"{kind:26}" + "".join(f"{figure:>13}" for figure in totals[kind]))


if __name__ == "__main__":
    os.environ.setdefault("CDK_VALIDATION", "false")
    main()
