"""CloudFront Functions at the viewer's two events ("Customize at the edge")."""

import logging

from ..exchange import Event, Exchange, FunctionFailedError, Next
from ..function_events import changed_request, changed_response, function_event, generated_response
from ..messages import FUNCTION_ERROR, Response, own_response
from ..origin_changes import changed_target

logger = logging.getLogger("serverless_stack")

INVALID = (
    "The CloudFront function associated with the CloudFront distribution is invalid or could not "
    "run."
)


async def run_viewer_events(exchange: Exchange, proceed: Next) -> Response:
    """Run the functions of viewer request and viewer response.

    That of the response is not run for errors, nor after a response that the first generated
    ("Restrictions on all edge functions").
    """
    try:
        generated = await _run_request(exchange)
        if generated is not None:
            return generated
        response = await proceed(exchange)
        return await _run_response(exchange, response)
    except FunctionFailedError as error:
        logger.error("%s: %s", exchange.distribution.id, error)
        return own_response(error.status, INVALID, error.outcome)


async def _run_request(exchange: Exchange) -> Response | None:
    arn = exchange.behaviour.function("viewer-request")
    if not arn:
        return None
    event = function_event(exchange, "viewer-request")
    result = await exchange.services.run_function(arn, event)
    value = _object(result.value)
    if "statusCode" in value:
        return generated_response(value)
    exchange.request = changed_request(exchange.request, event, value)
    if result.origin:
        exchange.target = changed_target(
            exchange.distribution.config, exchange.target, result.origin
        )
    return None


async def _run_response(exchange: Exchange, response: Response) -> Response:
    arn = exchange.behaviour.function("viewer-response")
    if not arn or response.status >= 400:
        return response
    event = function_event(exchange, "viewer-response", response)
    result = await exchange.services.run_function(arn, event)
    value = _object(result.value)
    changed = changed_response(response, event, value)
    # CloudFront names itself where the origin does not (seen on AWS, only after such a function).
    return changed if changed.header("server") else changed.with_headers(server="CloudFront")


def _object(value: object) -> Event:
    if not isinstance(value, dict):
        raise FunctionFailedError(FUNCTION_ERROR, 503, "the function returned no object")
    return value
