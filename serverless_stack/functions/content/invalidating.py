"""The invalidations of a ``ContentDeployment``."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from serverless_stack.functions.custom_resource import Json, list_of, logger, mapping_of
from serverless_stack.operations.content.errors import OutOfTimeError
from serverless_stack.operations.content.manifest import Journal
from serverless_stack.operations.invalidation import (
    Invalidation,
    InvalidationError,
    InvalidationPlan,
    plan,
    send,
    wait_for,
)


def invalidate(
    properties: Mapping[str, Json],
    journal: Journal,
    keys: Sequence[str],
    *,
    left: Callable[[], float],
    wait_until: Callable[[], float],
) -> int:
    """Send every distribution its invalidation, then wait for all of them at once.

    Args:
        properties: The properties of the resource.
        journal: The journal, with the keys that changed.
        keys: All keys that can be cached.
        left: Returns how many seconds this call still has.
        wait_until: Returns until when to wait, in seconds since 1970; called when all is sent.

    Returns:
        The number of paths that are billed.

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
    for distribution in map(mapping_of, list_of(properties["Distributions"])):
        planned = _planned(properties, distribution, journal, keys)
        try:
            sent += send(
                planned,
                [str(distribution["Id"])],
                # With the paths: after a change of settings alone they are another invalidation.
                deployment="\n".join((journal.version, *planned.paths)),
                replaces=journal.replaces,
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
    logger.info(json.dumps({"sent": [vars(invalidation) for invalidation in sent]}))
    return billed


def _planned(
    properties: Mapping[str, Json],
    distribution: Mapping[str, Json],
    journal: Journal,
    keys: Sequence[str],
) -> InvalidationPlan:
    planned = plan(
        journal.invalidated,
        keys,
        max_paths=int(str(properties["MaxPaths"])),
        index_document=str(distribution["IndexDocument"]),
        path_prefix=str(distribution["PathPrefix"]),
        query_strings=distribution["QueryStrings"] == "true",
        exclude_paths=[*map(str, list_of(distribution["ExcludePaths"]))],
    )
    figures = {"distribution": distribution["Id"], "paths": planned.cost}
    logger.info(json.dumps({**figures, "collateral": planned.collateral}))
    return planned
