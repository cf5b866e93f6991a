"""EdgeFunction: a Lambda@Edge function at one event of a behavior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services.cloudfront.limits.edge import (
    RUNTIMES,
    VIEWER_EVENTS,
    edge_size_problems,
    max_seconds,
)
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.runtimes import PYTHON
from serverless_stack.constructs._internal.tree import path_of, stack_of

EdgeEvent: TypeAlias = Literal[
    "viewer-request", "origin-request", "origin-response", "viewer-response"
]
_NODE_SUFFIXES = (".mjs", ".js", ".cjs")
_SUFFIXES = (*_NODE_SUFFIXES, ".py")
# CDK refuses environment variables itself, when the distribution is created.
_UNSUPPORTED = {
    "vpc_config": "a VPC; call public endpoints only",
    "layers": "layers; put the libraries into its folder",
    "file_system_configs": "a file system; put the files into its folder",
    "image_config": "a container image; give a folder",
    "dead_letter_config": "a dead-letter queue; CloudFront waits for its answer",
    "kms_key_arn": "a KMS key, which encrypts environment variables",
    "snap_start": "SnapStart",
}


@dataclass(frozen=True)
class EdgeFunction:
    """A Lambda@Edge function that runs for each request or response of a behavior.

    The function is created in us-east-1, from where CloudFront replicates it; a stack of another
    region gets a second stack there, which is deployed before it. When a stack is deleted, the
    function and its versions are retained, because replicas exist for hours after their
    distribution is gone; delete them by hand after that ("Delete Lambda@Edge functions and
    replicas"). It logs in the region of each viewer, to ``/aws/lambda/us-east-1.NAME``.

    Attributes:
        code: The folder of its code, or a version of a function that you have in us-east-1. The
            folder has its dependencies in it.
        event: ``viewer-request`` and ``viewer-response`` run for all requests, ``origin-request``
            and ``origin-response`` for those that the cache does not answer. CloudFront runs no
            response functions of viewers for statuses of 400 and more.
        include_body: Whether a function of requests gets their body, cut to 40 KB for viewers and
            1 MB for origins.
        handler: The entry point, ``file.function``.
        runtime: A runtime of Node.js or Python. Default: by the file, Node.js 24 or Python 3.14.
        memory_size: The memory in MiB: 128 for viewers, 128 to 10,240 for origins.
        timeout: The time-out, up to 5 seconds for viewers and 30 for origins. Default: 5 seconds.
        permissions: What the function may do beside logging. Default: nothing.
    """

    code: str | Path | lambda_.IVersion
    event: EdgeEvent
    include_body: bool = False
    handler: str = "index.handler"
    runtime: lambda_.Runtime | None = None
    memory_size: int = 128
    timeout: Duration | None = None
    permissions: Sequence[iam.PolicyStatement] = ()

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems("EdgeFunction")
        if self.include_body and self.event.endswith("response"):
            problems.fail(
                f"`include_body` must go with the event of a request, got: {self.event!r}"
            )
        if isinstance(self.code, str | Path):
            problems.add(self._folder_problems(Path(self.code)))
        else:
            problems.add(self._version_problems(self.code))
        problems.raise_if_any()

    @property
    def found_runtime(self) -> lambda_.Runtime | None:
        """The runtime; None if none is given and the folder has no such file."""
        if self.runtime is not None:
            return self.runtime
        module = self.handler.rpartition(".")[0]
        for suffix in _SUFFIXES:
            if Path(str(self.code), f"{module}{suffix}").is_file():
                return lambda_.Runtime.NODEJS_24_X if suffix in _NODE_SUFFIXES else PYTHON
        return None

    def _folder_problems(self, folder: Path) -> list[str]:
        problems = Problems()
        runtime = self.found_runtime
        if not folder.is_dir():
            problems.fail(f"`code` must be a folder, got: {str(folder)!r}")
        elif runtime is None:
            module = self.handler.rpartition(".")[0]
            listed = ", ".join(f"{module}{suffix}" for suffix in _SUFFIXES)
            problems.fail(
                f"`code` must be a folder with the file of `handler` ({self.handler!r}), one of "
                f"{listed}, got: {str(folder)!r}"
            )
        if runtime is not None and not runtime.name.startswith(RUNTIMES):
            problems.fail(
                f"`runtime` must be one of Node.js or Python at the edge, got: {runtime.name}"
            )
        problems.between("memory_size", self.memory_size, 128, 10_240, "MiB")
        seconds = None
        if self.timeout is not None:
            problems.add(seconds_problems("timeout", self.timeout))
            if not self.timeout.is_unresolved():
                seconds = self.timeout.to_seconds(integral=False)
        memory = None if is_unresolved(self.memory_size) else self.memory_size
        problems.add(edge_size_problems(self.event, memory, seconds))
        return problems.messages

    def _version_problems(self, version: lambda_.IVersion) -> list[str]:
        """List what the edge refuses in a function of the user, as far as it is in the app."""
        problems = Problems()
        where = path_of(version)
        given = (self.runtime, self.timeout, *self.permissions)
        if self.memory_size != 128 or any(item is not None for item in given):
            problems.fail(
                "`code` must be a folder with `runtime`, `memory_size`, `timeout` or "
                f"`permissions`, which a version has already, got: {where}"
            )
        if version.version == "$LATEST":
            problems.fail(
                f"`code` must be a numbered version, got: {where} of $LATEST; pass "
                "`function.current_version`"
            )
        raw = version.lambda_.node.default_child
        if not isinstance(raw, lambda_.CfnFunction):
            return problems.messages  # imported
        problems.add(edge_size_problems(self.event, raw.memory_size, raw.timeout))
        for name, feature in _UNSUPPORTED.items():
            value = getattr(raw, name)  # may be a token that is nothing in the end
            if value is not None and stack_of(raw).resolve(value) not in (None, [], {}):
                problems.fail(
                    f"`code` must be a function without `{name}`, got: {where}; the edge does not "
                    f"support {feature}"
                )
        if raw.package_type == "Image":
            problems.fail(f"`code` must not be a container image at the edge, got: {where}")
        if raw.architectures and list(raw.architectures) != ["x86_64"]:
            problems.fail(
                f"`code` must be a function of x86_64, got: {where} of {raw.architectures[0]}"
            )
        if raw.runtime is not None and not raw.runtime.startswith(RUNTIMES):
            problems.fail(
                f"`code` must be a function of Node.js or Python, got: {where} of {raw.runtime}"
            )
        if raw.reserved_concurrent_executions == 0:
            problems.fail(
                f"`code` must be a function without a reserved concurrency of 0, got: {where}"
            )
        problems.add(_object_problems(raw, version, where))
        return problems.messages


def _object_problems(raw: lambda_.CfnFunction, version: lambda_.IVersion, where: str) -> list[str]:
    """List what the edge refuses in settings that have parts."""
    problems = Problems()
    tracing = raw.tracing_config
    if isinstance(tracing, lambda_.CfnFunction.TracingConfigProperty) and tracing.mode == "Active":
        problems.fail(
            f"`code` must be a function without X-Ray, which the edge lacks, got: {where}"
        )
    storage = raw.ephemeral_storage
    if isinstance(storage, lambda_.CfnFunction.EphemeralStorageProperty) and storage.size > 512:
        problems.fail(
            f"`code` must be a function with 512 MiB of storage, got: {where} of {storage.size:g}"
        )
    cfn_version = version.node.default_child
    if (
        isinstance(cfn_version, lambda_.CfnVersion)
        and cfn_version.provisioned_concurrency_config is not None
    ):
        problems.fail(
            "`code` must be a version without provisioned concurrency, which the edge lacks, "
            f"got: {where}"
        )
    return problems.messages


def edge_problems(events: Sequence[str], *, has_viewer_function: bool, argument: str) -> list[str]:
    """List why edge functions cannot be together in a behavior.

    Args:
        events: The events of its Lambda@Edge functions, that of ``EdgeAuth.jwt`` included.
        has_viewer_function: Whether the behavior has a CloudFront Function.
        argument: The behavior, as the caller wrote it.
    """
    problems = Problems()
    problems.add(
        f"`{argument}` must have one edge function per event, got: more for {event} "
        "(`EdgeAuth.jwt` is one for viewer-request); CloudFront does not run two"
        for event in repeated(events)
    )
    viewer = [event for event in events if event in VIEWER_EVENTS]
    if viewer and has_viewer_function:
        problems.fail(
            f"`{argument}` must not have a Lambda@Edge function for {viewer[0]} beside the "
            "CloudFront Function of `site`, `auth`, `maintenance`, `signed`, `skew_protection` or "
            "a `Snippet`, got: both, which CloudFront refuses; use origin-request or "
            "origin-response, write it as a `Snippet`, or give these paths a behavior of their own"
        )
    return problems.messages


def default_timeout(function: EdgeFunction) -> Duration:
    """Return the time-out of a function.

    Args:
        function: The function.
    """
    return function.timeout or Duration.seconds(min(5, max_seconds(function.event)))
