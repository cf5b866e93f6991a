"""Sending an invalidation to CloudFront, so that a retry is the same one and nothing is lost."""

import hashlib
import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from serverless_stack.operations.invalidation.paths import checked
from serverless_stack.operations.invalidation.planner import InvalidationPlan, batches_of
from serverless_stack.operations.invalidation.progress import Counter, Progress

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_cloudfront.client import CloudFrontClient

PATIENCE = timedelta(minutes=10)
"""How long a request is repeated that CloudFront has no room for."""
WAIT = timedelta(minutes=15)
"""How long ``wait=True`` waits for the edge locations."""
_POLL_SECONDS = 5.0
_FIRST_DELAY, _LONGEST_DELAY = 1.0, 30.0
_BUSY = {
    "TooManyInvalidationsInProgress",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "InternalError",
}


class InvalidationError(Exception):
    """CloudFront refused an invalidation, or had no room for it for too long."""


@dataclass(frozen=True)
class Sent:
    """What one distribution was told.

    Attributes:
        distribution_id: The distribution.
        invalidation_ids: Its invalidations: one, or more when they do not fit into one.
        paths: How many paths, which is what AWS bills.
        completed: Whether every edge location has dropped them; None was not waited for.
    """

    distribution_id: str
    invalidation_ids: tuple[str, ...]
    paths: int
    completed: bool | None


@dataclass(frozen=True)
class _Time:
    sleep: Callable[[float], None]
    clock: Callable[[], float]


def caller_reference(deployment: str, replaces: str) -> str:
    """The reference by which CloudFront knows an invalidation again.

    The same deployment over the same version gives the same one, so that a retry sends nothing
    new. Going back to an earlier version replaces another one, and gives another reference:
    CloudFront answers a reference that it knows with the old invalidation and drops nothing.

    Args:
        deployment: What is deployed, such as a hash of it.
        replaces: The version that it replaces; it has to be another one each time.

    Returns:
        A text of 64 characters.
    """
    return hashlib.sha256(f"{len(deployment)}:{deployment}{replaces}".encode()).hexdigest()


def send(
    paths: Sequence[str] | InvalidationPlan,
    distribution_ids: Sequence[str],
    *,
    deployment: str,
    replaces: str,
    wait: bool | timedelta = False,
    patience: timedelta = PATIENCE,
    progress: Callable[[Progress], None] = lambda progress: None,
    client: "CloudFrontClient | None" = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Sent, ...]:
    """Invalidate paths of distributions.

    Args:
        paths: The paths, or a plan of them. None of them sends nothing.
        distribution_ids: The distributions. If one refuses, the others are told all the same.
        deployment: What is deployed; see `caller_reference`.
        replaces: The version that it replaces.
        wait: Whether to wait until every edge location has dropped the paths: no, for up to 15
            minutes, or for a time. When it runs out there is a warning and no error.
        patience: How long to repeat what CloudFront has no room for: it takes 3,000 paths and 15
            wildcards at a time for one distribution ("Quotas on invalidations").
        progress: Told how far it is: before the first batch, and after each.
        client: A client of boto3; made when it is needed by default.
        sleep: How to wait, in seconds.
        clock: The time, in seconds.

    Returns:
        What each distribution was told.

    Raises:
        ValueError: If a path is one that CloudFront refuses.
        InvalidationError: If CloudFront refuses, with all that it said, or time runs out.
    """
    batches = _batches(paths)
    if not batches:
        return ()
    cloudfront = client or _client()
    timing = _Time(sleep, clock)
    reference = caller_reference(deployment, replaces)
    counter = Counter(progress, "sending", len(distribution_ids) * len(batches))
    sent, failures = [], []
    for distribution_id in distribution_ids:
        try:
            ids = _send(cloudfront, distribution_id, batches, reference, patience, timing, counter)
        except InvalidationError as error:
            failures.append(str(error))
            continue
        sent.append(Sent(distribution_id, ids, sum(map(len, batches)), None))
    if failures:
        raise InvalidationError("; ".join(failures))
    if wait is False:
        return tuple(sent)
    most = WAIT if wait is True else wait
    return wait_for(sent, most, client=cloudfront, progress=progress, sleep=sleep, clock=clock)


