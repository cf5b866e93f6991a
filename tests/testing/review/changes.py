"""Changes written by hand, for tests of reports."""

from serverless_stack.testing.review import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
)
from serverless_stack.testing.review.compare.stacks import Comparison, StackReview, Status

NONE, LOW, SOME, REPLACED, LOST = Consequence

NAME = PropertyChange(
    "Properties.QueueName", "a|b", "<c>", Consequence.DATA_LOSS, "create-only property"
)
DELAY = PropertyChange(
    "Properties.DelaySeconds", MISSING, 5, Consequence.NO_INTERRUPTION, "updated in place"
)


def change(
    consequence: Consequence,
    *properties: PropertyChange,
    action: Action = Action.MODIFY,
    warnings: tuple[str, ...] = (),
    advice: str | None = None,
    path: str | None = "Shop/Jobs/Resource",
) -> ResourceChange:
    return ResourceChange(
        action,
        "Jobs12345678",
        "Work12345678" if action is Action.RENAME else None,
        "AWS::SQS::Queue",
        path,
        properties,
        consequence,
        warnings,
        advice,
    )


def comparison(*changes: ResourceChange, status: Status = "both") -> Comparison:
    return Comparison(
        "HEAD~1 (1234567)", "the working tree", (StackReview("Shop", status, Review(changes)),)
    )
