"""Lambda@Edge at its four events ("CloudFront events that can trigger a Lambda@Edge function")."""

import logging
from dataclasses import replace

from ..edge_events import (
    ORIGIN_REQUEST,
    ORIGIN_RESPONSE,
    VIEWER_REQUEST,
    VIEWER_RESPONSE,
    changed_origin,
    changed_request,
    changed_response,
    edge_event,
    generated_response,
    invalid,
)
from ..exchange import Event, Exchange, FunctionFailedError, Next
from ..messages import Response, own_response

logger = logging.getLogger("serverless_stack")


async def run_viewer_events(exchange: Exchange, proceed: Next) -> Response:
    """Run the functions of viewer request and viewer response.

    That of the response is not run for errors, nor after a response that the first generated.
    """
    try:
        generated = await _run_request(exchange, VIEWER_REQUEST)
        if generated is not None:
            return generated
        response = await proceed(exchange)
        if response.status >= 400 or response.is_own:
            return response
        return await _run_response(exchange, VIEWER_RESPONSE, response)
    except FunctionFailedError as error:
        return _failure(exchange, error)


async def run_origin_events(exchange: Exchange, proceed: Next) -> Response:
    """Run the functions of origin request and origin response, the latter for errors too."""
    request, target = exchange.request, exchange.target
    try:
        generated = await _run_request(exchange, ORIGIN_REQUEST)
        if generated is not None:
            return generated
        response = await proceed(exchange)
        return (
            response
            if response.is_own
            else await _run_response(exchange, ORIGIN_RESPONSE, response)
        )
    except FunctionFailedError as error:
        return _failure(exchange, error)
    finally:
        exchange.request, exchange.target = request, target


async def _run_request(exchange: Exchange, kind: str) -> Response | None:
    association = exchange.behaviour.edge_function(kind)
    if association is None or (kind == ORIGIN_REQUEST and not exchange.target.origins):
        return None
    event = edge_event(exchange, kind, association.include_body)
    result = _object(await exchange.services.run_edge(association, event))
    if "status" in result:
        return generated_response(kind, result)
    exchange.request = changed_request(exchange.request, event, kind, result)
    if kind == ORIGIN_REQUEST:
        origin = changed_origin(exchange.target.origins[0], event, result)
        exchange.target = replace(exchange.target, origins=(origin,))
    return None


async def _run_response(exchange: Exchange, kind: str, response: Response) -> Response:
    association = exchange.behaviour.edge_function(kind)
    if association is None:
        return response
    event = edge_event(exchange, kind, response=response)
    result = _object(await exchange.services.run_edge(association, event))
    return changed_response(response, event, kind, result)


def _object(result: object) -> Event:
    if not isinstance(result, dict):
        raise invalid("The function must return an object.")
    return result


def _failure(exchange: Exchange, error: FunctionFailedError) -> Response:
    logger.error("%s: %s", exchange.distribution.id, error)
    return own_response(error.status, str(error), error.outcome)