def wait_for(
    sent: Sequence[Sent],
    most: timedelta,
    *,
    client: "CloudFrontClient | None" = None,
    progress: Callable[[Progress], None] = lambda progress: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Sent, ...]:
    """Wait until every edge location has dropped what was sent.

    Args:
        sent: What was sent, to one distribution or to several.
        most: How long to wait. When it runs out, or CloudFront does not tell, there is a warning
            and no error: the invalidations are on their way all the same.
        client: A client of boto3; made when it is needed by default.
        progress: Told how many invalidations are completed.
        sleep: How to wait, in seconds.
        clock: The time, in seconds.

    Returns:
        The same, with whether they are completed.
    """
    timing = _Time(sleep, clock)
    limit = clock() + most.total_seconds()
    cloudfront = client or _client()
    counter = Counter(progress, "waiting", sum(len(each.invalidation_ids) for each in sent))
    return tuple(_waited(cloudfront, each, limit, timing, counter) for each in sent)


def _client() -> "CloudFrontClient":
    import boto3
    from botocore.config import Config

    retries = Config(retries={"mode": "standard", "max_attempts": 3}, read_timeout=30)
    # CloudFront has one endpoint for all regions, and signs for this one.
    return boto3.client("cloudfront", region_name="us-east-1", config=retries)


def _batches(paths: Sequence[str] | InvalidationPlan) -> tuple[tuple[str, ...], ...]:
    if isinstance(paths, InvalidationPlan):
        return paths.batches()
    return batches_of(checked(paths))


def _send(
    client: "CloudFrontClient",
    distribution_id: str,
    batches: Sequence[Sequence[str]],
    reference: str,
    patience: timedelta,
    timing: _Time,
    counter: Counter,
) -> tuple[str, ...]:
    ids: list[str] = []
    for number, batch in enumerate(batches, start=1):
        own = reference if len(batches) == 1 else f"{reference}-{number}"
        try:
            ids.append(_create(client, distribution_id, batch, own, patience, timing))
        except InvalidationError as error:
            done = f", after {len(ids)} of {len(batches)} batches" if ids else ""
            raise InvalidationError(f"{distribution_id}: {error}{done}") from error
        counter.advance()
    return tuple(ids)


def _create(
    client: "CloudFrontClient",
    distribution_id: str,
    paths: Sequence[str],
    reference: str,
    patience: timedelta,
    timing: _Time,
) -> str:
    from botocore.exceptions import ClientError

    limit = timing.clock() + patience.total_seconds()
    delay = _FIRST_DELAY
    while True:
        try:
            answer = client.create_invalidation(
                DistributionId=distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": list(paths)},
                    "CallerReference": reference,
                },
            )
        except ClientError as error:
            left = limit - timing.clock()
            if not _is_busy(error) or left <= 0:
                raise InvalidationError(_told(error)) from error
            timing.sleep(min(left, delay * random.uniform(0.5, 1)))
            delay = min(2 * delay, _LONGEST_DELAY)
        else:
            return answer["Invalidation"]["Id"]


def _is_busy(error: "ClientError") -> bool:
    return error.response.get("Error", {}).get("Code") in _BUSY


def _told(error: "ClientError") -> str:
    found = error.response.get("Error", {})
    return f"{found.get('Code', 'error')}: {found.get('Message', error)}"


def _waited(
    client: "CloudFrontClient", sent: Sent, limit: float, timing: _Time, counter: Counter
) -> Sent:
    for invalidation_id in sent.invalidation_ids:
        while (
            problem := _not_completed(client, sent.distribution_id, invalidation_id)
        ) is not None:
            left = limit - timing.clock()
            if left <= 0 or not problem.passes:
                warnings.warn(
                    f"invalidation {invalidation_id} of {sent.distribution_id} is not completed "
                    "yet; edge locations may serve earlier files for some more minutes"
                    f"{problem.told}",
                    stacklevel=4,
                )
                return Sent(sent.distribution_id, sent.invalidation_ids, sent.paths, False)
            timing.sleep(min(left, _POLL_SECONDS))
        counter.advance()
    return Sent(sent.distribution_id, sent.invalidation_ids, sent.paths, True)


@dataclass(frozen=True)
class _Problem:
    """Why an invalidation is not known to be completed, and whether that may pass."""

    told: str = ""
    passes: bool = True


def _not_completed(
    client: "CloudFrontClient", distribution_id: str, invalidation_id: str
) -> _Problem | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = client.get_invalidation(DistributionId=distribution_id, Id=invalidation_id)
    except ClientError as error:
        return _Problem(f" ({_told(error)})", _is_busy(error))
    except BotoCoreError as error:
        return _Problem(f" ({error})")
    return None if found["Invalidation"]["Status"] == "Completed" else _Problem()
