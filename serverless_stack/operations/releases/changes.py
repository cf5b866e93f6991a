"""Changes of a stage: back to an earlier deployment, without its canary, or on to the canary."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from serverless_stack.operations.releases.model import Api, Stage, read_stage

if TYPE_CHECKING:
    from mypy_boto3_apigateway.client import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import PatchOperationTypeDef

Kind = Literal["rollback", "stop_canary", "promote"]


class ReleaseError(Exception):
    """A stage cannot be changed as asked, or somebody else has changed it."""


@dataclass(frozen=True)
class Change:
    """A change of one stage.

    Attributes:
        kind: ``rollback``, ``stop_canary`` or ``promote``.
        api_id: The id of the API.
        stage: The stage as it was read.
        deployment_id: The deployment that the stage serves afterwards.
    """

    kind: Kind
    api_id: str
    stage: Stage
    deployment_id: str

    @property
    def operations(self) -> "list[PatchOperationTypeDef]":
        """The patch operations of ``UpdateStage``."""
        if self.kind == "stop_canary":
            # The canary itself stays: the stack has it, and its next deployment turns it on again.
            return [{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}]
        patch: list[PatchOperationTypeDef] = [
            {"op": "replace", "path": "/deploymentId", "value": self.deployment_id}
        ]
        canary = self.stage.canary
        if self.kind == "promote" and canary is not None:
            patch += [
                {"op": "replace", "path": f"/variables/{name}", "value": value}
                for name, value in sorted(canary.variables.items())
            ]
        return patch


def plan_rollback(api: Api, stage: str | None = None, to: str | None = None) -> Change:
    """Return the change that takes back the last release of a stage.

    While a canary gets requests, it is the last release: it gets no more. Otherwise the stage goes
    back to the newest deployment that is older than its own.

    Args:
        api: The API.
        stage: The name of the stage. Default: the only one.
        to: The deployment to go to, older or newer. Default: see above.

    Raises:
        ReleaseError: If there is nothing to go back to.
        ValueError: If the API has no such stage or deployment.
    """
    current = _stage(api, stage)
    ids = [deployment.id for deployment in api.deployments]
    if to is not None:
        if to not in ids:
            raise ValueError(
                f"`--to` must be a deployment of the API: {', '.join(ids)}, got: {to!r}"
            )
        if to == current.deployment_id:
            raise ReleaseError(f"{current.name} already serves the deployment {to}")
        return Change("rollback", api.id, current, to)
    if current.has_live_canary:
        return Change("stop_canary", api.id, current, current.deployment_id)
    older = ids[ids.index(current.deployment_id) + 1 :] if current.deployment_id in ids else ids
    if not older:
        raise ReleaseError(
            f"{current.name} serves the oldest deployment that is left, {current.deployment_id}; "
            "set `keep_deployments` of the ProxyApi, which keeps those of releases from then on"
        )
    return Change("rollback", api.id, current, older[0])


def plan_promotion(api: Api, stage: str | None = None) -> Change:
    """Return the change by which all requests to a stage get what its canary gets.

    Args:
        api: The API.
        stage: The name of the stage. Default: the only one, or the only one with a canary.

    Raises:
        ReleaseError: If the stage has no canary, or serves its deployment already.
        ValueError: If the API has no such stage.
    """
    if stage is None:
        canaries = [name for name, found in api.stages.items() if found.canary is not None]
        stage = canaries[0] if len(canaries) == 1 else None
    current = _stage(api, stage)
    canary = current.canary
    if canary is None:
        raise ReleaseError(f"{current.name} has no canary; set `canary` of the ProxyApi")
    if current.is_promoted:
        raise ReleaseError(
            f"{current.name} already serves the deployment of its canary, {canary.deployment_id}"
        )
    return Change("promote", api.id, current, canary.deployment_id)


def apply(client: "APIGatewayClient", change: Change) -> Stage:
    """Change a stage, if it still is what it was when the change was planned.

    API Gateway has no conditional update, so that a change within the same moment is not noticed.

    Args:
        client: The client of API Gateway.
        change: The change.

    Returns:
        The stage as it is now.

    Raises:
        ReleaseError: If somebody else has changed the stage; nothing was changed then.
    """
    name = change.stage.name
    if read_stage(client, change.api_id, name) != change.stage:
        raise ReleaseError(f"{name} has been changed by somebody else; look, and try again")
    client.update_stage(restApiId=change.api_id, stageName=name, patchOperations=change.operations)
    return read_stage(client, change.api_id, name)


def _stage(api: Api, name: str | None) -> Stage:
    names = ", ".join(api.stages)
    if name is None and len(api.stages) == 1:
        return next(iter(api.stages.values()))
    if name is None:
        raise ValueError(f"`--stage` must be one of {names}, got: none")
    if name not in api.stages:
        raise ValueError(f"`--stage` must be one of {names}, got: {name!r}")
    return api.stages[name]
