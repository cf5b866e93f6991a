"""How to keep a resource whose construct was moved."""

from __future__ import annotations

import json
from collections.abc import Sequence

from serverless_stack.testing.review.model import Action, PropertyChange, Review


def advice_for(
    old: str,
    new: str,
    construct_path: str | None,
    still_replaced_by: Sequence[PropertyChange],
    ambiguous: bool,
) -> str:
    """Give the ways to keep a resource under its new construct.

    Args:
        old: The logical id before.
        new: The logical id after.
        construct_path: Of the resource after, if known.
        still_replaced_by: The changes that would replace it under the old id as well.
        ambiguous: Whether other resources equal it.
    """
    stack, *children = construct_path.split("/") if construct_path else ["STACK"]
    entry = json.dumps({f"{stack}.{old}": f"{stack}.{new}"})
    found = "".join(f".node.find_child({json.dumps(child)})" for child in children)
    where = f"stack{found}" if children else "resource"
    lines = [
        "To keep the resource, give it its old logical id:",
        f"  {where}.override_logical_id({json.dumps(old)})",
        "or rename it in the deployed stack, with `cdk refactor --override-file`:",
        f'  "resources": {entry}',
    ]
    if ambiguous:
        lines.append(
            "Other resources of the template equal it: look whether this is its new place."
        )
    lines += [
        f"Under its old id it would still be replaced: {change.path} "
        f"{change.old!r} -> {change.new!r}, {change.reason}"
        for change in still_replaced_by
    ]
    return "\n".join(lines)


def refactor_overrides(
    review: Review, stack: str, account: str, region: str
) -> dict[str, list[dict[str, object]]]:
    """Give all renames of a review as the file that `cdk refactor --override-file` reads.

    Args:
        review: The review with the renames.
        stack: The name of the stack.
        account: The account it is deployed in.
        region: The region it is deployed in.
    """
    resources = {
        f"{stack}.{change.logical_id}": f"{stack}.{change.new_logical_id}"
        for change in review.changes
        if change.action is Action.RENAME and change.advice
    }
    mapping: dict[str, object] = {"account": account, "region": region, "resources": resources}
    return {"mappings": [mapping]}
