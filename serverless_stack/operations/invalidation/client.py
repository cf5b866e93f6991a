"""Sending invalidations to CloudFront. A retry sends the same invalidation, not another one."""

import hashlib
import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from serverless_stack.operations.invalidation.paths import (
    batches_of,
    normalized_paths,
    normalized_tags,
)
from serverless_stack.operations.invalidation.planner import InvalidationPlan

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_cloudfront.client import CloudFrontClient

DEFAULT_PATIENCE = timedelta(minutes=10)
DEFAULT_WAIT = timedelta(minutes=15)
_POLL_SECONDS = 5.0
_FIRST_DELAY, _LONGEST_DELAY = 1.0, 30.0
_BUSY = {
    *("TooManyInvalidationsInProgress", "Throttling", "ThrottlingException"),
    *("RequestLimitExceeded", "ServiceUnavailable", "InternalError"),
}

Phase: TypeAlias = Literal["sending", "waiting"]


class InvalidationError(Exception):
    """CloudFront refused an invalidation, was out of reach, or was busy for too long."""


@dataclass(frozen=True)
class Invalidation:
    """What was sent to a distribution.

    Attributes:
        distribution_id: The distribution.
        invalidation_ids: The ids of the invalidations: one for each batch.
        paths: The number of paths and tags, which is what AWS bills.
        completed: Whether every edge location has dropped the paths; None if `send` did not wait.
    """

    distribution_id: str
    invalidation_ids: tuple[str, ...]
    paths: int
    completed: bool | None


@dataclass(frozen=True)
class Progress:
    """The progress of `send` and `wait_for`.

    Attributes:
        phase: ``sending``, then ``waiting``.
        done: How many batches of all distributions have been sent, or completed.
        total: How many batches there are.
    """

    phase: Phase
    done: int
    total: int


