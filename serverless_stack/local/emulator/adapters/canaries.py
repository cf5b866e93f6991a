"""API Gateway: canaries of stages, and deployments that stages serve.

"Set up an API Gateway canary release deployment": a share of the requests to a stage gets another
deployment, and may get other stage variables. MiniStack drops the settings of a canary.
"""

import random
from contextvars import ContextVar
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from .types import Properties, Provisioned, Record, Response

IN_USE = "Active stages pointing to this deployment must be moved or deleted"
SETTINGS = "canarySettings"
_FIELDS = {
    "DeploymentId": "deploymentId",
    "PercentTraffic": "percentTraffic",
    "StageVariableOverrides": "stageVariableOverrides",
    "UseStageCache": "useStageCache",
}
_served: ContextVar[Record | None] = ContextVar("serverless_stack_canary", default=None)


def apply() -> None:
    """Apply this module's patches."""
    store_canaries()
    type_patched_canaries()
    refuse_to_delete_what_is_served()
    serve_canaries()


def store_canaries() -> None:
    """Store the canary of a stage. As on AWS, an update changes only what the template changed."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
    create, update = handlers["create"], handlers["update"]

    def create_with_canary(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        created: Provisioned = create(logical_id, props, stack_name)
        store(props, {}, props.get("CanarySetting") or {})
        return created

    def update_with_canary(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> Provisioned:
        updated: Provisioned = update(physical_id, old, new, stack_name)
        store(new, old.get("CanarySetting") or {}, new.get("CanarySetting") or {})
        return updated

    handlers["create"], handlers["update"] = create_with_canary, update_with_canary


def store(props: Properties, old: Properties, new: Properties) -> None:
    """Store what differs between the canaries of two templates."""
    stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
    if not new:
        if old:
            stage.pop(SETTINGS, None)
        return
    settings = stage.setdefault(SETTINGS, {})
    for name, field in _FIELDS.items():
        if name in new and (new[name] != old.get(name) or field not in settings):
            settings[field] = new[name]
    typed(settings)


def typed(settings: Record) -> None:
    """Convert the settings of a canary to their types: CloudFormation and patches have texts."""
    settings["percentTraffic"] = float(settings.get("percentTraffic", 0))
    settings["useStageCache"] = str(settings.get("useStageCache", False)).lower() == "true"


def type_patched_canaries() -> None:
    """Convert the values of UpdateStage, which are texts. MiniStack returns them as texts."""
    update = apigateway_v1._update_stage

    def update_stage(api_id: str, stage_name: str, data: Record) -> Response:
        for operation in data.get("patchOperations") or []:
            path = str(operation.get("path"))
            known = apigateway_v1._deployments_v1.get(api_id) or {}
            if path.endswith("/deploymentId") and operation.get("value") not in known:
                refused: Response = apigateway_v1._v1_error(
                    "BadRequestException", "Deployment id does not exist", 400
                )
                return refused
        answer: Response = update(api_id, stage_name, data)
        stage = (apigateway_v1._stages_v1.get(api_id) or {}).get(stage_name) or {}
        if SETTINGS in stage:
            typed(stage[SETTINGS])
            answer = apigateway_v1._v1_response(stage)
        return answer

    apigateway_v1._update_stage = update_stage


def refuse_to_delete_what_is_served() -> None:
    """Refuse to delete a deployment that a stage or its canary serves, as AWS does."""
    delete = apigateway_v1._delete_deployment

    def delete_deployment(api_id: str, deployment_id: str) -> Response:
        for stage in (apigateway_v1._stages_v1.get(api_id) or {}).values():
            canary = stage.get(SETTINGS) or {}
            if deployment_id in (stage.get("deploymentId"), canary.get("deploymentId")):
                refused: Response = apigateway_v1._v1_error("BadRequestException", IN_USE, 400)
                return refused
        answer: Response = delete(api_id, deployment_id)
        return answer

    apigateway_v1._delete_deployment = delete_deployment


def serve_canaries() -> None:
    """Serve the canary to its share of the requests: its deployment, with its variables."""
    execute = apigateway_v1._execute_in_scope

    async def execute_with_canary(
        request: Record, api_id: str, stage_name: str, *rest: Any, **named: Any
    ) -> Any:
        stage = (apigateway_v1._stages_v1.get(api_id) or {}).get(stage_name) or {}
        canary = stage.get(SETTINGS) or {}
        chosen = None
        if canary and random.random() * 100 < canary["percentTraffic"]:
            overrides = canary.get("stageVariableOverrides") or {}
            chosen = {
                **stage,
                "deploymentId": canary.get("deploymentId") or stage.get("deploymentId"),
                "variables": {**(stage.get("variables") or {}), **overrides},
            }
        token = _served.set(chosen)
        try:
            return await execute(request, api_id, stage_name, *rest, **named)
        finally:
            _served.reset(token)

    apigateway_v1._execute_in_scope = execute_with_canary


def served_stage(stage: Record) -> Record:
    """Return a stage as the current request gets it, which may be as its canary."""
    return _served.get() or stage
