"""Lambda: an update starts the next environment of a function, and lets requests finish."""

import contextvars
import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from ..lambda_.worker import FunctionWorker

logger = logging.getLogger("serverless_stack.functions")

Properties = dict[str, Any]
Provisioned = tuple[str, Properties]

LONGEST_SECONDS = 900  # "Lambda quotas"


def apply() -> None:
    """Apply this module's patches."""
    start_updated_functions()
    let_requests_finish()


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


def let_requests_finish() -> None:
    """End an environment with a request in progress once it has answered, as Lambda does.

    MiniStack ends it at once when its function is updated or deleted, and the request fails.
    """
    kill, reset = lambda_runtime.kill_workers, lambda_runtime.reset
    retired: set[FunctionWorker] = set()

    def retire(worker: FunctionWorker) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while worker.in_use and worker in retired and time.monotonic() < deadline:
            time.sleep(0.05)
        if worker in retired:
            retired.discard(worker)
            kill([worker])

    def kill_idle(workers: Iterable[Any]) -> None:
        idle = []
        for worker in workers:
            if isinstance(worker, FunctionWorker) and worker.in_use:
                retired.add(worker)
                threading.Thread(target=retire, args=(worker,), daemon=True).start()
            else:
                idle.append(worker)
        kill(idle)

    def reset_all() -> None:
        reset()
        busy = list(retired)
        retired.clear()
        kill(busy)

    lambda_runtime.kill_workers = kill_idle
    lambda_runtime.reset = reset_all
