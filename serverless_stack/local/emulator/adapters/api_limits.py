"""REST APIs: API keys, usage plans and throttles, as AWS applies them.

"Throttle requests to your REST APIs". CloudFormation escapes the paths in the settings of a stage,
which MiniStack then does not find.
"""

from typing import Any

from ministack.services import apigateway_v1

from ..http.rest.request import current_request
from .stages import served_key
from .types import Record


def apply() -> None:
    """Apply this module's patches."""
    tell_functions_the_key()
    throttle_the_served_method()


def tell_functions_the_key() -> None:
    """Add the API key to the identity in a function's event."""
    check = apigateway_v1._check_api_key

    def check_and_tell(*arguments: Any) -> Any:
        error, key = check(*arguments)
        request = current_request()
        if request is not None and key is not None:
            request.identity.update(apiKey=key["value"], apiKeyId=key["id"])
        return error, key

    apigateway_v1._check_api_key = check_and_tell


def throttle_the_served_method() -> None:
    """Throttle by the settings of the verb of a request: there are none of ``ANY``, as on AWS.

    The limits of a usage plan count for methods that require a key only.
    """
    check = apigateway_v1._check_throttle

    def check_method(
        stage: Record, api_id: str, stage_name: str, path: str, verb: str, key: Record | None
    ) -> Any:
        _, method = served_method(api_id, path, verb)
        readable = {**stage, "methodSettings": unescaped(stage.get("methodSettings") or {})}
        needed = key if method.get("apiKeyRequired") else None
        return check(readable, api_id, stage_name, path, verb, needed)

    apigateway_v1._check_throttle = check_method


def served_method(api_id: str, path: str, verb: str) -> tuple[str, Record]:
    """Return the verb and the record of the method that serves a request."""
    resources = apigateway_v1._resources.get(served_key(api_id)) or {}
    found = (item for item in resources.values() if item.get("path") == path)
    resource: Record = next(found, {})
    methods = resource.get("resourceMethods") or {}
    served = verb if verb in methods else "ANY"
    return served, methods.get(served) or {}


def unescaped(settings: Record) -> Record:
    """Return the settings of methods by their paths as they are: ``/orders/{id}/GET``."""
    return {
        key if key == "*/*" else key.replace("/~1", "/", 1).replace("~1", "/"): value
        for key, value in settings.items()
    }
