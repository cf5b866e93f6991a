"""The function behind the releases of an API: a canary beside the stable deployment, and pruning.

It answers two kinds of custom resources. ``Custom::ApiStableDeployment`` comes before a stage with
a canary, and returns which deployment the stage goes on serving. ``Custom::ApiDeployments`` comes
after all stages, and deletes deployments that are neither new nor served.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)

if TYPE_CHECKING:
    from mypy_boto3_apigateway.client import APIGatewayClient

STABLE_TYPE, PRUNING_TYPE = "Custom::ApiStableDeployment", "Custom::ApiDeployments"


def handler(event: Event, context: Context) -> None:
    """Handle a request of CloudFormation.

    Args:
        event: The request, with ``RestApiId`` and ``DeploymentId``; a stable deployment has
            ``StageName`` and ``Percent``, pruning has ``Keep``.
        context: The context of the call.
    """
    name = str(event["LogicalResourceId"])
    answered(event, context, name, lambda: _run(event))


def _run(event: Event) -> dict[str, Json]:
    if event.get("RequestType") == "Delete":
        return {}
    import boto3
    from botocore.config import Config

    request = Request.parse(event)
    retries = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    client = boto3.client("apigateway", config=retries)
    if event["ResourceType"] == STABLE_TYPE:
        return {"DeploymentId": stable_deployment(client, request)}
    return {"Deleted": prune(client, request)}


def stable_deployment(client: "APIGatewayClient", request: Request) -> str:
    """Return the deployment that a stage goes on serving beside a new canary.

    That is the one that it serves now, which a rollback or a promotion may have chosen; the new
    one for a new stage. If a rollback took the requests from the last canary, a new deployment
    turns the canary on again: the template has not changed, so CloudFormation does not.

    Args:
        client: The client of API Gateway.
        request: The request of CloudFormation.
    """
    properties, old = request.properties, request.old_properties
    new, percent = str(properties["DeploymentId"]), float(str(properties["Percent"]))
    api, name = str(properties["RestApiId"]), str(properties["StageName"])
    try:
        stage = client.get_stage(restApiId=api, stageName=name)
    except client.exceptions.NotFoundException:
        return new
    stable = stage["deploymentId"]
    canary = stage.get("canarySettings") or {}
    is_off = bool(canary) and canary.get("percentTraffic", 0) != percent
    if is_off and old.get("Percent") == properties["Percent"] and old.get("DeploymentId") != new:
        client.update_stage(
            restApiId=api,
            stageName=name,
            patchOperations=[
                # Until CloudFormation sets the new one, the canary is the same as the rest.
                {"op": "replace", "path": "/canarySettings/deploymentId", "value": stable},
                {"op": "replace", "path": "/canarySettings/percentTraffic", "value": str(percent)},
            ],
        )
    return stable


def prune(client: "APIGatewayClient", request: Request) -> int:
    """Delete the oldest deployments of an API, and return how many.

    Those that a stage serves stay, and those of this update and of the last one, to which
    CloudFormation returns if the update fails. An error is logged only: the next deployment
    deletes what is left.

    Args:
        client: The client of API Gateway.
        request: The request of CloudFormation.
    """
    from botocore.exceptions import ClientError

    properties = request.properties
    api, keep = str(properties["RestApiId"]), int(str(properties["Keep"]))
    deleted = 0
    try:
        used = {str(properties["DeploymentId"]), str(request.old_properties.get("DeploymentId"))}
        for stage in client.get_stages(restApiId=api)["item"]:
            canary = stage.get("canarySettings") or {}
            used |= {stage["deploymentId"], canary.get("deploymentId", "")}
        pages = client.get_paginator("get_deployments").paginate(restApiId=api)
        created: dict[str, datetime] = {
            item["id"]: item["createdDate"] for page in pages for item in page["items"]
        }
        newest = sorted(created, key=lambda name: created[name], reverse=True)
        for name in newest[keep:]:
            if name not in used:
                client.delete_deployment(restApiId=api, deploymentId=name)
                logger.info("deleted the deployment %s of %s", name, api)
                deleted += 1
    except ClientError as error:
        logger.warning("some old deployments are left: %s", error)
    return deleted
