"""The steps of a continuous deployment. Each leaves out what is done, so that it can run again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from serverless_stack.operations.staging import buckets
from serverless_stack.operations.staging.model import (
    Clients,
    Config,
    Policy,
    Release,
    StagingError,
    Traffic,
    Version,
    read_release,
    read_version,
    reference_prefix,
)
from serverless_stack.operations.staging.planning import check_primary, check_something, promotable

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient

_PAUSE_SECONDS = 10.0
_MAX_SECONDS = 1800.0  # CloudFront deploys a change within minutes


@dataclass(frozen=True)
class Step:
    """How a continuous deployment waits and reports.

    Attributes:
        report: Called with what is done, in one line.
        sleep: Called with the seconds between two looks at a deployment.
        clock: Returns the time in seconds.
    """

    report: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def stage(
    clients: Clients,
    distribution_id: str,
    traffic: Traffic,
    changes: Mapping[str, Any] | None,
    step: Step,
) -> Release:
    """Copy a distribution, change the copy, and send some requests to it.

    Args:
        clients: The clients of AWS.
        distribution_id: The id of the distribution.
        traffic: Which requests the staging distribution serves.
        changes: What differs in its configuration, as a JSON merge patch (RFC 7396) of the API's
            ``DistributionConfig``. Default: nothing; an existing copy stays as it is.
        step: How to wait and report.

    Returns:
        The distribution as it is now.

    Raises:
        StagingError: If CloudFront does not stage such a distribution, or somebody else has
            changed it meanwhile.
    """
    client = clients.cloudfront
    release = read_release(client, distribution_id)
    check_primary(release.primary)
    staging = release.staging
    with _conditional(distribution_id):
        if staging is None:
            step.report(f"copying {distribution_id}")
            copied = client.copy_distribution(
                PrimaryDistributionId=distribution_id,
                Staging=True,
                IfMatch=release.primary.etag,
                CallerReference=f"{reference_prefix(distribution_id)}{uuid4()}",
                Enabled=True,
            )
            staging = read_version(client, copied["Distribution"]["Id"])
        if changes:
            staging = _change(client, staging, merged(staging.config, changes), step)
        for bucket in buckets.allow(clients.s3, release.primary, staging):
            step.report(f"allowed {staging.id} to read {bucket}")
        _wait(client, staging, step)
        policy = _set_policy(client, release.policy, staging, traffic, step)
        if release.primary.policy_id != policy.id:
            step.report(f"attaching the policy {policy.id}")
            config = {**release.primary.config, "ContinuousDeploymentPolicyId": policy.id}
            _update(client, release.primary, config)
    _wait(client, read_version(client, distribution_id), step)
    return read_release(client, distribution_id)


def promote(clients: Clients, distribution_id: str, step: Step) -> Release:
    """Replace the configuration of a distribution by that of its staging distribution.

    Args:
        clients: The clients of AWS.
        distribution_id: The id of the distribution.
        step: How to wait and report.

    Returns:
        The distribution as it is now.

    Raises:
        StagingError: If it has no staging distribution, or its configuration already, or somebody
            else has changed one of them meanwhile.
    """
    client = clients.cloudfront
    release = read_release(client, distribution_id)
    staging = _wait(client, promotable(release), step)
    step.report(f"promoting {staging.id}")
    with _conditional(distribution_id):
        client.update_distribution_with_staging_config(
            Id=distribution_id,
            StagingDistributionId=staging.id,
            IfMatch=f"{release.primary.etag}, {staging.etag}",
        )
    _wait(client, read_version(client, distribution_id), step)
    return read_release(client, distribution_id)


def discard(clients: Clients, distribution_id: str, step: Step) -> Release:
    """Delete the staging distribution of a distribution, and its policy.

    Args:
        clients: The clients of AWS.
        distribution_id: The id of the distribution.
        step: How to wait and report.

    Returns:
        The distribution as it is now.

    Raises:
        StagingError: If there is nothing to delete, or somebody else has changed it meanwhile.
    """
    client = clients.cloudfront
    release = read_release(client, distribution_id)
    check_something(release)
    staging = release.staging
    with _conditional(distribution_id):
        if release.primary.policy_id:
            step.report(f"detaching the policy {release.primary.policy_id}")
            config = {**release.primary.config, "ContinuousDeploymentPolicyId": ""}
            _update(client, release.primary, config)
        _wait(client, read_version(client, distribution_id), step)
        if release.policy is not None:
            step.report(f"deleting the policy {release.policy.id}")
            client.delete_continuous_deployment_policy(
                Id=release.policy.id, IfMatch=release.policy.etag
            )
        if staging is not None:
            if staging.config["Enabled"]:
                staging = _change(client, staging, {**staging.config, "Enabled": False}, step)
            staging = _wait(client, staging, step)
            step.report(f"deleting {staging.id}")
            client.delete_distribution(Id=staging.id, IfMatch=staging.etag)
            for bucket in buckets.withdraw(clients.s3, release.primary, staging):
                step.report(f"{bucket} may not be read by {staging.id} any more")
    return read_release(client, distribution_id)


def merged(config: Any, changes: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a configuration with a JSON merge patch (RFC 7396): objects are merged, None removes.

    Args:
        config: The configuration.
        changes: The patch.
    """
    if not isinstance(changes, Mapping):
        return changes
    result = dict(config) if isinstance(config, Mapping) else {}
    for name, change in changes.items():
        if change is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), change)
    return result


def _set_policy(
    client: CloudFrontClient,
    policy: Policy | None,
    staging: Version,
    traffic: Traffic,
    step: Step,
) -> Policy:
    config: Any = {
        "StagingDistributionDnsNames": {"Quantity": 1, "Items": [staging.domain]},
        "Enabled": True,
        "TrafficConfig": traffic.config,
    }
    if policy is None:
        step.report("creating the policy")
        made = client.create_continuous_deployment_policy(ContinuousDeploymentPolicyConfig=config)
        return Policy(made["ContinuousDeploymentPolicy"]["Id"], made["ETag"], config)
    if policy.config != config:
        step.report(f"changing the policy {policy.id}")
        client.update_continuous_deployment_policy(
            Id=policy.id, IfMatch=policy.etag, ContinuousDeploymentPolicyConfig=config
        )
    return policy


def _change(client: CloudFrontClient, version: Version, config: Config, step: Step) -> Version:
    if config == version.config:
        return version
    step.report(f"changing {version.id}")
    _update(client, version, config)
    return read_version(client, version.id)


def _update(client: CloudFrontClient, version: Version, config: Any) -> None:  # noqa: ANN401
    client.update_distribution(Id=version.id, IfMatch=version.etag, DistributionConfig=config)


def _wait(client: CloudFrontClient, version: Version, step: Step) -> Version:
    """Wait until all edge locations have a version of a distribution, and return it."""
    until = step.clock() + _MAX_SECONDS
    if version.status != "Deployed":
        step.report(f"waiting for {version.id}")
    while version.status != "Deployed":
        if step.clock() > until:
            raise StagingError(f"{version.id} is not deployed after 30 minutes; try again later")
        step.sleep(_PAUSE_SECONDS)
        version = read_version(client, version.id)
    return version


@contextmanager
def _conditional(distribution_id: str) -> Iterator[None]:
    """Report a version that is not the current one any more as a change by somebody else."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"].get("Code") != "PreconditionFailed":
            raise
        raise StagingError(
            f"{distribution_id} has been changed by somebody else; look, and try again"
        ) from error
