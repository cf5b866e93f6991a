"""CloudFront Functions: a runtime of our own, with key value stores and changes of the origin.

MiniStack's has neither, and lets a function do what CloudFront refuses.
"""

import logging
from pathlib import Path
from typing import Any

from ministack.core.concurrency import run_offloop
from ministack.core.node_pool import NodeWorkerError, NodeWorkerPool, NodeWorkerTimeout
from ministack.services import cloudfront, cloudfront_keyvaluestore
from ministack.services.cloudformation import provisioners

from ..cdn.exchange import Event, FunctionFailedError, FunctionResult
from ..cdn.messages import FUNCTION_ERROR
from ..http.problems import Problem, report_problem
from .types import Handlers, Properties, Provisioned, Record

logger = logging.getLogger("serverless_stack")

SCRIPT = Path(__file__).parents[1] / "cdn" / "javascript" / "worker.js"
TYPE = "AWS::CloudFront::Function"
MOST_BYTES = 10_240  # "Quotas on CloudFront Functions"
SECONDS = 5.0  # CloudFront stops a function much earlier, by its work and not by the clock

_pool = NodeWorkerPool(
    SCRIPT.read_text(encoding="utf-8"),
    log_prefix="cloudfront-function",
    logger=logger,
    timeout=SECONDS,
)


def apply() -> None:
    """Apply this module's patches."""
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    provisioners._RESOURCE_HANDLERS[TYPE] = {**handlers, **refusing_large_code(handlers)}


def refusing_large_code(handlers: Handlers) -> Handlers:
    """Refuse functions whose code is longer than 10 KB, as CloudFront does."""

    def check(props: Properties) -> None:
        size = len(str(props.get("FunctionCode") or "").encode())
        if size > MOST_BYTES:
            raise ValueError(f"the maximum size of a function is {MOST_BYTES} bytes, got: {size}")

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        check(props)
        provisioned: Provisioned = handlers["create"](logical_id, props, stack_name)
        return provisioned

    def update(
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Provisioned:
        check(new)
        updated: Provisioned = handlers["update"](physical_id, old, new, stack_name, logical_id)
        return updated

    return {"create": create, "update": update}


async def run_function(arn: str, event: Event) -> FunctionResult:
    """Return the result of a function.

    Raises:
        FunctionFailedError: It failed, or is not published.
    """
    code = cloudfront.live_function_code(arn)
    if code is None:
        raise FunctionFailedError(FUNCTION_ERROR, 503, f"{arn} is not published")
    request = {"code": code.decode(), "event": event, "store": _store(arn)}
    try:
        answer: Record = await run_offloop(_pool.call, request)
    except (NodeWorkerError, NodeWorkerTimeout) as error:
        raise FunctionFailedError(FUNCTION_ERROR, 503, f"{arn}: {error}") from error
    if "error" in answer:
        name = arn.rpartition("/")[2]
        report_problem(Problem(f"the CloudFront function {name} failed; the log says why"))
        raise FunctionFailedError(FUNCTION_ERROR, 503, f"{arn}: {answer['error']}")
    return FunctionResult(answer["value"], answer["origin"])


def _store(arn: str) -> Record | None:
    """Return the key value store of a function, if one is associated."""
    function = cloudfront._functions.get(arn.rpartition("/")[2]) or {}
    body: dict[str, Any] = function.get("live_body") or function
    for store_arn in body.get("kvs_arns") or ():
        record = cloudfront._kvstores.get(store_arn.rpartition("/")[2])
        if record is not None:
            data = cloudfront_keyvaluestore._stores.get(store_arn) or {}
            changed = record.get("LastModifiedTime")
            items = data.get("items") or {}
            return {"id": record["Id"], "items": items, "created": changed, "updated": changed}
    return None
