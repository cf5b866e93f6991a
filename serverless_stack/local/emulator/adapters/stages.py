"""API Gateway stages: settings that MiniStack drops, and snapshots of deployments."""

import copy
from collections.abc import Callable

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from ..http.rest.request import current_request
from .canaries import served_stage
from .types import Properties, Provisioned, Record, Response

NO_METHODS = "The REST API doesn't contain any methods"


def apply() -> None:
    """Apply this module's patches."""
    store_stage_settings()
    keep_what_was_deployed()
    serve_what_was_deployed()


def store_stage_settings() -> None:
    """Store a stage's access log and cache cluster settings, which MiniStack drops."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
    create, update = handlers["create"], handlers["update"]

    def store(props: Properties) -> None:
        stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
        log = props.get("AccessLogSetting") or {}
        settings = {"destinationArn": log.get("DestinationArn"), "format": log.get("Format")}
        stage["accessLogSettings"] = {key: value for key, value in settings.items() if value}
        stage["cacheClusterEnabled"] = str(props.get("CacheClusterEnabled")).lower() == "true"
        stage["cacheClusterSize"] = props.get("CacheClusterSize")

    def create_whole(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        provisioned: Provisioned = create(logical_id, props, stack_name)
        store(props)
        return provisioned

    def update_whole(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> Provisioned:
        updated: Provisioned = update(physical_id, old, new, stack_name)
        store(new)
        return updated

    handlers["create"], handlers["update"] = create_whole, update_whole


def keep_what_was_deployed() -> None:
    """Keep a snapshot of the API's resources and methods for each deployment, as AWS does.

    It is kept in MiniStack's store of resources, under a key that no API has.
    """
    create = apigateway_v1._create_deployment
    delete = apigateway_v1._delete_deployment

    def create_with_snapshot(api_id: str, data: Record) -> Response:
        resources = apigateway_v1._resources.get(api_id) or {}
        if api_id in apigateway_v1._rest_apis and not any(
            resource.get("resourceMethods") for resource in resources.values()
        ):
            refused: Response = apigateway_v1._v1_error("BadRequestException", NO_METHODS, 400)
            return refused
        before = set(apigateway_v1._deployments_v1.get(api_id) or {})
        answer: Response = create(api_id, data)
        for deployment_id in set(apigateway_v1._deployments_v1.get(api_id) or {}) - before:
            snapshot = copy.deepcopy(resources)
            apigateway_v1._resources[snapshot_key(api_id, deployment_id)] = snapshot
        return answer

    def delete_with_snapshot(api_id: str, deployment_id: str) -> Response:
        apigateway_v1._resources.pop(snapshot_key(api_id, deployment_id), None)
        answer: Response = delete(api_id, deployment_id)
        return answer

    apigateway_v1._create_deployment = create_with_snapshot
    apigateway_v1._delete_deployment = delete_with_snapshot


def serve_what_was_deployed() -> None:
    """Serve the deployed snapshot: as on AWS, changes take effect with the next deployment."""

    def from_snapshot(match: Callable[..., object]) -> Callable[..., object]:
        def matched(api_id: str, *rest: object) -> object:
            return match(served_key(api_id), *rest)

        return matched

    apigateway_v1._match_resource_tree = from_snapshot(apigateway_v1._match_resource_tree)
    apigateway_v1._match_greedy_fallback = from_snapshot(apigateway_v1._match_greedy_fallback)


def snapshot_key(api_id: str, deployment_id: str) -> str:
    """Return the key of a deployment's snapshot in MiniStack's store of resources."""
    return f"{api_id}@{deployment_id}"


def served_key(api_id: str) -> str:
    """Return the key of the resources that the stage of the current request serves."""
    request = current_request()
    if request is None or request.api_id != api_id:
        return api_id
    stage = served_stage((apigateway_v1._stages_v1.get(api_id) or {}).get(request.stage) or {})
    key = snapshot_key(api_id, str(stage.get("deploymentId")))
    return key if key in apigateway_v1._resources else api_id
