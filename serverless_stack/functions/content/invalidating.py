"""What the function behind ``ContentDeployment`` tells the distributions."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from serverless_stack.functions.custom_resource import Json, list_of, logger, mapping_of
from serverless_stack.operations.content.deployment import OutOfTimeError
from serverless_stack.operations.content.manifest import Pending
from serverless_stack.operations.invalidation import (
    Invalidation,
    InvalidationError,
    InvalidationPlan,
    plan,
    send,
    wait_for,
)


def invalidate(
    asked: Mapping[str, Json],
    pending: Pending,
    keys: Sequence[str],
    *,
    left: Callable[[], float],
    wait_until: Callable[[], float],
) -> int:
    """Tell every distribution what it has to drop, then wait for all of them at once.

    Args:
        asked: The properties of the resource.
        pending: The journal, with the keys that changed.
        keys: All keys that can be cached.
        left: How many seconds this call still has.
        wait_until: Until when to wait, in seconds since 1970; asked when all is sent.

    Returns:
        How many paths are billed.

    Raises:
        InvalidationError: If some distributions refuse, after the others were told.
        OutOfTimeError: If this call ends before. Another one sends the same invalidations, which
            CloudFront knows already, and goes on waiting for them.
    """

    def sleep(seconds: float) -> None:
        if seconds >= left():
            raise OutOfTimeError("the time of this call is up")
        time.sleep(seconds)

    billed = 0
    sent: list[Invalidation] = []
    failures: list[str] = []
    for each in map(mapping_of, list_of(asked["Distributions"])):
        planned = _planned(asked, each, pending, keys)
        try:
            sent += send(
                planned,
                [str(each["Id"])],
                # With the paths: after a change of settings alone they are another invalidation.
                deployment="\n".join((pending.version, *planned.paths)),
                replaces=pending.replaces,
                sleep=sleep,
                clock=time.time,
            )
        except InvalidationError as error:
            failures.append(str(error))
            continue
        billed += planned.cost
    if failures:
        raise InvalidationError("; ".join(failures))
    wait = wait_until() - time.time()
    if sent and wait > 0:
        sent = [*wait_for(sent, timedelta(seconds=wait), sleep=sleep, clock=time.time)]
    logger.info(json.dumps({"sent": [vars(each) for each in sent]}))
    return billed


def _planned(
    asked: Mapping[str, Json], front: Mapping[str, Json], pending: Pending, keys: Sequence[str]
) -> InvalidationPlan:
    planned = plan(
        pending.invalidated,
        keys,
        max_paths=int(str(asked["Budget"])),
        index_document=str(front["IndexDocument"]),
        path_prefix=str(front["PathPrefix"]),
        query_strings=front["QueryStrings"] == "true",
        exclude_paths=[*map(str, list_of(front["Protected"]))],
    )
    told = {"distribution": front["Id"], "paths": planned.cost, "collateral": planned.collateral}
    logger.info(json.dumps(told))
    return planned
