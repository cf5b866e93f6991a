"""Warmth: how environments of a function are kept ready, so that fewer callers wait for a start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.durations import milliseconds_of, minutes
from serverless_stack.constructs._internal.runtimes import family_of, name_of
from serverless_stack.constructs.function.code import is_image
from serverless_stack.constructs.function.release import Release

_MINUTES = (1, 60)
_MAX_PINGS = 50
_UTILIZATION = (0.1, 0.9)  # "Managing provisioned concurrency with Application Auto Scaling"
_SNAP_START_STORAGE_MIB = 512  # "Improving startup performance with Lambda SnapStart"


@dataclass(frozen=True)
class Warmth:
    """How environments of a function are kept ready.

    Create it with ``Warmth.ping()``, ``Warmth.provisioned()`` or ``Warmth.snap_start()``.

    Attributes:
        kind: ``ping``, ``provisioned`` or ``snap_start``.
        every: The time between two pings; None without pings.
        concurrency: How many environments are kept ready.
        target_utilization: The share of the provisioned environments that may be busy.
        max_capacity: How many environments are provisioned at most; None for a fixed number.
    """

    kind: Literal["ping", "provisioned", "snap_start"]
    every: Duration | None = None
    concurrency: int = 1
    target_utilization: float = 0.7
    max_capacity: int | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def ping(cls, *, every: Duration = minutes(5), concurrency: int = 1) -> Warmth:
        """Call the function by a schedule, so that Lambda keeps its environments.

        ``serverless_stack.runtime.warmth`` answers a ping before the code of the function, which
        never sees it. With several environments each ping holds one for 200 milliseconds. Lambda
        promises nothing: it may end an idle environment at any time, pings that arrive apart share
        one, and a request that comes while all of them are busy starts another. Only functions of
        Python folders can have pings. Pings count as invocations in metrics and logs, and as
        successes for ``on_success``.

        Three environments every five minutes are 26,000 calls a month. At 256 MiB they cost about
        $0.02 at AWS's list prices in us-east-1 ("AWS Lambda pricing").

        Args:
            every: The time between two pings, 1-60 whole minutes.
            concurrency: How many environments to keep, 1-50.
        """
        return cls("ping", every, concurrency)

    @classmethod
    @check_types
    def provisioned(
        cls, concurrency: int, *, target_utilization: float = 0.7, max_capacity: int | None = None
    ) -> Warmth:
        """Have Lambda keep environments initialized, behind the alias ``live``.

        AWS bills them by the hour: about $2.20 a month for 256 MiB on arm64, at the list price in
        us-east-1 ("AWS Lambda pricing").

        Args:
            concurrency: How many environments are kept, 1 or more.
            target_utilization: The share of them that may be busy before Application Auto Scaling
                adds some, 0.1-0.9. It matters with ``max_capacity`` only.
            max_capacity: How many there are at most. Default: ``concurrency``, without scaling.
        """
        return cls("provisioned", None, concurrency, target_utilization, max_capacity)

    @classmethod
    @check_types
    def snap_start(cls) -> Warmth:
        """Start environments from a snapshot of an initialized one, behind the alias ``live``.

        For Python 3.12, Java 11, .NET 8 and later. Lambda takes the snapshot when a version is
        published, which takes minutes. The stores of ``runtime.caching`` connect and log in anew
        after a restore; other connections, random numbers and times that the code of the function
        keeps in global variables are those of the snapshot. AWS bills the snapshots of Python and
        .NET by the hour, and every restore ("AWS Lambda pricing").
        """
        return cls("snap_start")


@dataclass(frozen=True)
class WarmFunction:
    """What of a function decides whether it can be kept warm.

    Attributes:
        code: Its code, as the user gave it.
        runtime: Its runtime.
        storage: The size of its ``/tmp``.
        reserved: Its reserved concurrency, or None.
        release: How requests move to a new version, or None.
    """

    code: object
    runtime: lambda_.Runtime
    storage: Size
    reserved: int | None
    release: Release | None


def warmth_problems(warmth: Warmth, function: WarmFunction) -> list[str]:
    """Check how a function is kept warm.

    Args:
        warmth: How it is kept warm.
        function: The function.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if warmth.kind == "snap_start":
        problems.add(_snap_start_problems(function))
        return problems.messages
    highest = _MAX_PINGS if warmth.kind == "ping" else math.inf
    problems.between("warmth.concurrency", warmth.concurrency, 1, highest)
    numbers = (function.reserved, warmth.concurrency, warmth.max_capacity)
    known = not any(is_unresolved(number) for number in numbers)
    if warmth.kind == "ping" and is_unresolved(warmth.concurrency):
        problems.fail("`warmth.concurrency` must be known at synthesis for pings, got: a token")
    if (
        known
        and function.reserved is not None
        and function.reserved < max(warmth.concurrency, warmth.max_capacity or 0)
    ):
        problems.fail(
            "`warmth` must keep no more environments than `reserved_concurrent_executions`, "
            f"{function.reserved}, got: {max(warmth.concurrency, warmth.max_capacity or 0)}"
        )
    if warmth.kind == "ping":
        problems.add(_ping_problems(warmth, function))
    else:
        problems.add(_provisioned_problems(warmth, function))
    return problems.messages


