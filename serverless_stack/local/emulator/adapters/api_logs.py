"""API Gateway: no logs of a stage without the CloudWatch role of the account.

"Set up CloudWatch logging for REST APIs in API Gateway": an account and region has one role for the
logs of all its APIs, and a stage with a log is refused before it is set.
"""

from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from .types import Properties, Provisioned, Record, Response

NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


def apply() -> None:
    """Apply this module's patches."""
    refuse_logs_of_resources()
    refuse_logs_of_calls()


def refuse_logs_of_resources() -> None:
    """Refuse a stage of a template that has a log. MiniStack accepts it and drops the log."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
    create, update = handlers["create"], handlers["update"]

    def create_with_role(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        require_role(props)
        created: Provisioned = create(logical_id, props, stack_name)
        return created

    def update_with_role(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> Provisioned:
        require_role(new)
        updated: Provisioned = update(physical_id, old, new, stack_name)
        return updated

    handlers["create"], handlers["update"] = create_with_role, update_with_role


def require_role(props: Properties) -> None:
    """Refuse the properties of a stage with a log in an account without the role.

    Raises:
        ValueError: The account has no role.
    """
    levels = [str(item.get("LoggingLevel") or "OFF") for item in props.get("MethodSettings") or []]
    has_log = bool(props.get("AccessLogSetting")) or any(level != "OFF" for level in levels)
    if has_log and not has_role():
        raise ValueError(NO_ROLE)


def refuse_logs_of_calls() -> None:
    """Refuse UpdateStage with a log in an account without the role."""
    update = apigateway_v1._update_stage

    def update_stage(api_id: str, stage_name: str, data: Record) -> Response:
        operations: list[Record] = data.get("patchOperations") or []
        if any(map(is_log, operations)) and not has_role():
            refused: Response = apigateway_v1._v1_error("BadRequestException", NO_ROLE, 400)
            return refused
        answer: Response = update(api_id, stage_name, data)
        return answer

    apigateway_v1._update_stage = update_stage


def is_log(operation: Record) -> bool:
    """Return whether a patch operation turns a log on."""
    path, value = str(operation.get("path")), operation.get("value")
    if operation.get("op") == "remove":
        return False
    if path == "/methodSettings" and isinstance(value, dict):  # MiniStack's own form
        return False
    return path.startswith("/accessLogSettings") or (
        path.endswith("/logging/loglevel") and value != "OFF"
    )


def has_role() -> bool:
    """Return whether the account of the request has the role."""
    settings: dict[str, Any] = apigateway_v1._account_settings.get("settings") or {}
    return bool(settings.get("cloudwatchRoleArn"))
