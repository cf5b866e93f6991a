"""Lambda: the next environment of a function is started while its stack is updated."""

import contextvars
import logging
import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from ..lambda_.worker import FunctionWorker

logger = logging.getLogger("serverless_stack.functions")

Properties = dict[str, Any]
Provisioned = tuple[str, Properties]


def apply() -> None:
    """Apply this module's patches."""
    start_updated_functions()


def start_updated_functions() -> None:
    """Start a function that was in use as soon as CloudFormation has updated its code.

    MiniStack ends its environments then, and starts one with the next request, which waits. Here
    the environment is started at once, so that the request finds it loaded or nearly so. What it
    prints meanwhile is logged with the first request.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    update = handlers["update"]

    def update_and_start(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Provisioned:
        record = lambda_svc._functions.get(physical_id)
        was_in_use = record is not None and bool(workers_of(record["config"]))
        updated: Provisioned = update(physical_id, old, new, stack_name, logical_id)
        if was_in_use and old.get("Code") != new.get("Code") and updated[0] == physical_id:
            context = contextvars.copy_context()  # which has the account and the region
            arguments = (start, lambda_svc._functions[physical_id])
            threading.Thread(target=context.run, args=arguments, daemon=True).start()
        return updated

    handlers["update"] = update_and_start


def start(record: Properties) -> None:
    """Start an environment of a function. Requests find it, and wait until it is loaded."""
    config = record["config"]
    name = config["FunctionName"]
    worker, _reason = lambda_runtime.acquire_worker(name, config, record["code_zip"])
    if not isinstance(worker, FunctionWorker):
        lambda_runtime.release_worker(worker)
        return
    lambda_runtime.release_worker(worker)
    try:
        worker.start()
    except RuntimeError as error:
        logger.info("%s: %s", name, error)  # the next request says it
    if worker not in workers_of(config):  # updated again, or deleted
        lambda_runtime.kill_workers([worker])


def workers_of(config: Properties) -> list[Any]:
    """Return the environments of the newest code of a function."""
    key = lambda_runtime._worker_key(config["FunctionName"], config, "$LATEST")
    return list(lambda_runtime._workers.get(key, []))
