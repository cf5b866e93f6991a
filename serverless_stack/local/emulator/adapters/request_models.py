"""REST APIs: request validators, and which model checks a body.

"Request validation for REST APIs". MiniStack drops validators from templates, and checks bodies of
all content types by the model for JSON.
"""

from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from .dropped_properties import store_after
from .types import Properties, Record

JSON = "application/json"


def apply() -> None:
    """Apply this module's patches."""
    store_after("AWS::ApiGateway::RequestValidator", store_validator)
    store_after("AWS::ApiGateway::Method", store_validator_of_method)
    delete_validators()
    choose_model_by_content_type()


def store_validator(validator_id: str, props: Properties) -> None:
    """Store what a validator checks."""
    validators = apigateway_v1._request_validators.setdefault(props["RestApiId"], {})
    validators[validator_id] = {
        "id": validator_id,
        "name": props.get("Name", ""),
        "validateRequestBody": is_true(props.get("ValidateRequestBody")),
        "validateRequestParameters": is_true(props.get("ValidateRequestParameters")),
    }


def is_true(value: object) -> bool:
    """Return a boolean of a template, which may be text."""
    return str(value).lower() == "true"


def store_validator_of_method(_method: str, props: Properties) -> None:
    """Store the validator of a method."""
    resource = apigateway_v1._resources[props["RestApiId"]][props["ResourceId"]]
    method = resource["resourceMethods"][props["HttpMethod"]]
    method["requestValidatorId"] = props.get("RequestValidatorId")


def delete_validators() -> None:
    """Delete validators with their resources."""

    def delete(validator_id: str, props: Properties) -> None:
        validators = apigateway_v1._request_validators.get(props["RestApiId"]) or {}
        validators.pop(validator_id, None)

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RequestValidator"]
    handlers["delete"] = delete


def choose_model_by_content_type() -> None:
    """Check a body by the model for its content type, else by ``$default``, else not at all."""
    check = apigateway_v1._check_request_validation

    def check_by_type(
        method: Record, api_id: str, request: Record, headers: Record, *rest: Any
    ) -> Any:
        models = method.get("requestModels") or {}
        kind = (apigateway_v1._header_ci(headers, "content-type") or JSON).partition(";")[0].strip()
        model = models.get(kind) or models.get("$default")
        chosen = {kind: model} if model else {}
        return check({**method, "requestModels": chosen}, api_id, request, headers, *rest)

    apigateway_v1._check_request_validation = check_by_type
