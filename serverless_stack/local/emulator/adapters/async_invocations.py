"""Asynchronous invocations: by S3, SNS, EventBridge and the ``Event`` type of Invoke.

"How Lambda handles errors and retries with asynchronous invocation": two retries, then the event
goes to the dead-letter queue of the function, and a record of the invocation to the destination for
failures. MiniStack retries for S3 and Invoke alone, without the settings of versions and aliases,
and sends the record to both.
"""

import contextvars
import json
import logging
import threading
import time
import uuid
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, s3, sns

from .queues import send

logger = logging.getLogger("serverless_stack.triggers")

Record = dict[str, Any]
_DEFAULT_RETRIES = 2
_DEFAULT_AGE_SECONDS = 21_600
_FIRST_PAUSE_SECONDS = 0.5  # AWS: one minute, then two
_MAX_MESSAGE = 1024


def apply() -> None:
    """Apply this module's patches."""
    lambda_svc.invoke_async_with_retry = invoke
    call_functions_of_topics()
    call_functions_of_rules()
    call_functions_of_buckets()


def invoke(function: Record, event: Record) -> None:
    """Call a function in a thread, with retries, and send what fails to its queues."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run, function, event), daemon=True)
    thread.start()


def run(function: Record, event: Record) -> None:
    """Call a function until it succeeds, or was called often enough."""
    config: Record = function.get("config") or function
    settings = settings_of(config)
    retries = settings.get("MaximumRetryAttempts")
    retries = _DEFAULT_RETRIES if retries is None else int(retries)
    oldest = float(settings.get("MaximumEventAgeInSeconds") or _DEFAULT_AGE_SECONDS)
    began, result, attempts = time.time(), Record(), 0
    request_id, condition = str(uuid.uuid4()), "RetriesExhausted"
    while attempts <= retries:
        if attempts:
            pause = _FIRST_PAUSE_SECONDS * 2 ** (attempts - 1)
            if time.time() + pause - began > oldest:
                condition = "EventAgeExceeded"
                break
            time.sleep(pause)
        attempts += 1
        result = lambda_svc._execute_function_with_config_scope(function, event)
        if not result.get("error"):
            condition = "Success"
            break
    destinations = settings.get("DestinationConfig") or {}
    failed = condition != "Success"
    kind = "OnFailure" if failed else "OnSuccess"
    destination = (destinations.get(kind) or {}).get("Destination")
    if destination:
        record = record_of(config, event, result, condition, attempts, request_id)
        deliver(str(destination), record, failed=failed)
    queue = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if failed and queue:
        attributes = {
            "RequestID": request_id,
            "ErrorCode": "200",
            "ErrorMessage": error_message(result)[:_MAX_MESSAGE],
        }
        send(str(queue), json.dumps(event), attributes)


def settings_of(config: Record) -> Record:
    """Return the settings for asynchronous calls of a function, version or alias."""
    arn = str(config.get("FunctionArn", ""))
    qualifier = arn.split(":")[7] if arn.count(":") == 7 else None
    function = lambda_svc._functions.get(config.get("FunctionName"))
    if function is None:
        return {}
    names = (qualifier,) if qualifier not in (None, "$LATEST") else (None, "$LATEST")
    found = [lambda_svc._event_invoke_config(function, name) for name in names]
    return next((settings for settings in found if settings), {})


def error_message(result: Record) -> str:
    """Return the message of an exception."""
    body = result.get("body")
    return str(body.get("errorMessage", "")) if isinstance(body, dict) else ""


def record_of(
    config: Record, event: Record, result: Record, condition: str, attempts: int, request_id: str
) -> Record:
    """Return the record of an invocation, as destinations get it."""
    context: Record = {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST")}
    if condition != "Success":
        context["functionError"] = result.get("function_error") or "Unhandled"
    arn = str(config.get("FunctionArn", ""))
    return {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": request_id,
            "functionArn": arn if arn.count(":") == 7 else f"{arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": context,
        "responsePayload": result.get("body"),
    }


def deliver(destination: str, record: Record, *, failed: bool) -> None:
    """Send the record of an invocation to a queue, a topic, a function or an event bus."""
    if ":lambda:" in destination:
        found, config, name = lambda_svc._get_func_record_for_ref(destination)
        if found and config:
            invoke(lambda_svc._execution_record_for_config(found, config), record)
        else:
            logger.warning("there is no function %s for the record of an invocation", name)
    elif ":events:" in destination:
        result = "Failure" if failed else "Success"
        eventbridge._dispatch_event(
            {
                "EventId": str(uuid.uuid4()),
                "Source": "lambda",
                "DetailType": f"Lambda Function Invocation Result - {result}",
                "Detail": json.dumps(record),
                "EventBusName": destination.rsplit("/", 1)[-1],
                "Time": time.time(),
                "Resources": [destination, record["requestContext"]["functionArn"]],
                "Account": get_account_id(),
                "Region": get_region(),
            }
        )
    else:
        send(destination, json.dumps(record))


def call_by_arn(arn: str, event: Record) -> bool:
    """Call the function, version or alias of an ARN; return whether there is one."""
    found, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if not found or not config:
        return False
    # Settings for asynchronous calls are those of the alias, not of its version.
    invoke(lambda_svc._execution_record_for_config(found, {**config, "FunctionArn": arn}), event)
    return True


def call_functions_of_topics() -> None:
    """Call the functions of topics asynchronously; keep what has no function to call."""

    def deliver_to_function(
        endpoint: str, envelope: str, topic_arn: str, subscription_arn: str, *_rest: object
    ) -> None:
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription_arn,
            "Sns": json.loads(envelope),
        }
        if not call_by_arn(endpoint, {"Records": [record]}):
            queue = queue_of_subscription(topic_arn, subscription_arn)
            if queue:
                send(queue, envelope)

    sns._deliver_to_lambda = deliver_to_function


def queue_of_subscription(topic_arn: str, subscription_arn: str) -> str | None:
    """Return the dead-letter queue of a subscription."""
    topic = sns._topics.get(topic_arn) or {}
    for subscription in topic.get("subscriptions", []):
        if subscription["arn"] == subscription_arn:
            policy = (subscription.get("attributes") or {}).get("RedrivePolicy") or "{}"
            declared = json.loads(policy) if isinstance(policy, str) else policy
            target = declared.get("deadLetterTargetArn")
            return str(target) if target else None
    return None


def call_functions_of_rules() -> None:
    """Call the functions of rules and schedules asynchronously; keep what cannot be delivered."""
    invoke_target = eventbridge._invoke_target

    def call(arn: str, payload: str) -> None:
        try:
            event = json.loads(payload)
        except ValueError:
            event = payload
        call_by_arn(arn, event)

    def invoke_or_keep(target: Record, event: Record, rule: Record, view: Any = None) -> None:
        arn = str(target.get("Arn", ""))
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if ":lambda:" in arn and queue:
            found, config, _name = lambda_svc._get_func_record_for_ref(arn)
            if not found or not config:
                tree = view or eventbridge._pattern_event_view(event)
                attributes = {
                    "RULE_ARN": str(rule.get("Arn", "")),
                    "TARGET_ARN": arn,
                    "ERROR_CODE": "NO_RESOURCE",
                    "ERROR_MESSAGE": "The function does not exist.",
                }
                send(str(queue), json.dumps(tree.event_with_detail()), attributes)
                return
        invoke_target(target, event, rule, view)

    eventbridge._dispatch_to_lambda = call
    eventbridge._invoke_target = invoke_or_keep


def call_functions_of_buckets() -> None:
    """Call the functions of notifications by the ARN that the bucket names."""

    def deliver_to_function(arn: str, payload: Record, _region: str) -> None:
        call_by_arn(arn, payload)

    s3._deliver_event_to_lambda = deliver_to_function