def caller_reference(deployment: str, replaces: str) -> str:
    """Return the reference by which CloudFront recognizes an invalidation.

    The same deployment over the same version has the same reference, so that a retry invalidates
    nothing twice. Going back to an earlier version replaces another one and has another reference:
    for a known reference, CloudFront returns the earlier invalidation and drops nothing.

    Args:
        deployment: What is deployed, such as a hash of it.
        replaces: The version that it replaces.

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
    tags: Sequence[str] = (),
    wait: bool | timedelta = False,
    patience: timedelta = DEFAULT_PATIENCE,
    progress: Callable[[Progress], None] = lambda progress: None,
    client: "CloudFrontClient | None" = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Invalidation, ...]:
    """Invalidate paths and cache tags of distributions.

    Args:
        paths: The paths, or a plan. Without paths and tags, nothing is sent.
        distribution_ids: The distributions. If one fails, the others are invalidated all the same.
        deployment: What is deployed; see `caller_reference`.
        replaces: The version that it replaces.
        tags: Cache tags, without ``#``. Distributions without ``cache_tags`` drop nothing.
        wait: Whether to wait until every edge location has dropped the paths, or for how long.
            ``True`` waits for up to 15 minutes. Waiting that runs out is a warning, not an error.
        patience: How long to repeat a request while CloudFront is busy: it accepts 3,000 paths and
            15 wildcards at a time for a distribution ("Quotas on invalidations").
        progress: Called before the first batch and after each.
        client: A boto3 client. Default: created when needed.
        sleep: Waits for so many seconds.
        clock: Returns the time in seconds.

    Returns:
        One invalidation for each distribution.

    Raises:
        ValueError: If CloudFront does not accept a path or tag.
        InvalidationError: If distributions failed; the message says which, and why.
    """
    if isinstance(paths, InvalidationPlan):
        tags = (*paths.tags, *tags)
        paths = paths.paths
    batches = batches_of(normalized_paths(paths), normalized_tags(tags))
    if not batches:
        return ()
    sender = _Sender(client or default_client(), sleep, clock)
    counter = _Counter(progress, "sending", len(distribution_ids) * len(batches))
    reference = caller_reference(deployment, replaces)
    sent: list[Invalidation] = []
    failures: list[str] = []
    for distribution_id in distribution_ids:
        try:
            ids = sender.send(distribution_id, batches, reference, patience, counter)
        except InvalidationError as error:
            failures.append(str(error))
        else:
            sent.append(Invalidation(distribution_id, ids, sum(map(len, batches)), None))
    if failures:
        raise InvalidationError("; ".join(failures))
    if wait is False:
        return tuple(sent)
    limit = DEFAULT_WAIT if wait is True else wait
    return wait_for(sent, limit, client=sender.client, progress=progress, sleep=sleep, clock=clock)


def wait_for(
    invalidations: Sequence[Invalidation],
    limit: timedelta,
    *,
    client: "CloudFrontClient | None" = None,
    progress: Callable[[Progress], None] = lambda progress: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Invalidation, ...]:
    """Wait until every edge location has dropped the paths of invalidations.

    Args:
        invalidations: What `send` returned.
        limit: How long to wait. If it runs out, or CloudFront does not know an invalidation, this
            warns and raises nothing: an invalidation that was sent completes without us.
        client: A boto3 client. Default: created when needed.
        progress: Called before the first batch and after each.
        sleep: Waits for so many seconds.
        clock: Returns the time in seconds.

    Returns:
        The invalidations, with `completed`.
    """
    end = clock() + limit.total_seconds()
    sender = _Sender(client or default_client(), sleep, clock)
    total = sum(len(sent.invalidation_ids) for sent in invalidations)
    counter = _Counter(progress, "waiting", total)
    return tuple(replace(sent, completed=sender.wait(sent, end, counter)) for sent in invalidations)


def default_client() -> "CloudFrontClient":
    """Return a client with time-outs and retries."""
    import boto3
    from botocore.config import Config

    retries = Config(retries={"mode": "standard", "max_attempts": 3}, read_timeout=30)
    # CloudFront has one endpoint for all regions, whose requests are signed for this one.
    return boto3.client("cloudfront", region_name="us-east-1", config=retries)


class _Counter:
    """Reports the progress of a phase, at once and after each batch."""

    def __init__(self, report: Callable[[Progress], None], phase: Phase, total: int) -> None:
        self._report = report
        self._progress = Progress(phase, 0, total)
        report(self._progress)

    def advance(self) -> None:
        """Report one more batch."""
        self._progress = replace(self._progress, done=self._progress.done + 1)
        self._report(self._progress)


@dataclass(frozen=True)
class _Sender:
    client: "CloudFrontClient"
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def send(
        self,
        distribution_id: str,
        batches: Sequence[Sequence[str]],
        reference: str,
        patience: timedelta,
        counter: _Counter,
    ) -> tuple[str, ...]:
        """Send batches to a distribution, and return the ids of the invalidations."""
        ids: list[str] = []
        for number, batch in enumerate(batches, start=1):
            own = reference if len(batches) == 1 else f"{reference}-{number}"
            try:
                ids.append(self._create(distribution_id, batch, own, patience))
            except InvalidationError as error:
                done = f", after {len(ids)} of {len(batches)} batches" if ids else ""
                raise InvalidationError(f"{distribution_id}: {error}{done}") from error
            counter.advance()
        return tuple(ids)

    def _create(
        self, distribution_id: str, paths: Sequence[str], reference: str, patience: timedelta
    ) -> str:
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

        end = self.clock() + patience.total_seconds()
        delay = _FIRST_DELAY
        while True:
            try:
                answer = self.client.create_invalidation(
                    DistributionId=distribution_id,
                    InvalidationBatch={
                        "Paths": {"Quantity": len(paths), "Items": list(paths)},
                        "CallerReference": reference,
                    },
                )
            except (ConnectionError, HTTPClientError) as error:
                raise InvalidationError(str(error)) from error
            except ClientError as error:
                left = end - self.clock()
                if not _is_busy(error) or left <= 0:
                    raise InvalidationError(_message(error)) from error
                self.sleep(min(left, delay * random.uniform(0.5, 1)))
                delay = min(2 * delay, _LONGEST_DELAY)
            else:
                return answer["Invalidation"]["Id"]

    def wait(self, sent: Invalidation, end: float, counter: _Counter) -> bool:
        """Wait for the invalidations of a distribution, and return whether they are completed."""
        from botocore.exceptions import BotoCoreError, ClientError

        for invalidation_id in sent.invalidation_ids:
            while True:
                left = end - self.clock()
                reason = ""
                try:
                    answer = self.client.get_invalidation(
                        DistributionId=sent.distribution_id, Id=invalidation_id
                    )
                except ClientError as error:
                    reason = f" ({_message(error)})"
                    left = left if _is_busy(error) else 0
                except BotoCoreError as error:
                    reason = f" ({error})"
                else:
                    if answer["Invalidation"]["Status"] == "Completed":
                        break
                if left <= 0:
                    warnings.warn(
                        f"invalidation {invalidation_id} of {sent.distribution_id} is not "
                        "completed yet; edge locations may serve earlier files for some more "
                        f"minutes{reason}",
                        stacklevel=4,
                    )
                    return False
                self.sleep(min(left, _POLL_SECONDS))
            counter.advance()
        return True


def _is_busy(error: "ClientError") -> bool:
    return error.response.get("Error", {}).get("Code") in _BUSY


def _message(error: "ClientError") -> str:
    details = error.response.get("Error", {})
    return f"{details.get('Code', 'error')}: {details.get('Message', error)}"
