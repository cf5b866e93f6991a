"""What a command of continuous deployment would do, and when it is refused."""

from typing import Literal

from serverless_stack.operations.staging.model import Release, StagingError, Traffic, Version

Action = Literal["stage", "promote", "discard"]
_HTTP3 = ("http3", "http2and3")


def plan(release: Release, action: Action, traffic: Traffic | None = None) -> list[str]:
    """Return what a command would do, in lines; nothing is changed.

    Args:
        release: The distribution as it is.
        action: The command.
        traffic: Which requests the staging distribution shall serve, for ``stage``.

    Raises:
        StagingError: If the command would be refused.
    """
    staging, policy = release.staging, release.policy
    if action == "stage":
        check_primary(release.primary)
        lines = [] if staging else [f"copy {release.primary.id} as a staging distribution"]
        if policy is None or (traffic and policy.config.get("TrafficConfig") != traffic.config):
            lines.append("set which requests the staging distribution serves")
        return [*lines, *([] if release.is_attached else ["attach the policy"])]
    if action == "promote":
        found = promotable(release)
        return [f"replace the configuration of {release.primary.id} by that of {found.id}"]
    check_something(release)
    lines = ["detach the policy"] if release.primary.policy_id else []
    lines += [f"delete the policy {policy.id}"] if policy else []
    return [*lines, *([f"delete the staging distribution {staging.id}"] if staging else [])]


def check_primary(primary: Version) -> None:
    """Check that a distribution may be staged.

    Raises:
        StagingError: It is a staging distribution itself, or has HTTP/3.
    """
    if primary.config.get("Staging"):
        raise StagingError(f"{primary.id} is a staging distribution itself; name its primary one")
    version = str(primary.config.get("HttpVersion", "")).lower()
    if version in _HTTP3:
        raise StagingError(
            f"{primary.id} has HTTP/3, with which CloudFront has no continuous deployment; pass "
            "`http3=False` to the Cdn, deploy it, and try again"
        )


def promotable(release: Release) -> Version:
    """Return the staging distribution that may be promoted.

    Raises:
        StagingError: There is none, or nothing to promote.
    """
    if release.staging is None or not release.is_attached:
        raise StagingError(
            f"{release.primary.id} has no staging distribution with requests; run "
            "`serverless-stack cdn stage` first"
        )
    if release.staging.rules == release.primary.rules:
        raise StagingError(
            f"{release.primary.id} already has the configuration of {release.staging.id}"
        )
    return release.staging


def check_something(release: Release) -> None:
    """Check that there is something to discard.

    Raises:
        StagingError: There is nothing.
    """
    if not (release.staging or release.policy or release.primary.policy_id):
        raise StagingError(f"{release.primary.id} has no staging distribution")
