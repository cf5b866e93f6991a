"""What API Gateway knows of an API's deployments and stages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_apigateway.client import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import StageResponseTypeDef, StageTypeDef


@dataclass(frozen=True)
class Deployment:
    """A snapshot of an API.

    Attributes:
        id: Its id.
        created: When it was created.
        description: Its description; may be empty.
    """

    id: str
    created: datetime
    description: str = ""


@dataclass(frozen=True)
class Canary:
    """The canary of a stage.

    Attributes:
        deployment_id: The deployment that it serves.
        percent: The share of requests that it gets, 0-100.
        variables: The stage variables that differ from those of the stage.
    """

    deployment_id: str
    percent: float
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """A stage of an API.

    Attributes:
        name: Its name.
        deployment_id: The deployment that it serves.
        variables: Its variables.
        canary: Its canary, or None.
    """

    name: str
    deployment_id: str
    variables: Mapping[str, str] = field(default_factory=dict)
    canary: Canary | None = None

    @property
    def is_promoted(self) -> bool:
        """Whether the stage serves what its canary serves."""
        canary = self.canary
        return canary is None or (
            canary.deployment_id == self.deployment_id
            and all(self.variables.get(name) == it for name, it in canary.variables.items())
        )

    @property
    def has_live_canary(self) -> bool:
        """Whether some requests get another deployment than the rest, or other variables."""
        return self.canary is not None and self.canary.percent > 0 and not self.is_promoted


@dataclass(frozen=True)
class Api:
    """A REST API with what may be served by its stages.

    Attributes:
        id: Its id.
        name: Its name.
        stages: Its stages by name.
        deployments: Its deployments, newest first.
    """

    id: str
    name: str
    stages: Mapping[str, Stage]
    deployments: tuple[Deployment, ...]


def read_api(client: "APIGatewayClient", api_id: str) -> Api:
    """Read an API with all of its stages and deployments.

    Args:
        client: The client of API Gateway.
        api_id: The id of the API.
    """
    found = [
        Deployment(item["id"], item["createdDate"], item.get("description", ""))
        for page in client.get_paginator("get_deployments").paginate(restApiId=api_id)
        for item in page["items"]
    ]
    stages = [stage_of(item) for item in client.get_stages(restApiId=api_id)["item"]]
    return Api(
        id=api_id,
        name=client.get_rest_api(restApiId=api_id).get("name", ""),
        stages={stage.name: stage for stage in stages},
        deployments=tuple(sorted(found, key=lambda item: item.created, reverse=True)),
    )


def read_stage(client: "APIGatewayClient", api_id: str, name: str) -> Stage:
    """Read one stage.

    Args:
        client: The client of API Gateway.
        api_id: The id of the API.
        name: The name of the stage.
    """
    return stage_of(client.get_stage(restApiId=api_id, stageName=name))


def stage_of(item: "StageTypeDef | StageResponseTypeDef") -> Stage:
    """Return a stage from an answer of API Gateway."""
    settings = item.get("canarySettings")
    canary = None
    if settings:
        canary = Canary(
            settings.get("deploymentId") or item["deploymentId"],
            settings.get("percentTraffic", 0),
            settings.get("stageVariableOverrides") or {},
        )
    return Stage(item["stageName"], item["deploymentId"], item.get("variables") or {}, canary)