def _ping_problems(warmth: Warmth, function: WarmFunction) -> list[str]:
    problems = Problems()
    milliseconds = milliseconds_of(warmth.every or minutes(5))
    if milliseconds is None:
        problems.fail("`warmth.every` must be known at synthesis, got: a token")
    else:
        every = milliseconds / 60_000
        if every != int(every):
            problems.fail(f"`warmth.every` must be whole minutes, got: {every:.3g} minutes")
        problems.between("warmth.every", every, *_MINUTES, "minutes")
    other = "`Warmth.provisioned()` works for all of them"
    if is_image(function.code) or family_of(function.runtime) != lambda_.RuntimeFamily.PYTHON:
        name = "a container image" if is_image(function.code) else name_of(function.runtime)
        problems.fail(
            "`warmth` must be another one than Warmth.ping() without a Python runtime, in which "
            f"this library answers the pings, got: {name}; {other}"
        )
    elif not isinstance(function.code, str | Path) or Path(function.code).is_file():
        problems.fail(
            "`warmth` must be another one than Warmth.ping() without a folder as `code`, into "
            f"which this library packages the answer to pings, got: {type(function.code).__name__}"
            f"; {other}"
        )
    return problems.messages


def _provisioned_problems(warmth: Warmth, function: WarmFunction) -> list[str]:
    problems = Problems()
    problems.between("warmth.target_utilization", warmth.target_utilization, *_UTILIZATION)
    if warmth.max_capacity is not None:
        least = 1 if is_unresolved(warmth.concurrency) else warmth.concurrency
        problems.between("warmth.max_capacity", warmth.max_capacity, least, math.inf)
    if function.release is not None and function.release.kind != "all_at_once":
        problems.fail(
            "`warmth` must be another one than Warmth.provisioned() beside a release that shifts "
            "requests in parts, because an alias with provisioned concurrency takes no weights, "
            f"got: Release.{function.release.kind}(); use Release.all_at_once() or "
            "Warmth.snap_start()"
        )
    return problems.messages


def _snap_start_problems(function: WarmFunction) -> list[str]:
    problems = Problems()
    if is_image(function.code):
        problems.fail("`warmth` must not be Warmth.snap_start() for a container image, got: one")
    elif not function.runtime.supports_snap_start:
        problems.fail(
            "`runtime` must be Python 3.12, Java 11, .NET 8 or later for Warmth.snap_start(), "
            f"got: {name_of(function.runtime)}"
        )
    storage = function.storage
    if not storage.is_unresolved() and storage.to_mebibytes() > _SNAP_START_STORAGE_MIB:
        problems.fail(
            f"`ephemeral_storage_size` must be {_SNAP_START_STORAGE_MIB} MiB for "
            f"Warmth.snap_start(), got: {storage.to_mebibytes():g} MiB"
        )
    return problems.messages
