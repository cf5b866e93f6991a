"""Rotation of secrets by the function of their schedule, which MiniStack only pretends.

"Rotation by Lambda function" in the user guide of Secrets Manager: a new version gets the stage
AWSPENDING, and the function is called for four steps. MiniStack copies the current value instead.
The days of a schedule do not pass: secrets are rotated by RotateSecret, and by schedules with
``RotateImmediatelyOnUpdate``.
"""

import contextvars
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Record, Response

logger = logging.getLogger("serverless_stack.rotation")

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_TYPE = "AWS::SecretsManager::RotationSchedule"
_SETTINGS = ("RotationEnabled", "RotationLambdaARN", "RotationRules")


def apply() -> None:
    """Apply this module's patches."""
    rotate_by_function()
    keep_values_of_versions()
    hide_versions_without_value()
    provisioners._RESOURCE_HANDLERS[_TYPE] = schedule_handlers()


def rotate_by_function() -> None:
    """Call the function of a secret for RotateSecret. Without one, MiniStack's answer remains."""
    pretend = secretsmanager._rotate_secret

    def rotate(data: Record) -> Response:
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        arn = secret and (data.get("RotationLambdaARN") or secret.get("RotationLambdaARN"))
        if not secret or not arn or secret.get("DeletedDate"):
            answer: Response = pretend(data)
            return answer
        if function_of(arn) is None:
            message = "Secrets Manager cannot invoke the specified Lambda function."
            refusal: Response = error_response_json("AccessDeniedException", message, 400)
            return refusal
        configure(secret, arn, data.get("RotationRules") or secret.get("RotationRules"))
        version = data.get("ClientRequestToken") or str(uuid.uuid4())
        if str(data.get("RotateImmediately", True)).lower() == "true":
            begin(secret, version)
        body = {"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version}
        answer = json_response(body)
        return answer

    secretsmanager._rotate_secret = rotate


def keep_values_of_versions() -> None:
    """Refuse a second value of a version ("PutSecretValue"); MiniStack replaces the first."""
    put: Callable[[Record], Response] = secretsmanager._put_secret_value

    def put_once(data: Record) -> Response:
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        token = data.get("ClientRequestToken")
        version = secret["Versions"].get(token) if secret else None
        names = ("SecretString", "SecretBinary")
        stored = [version.get(name) for name in names] if version else []
        if any(stored) and stored != [data.get(name) for name in names]:
            message = f"A version with the id {token} has another value already."
            refusal: Response = error_response_json("ResourceExistsException", message, 400)
            return refusal
        return put(data)

    secretsmanager._put_secret_value = put_once


def hide_versions_without_value() -> None:
    """Answer that a pending version is not found until the function has stored its value."""
    get: Callable[[Record], Response] = secretsmanager._get_secret_value

    def get_stored(data: Record) -> Response:
        answer = get(data)
        body = json.loads(answer[2]) if answer[0] == 200 else {}
        if body and not {"SecretString", "SecretBinary"} & body.keys():
            message = "Secrets Manager can't find the specified secret value for the version."
            missing: Response = error_response_json("ResourceNotFoundException", message, 400)
            return missing
        return answer

    secretsmanager._get_secret_value = get_stored


def configure(secret: Record, arn: str, rules: object) -> None:
    """Store how a secret is rotated."""
    secret.update(RotationEnabled=True, RotationLambdaARN=arn, RotationRules=rules or {})


def begin(secret: Record, version: str) -> None:
    """Add a pending version, and call the function for each step in a thread."""
    for other in secret["Versions"].values():
        other["Stages"] = [stage for stage in other["Stages"] if stage != "AWSPENDING"]
    secret["Versions"].setdefault(
        version,
        {
            "SecretString": None,
            "SecretBinary": None,
            "CreatedDate": int(time.time()),
            "Stages": ["AWSPENDING"],
        },
    )
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run, secret, version), daemon=True).start()


def run(secret: Record, version: str) -> None:
    """Call the function of a secret for all steps, and stop at the first that fails."""
    function = function_of(secret["RotationLambdaARN"])
    for step in STEPS:
        event = {"Step": step, "SecretId": secret["ARN"], "ClientRequestToken": version}
        if function is None:
            logger.warning("no function rotates %s", secret["Name"])
            return
        result = lambda_svc._execute_function_with_config_scope(function, event)
        if result.get("error"):
            logger.warning("%s of %s failed: %s", step, secret["Name"], result.get("body"))
            return
    secret["LastRotatedDate"] = int(time.time())


def function_of(arn: str) -> Record | None:
    """Return the record of a function by its ARN or name."""
    name = arn.split(":")[6] if arn.count(":") >= 6 else arn
    found: Record | None = lambda_svc._functions.get(name)
    return found


def schedule_handlers() -> Handlers:
    """Return the handlers of rotation schedules, which configure their secret."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        secret = secret_of(props)
        arn = props.get("RotationLambdaARN")
        if not arn:
            raise ValueError(
                "the local cloud rotates secrets by functions of the app only: set "
                "`RotationLambdaARN`, or deploy to AWS"
            )
        if function_of(arn) is None:
            raise ValueError(f"Secrets Manager cannot invoke the specified Lambda function: {arn}")
        configure(secret, arn, props.get("RotationRules"))
        if str(props.get("RotateImmediatelyOnUpdate", True)).lower() == "true":
            begin(secret, str(uuid.uuid4()))
        return secret["ARN"], {"Id": secret["ARN"]}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        return create("", new, stack_name)

    def delete(physical_id: str, props: Properties) -> None:
        _, secret = secretsmanager._resolve(props.get("SecretId"))
        if secret is not None:
            for name in _SETTINGS:
                secret[name] = False if name == "RotationEnabled" else None

    return {"create": create, "update": update, "delete": delete}


def secret_of(props: Properties) -> Any:
    """Return the secret of a schedule.

    Raises:
        ValueError: There is none.
    """
    _, secret = secretsmanager._resolve(props.get("SecretId"))
    if secret is None:
        raise ValueError(f"Secrets Manager can't find the secret {props.get('SecretId')}")
    return secret
