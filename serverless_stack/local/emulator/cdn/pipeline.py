"""The steps of a distribution, from the viewer to the origin and back.

Each step is a module of `steps`. It gets the exchange and what is below it: it answers by itself,
changes the request before it goes on, or the response on its way back. To add one, write a module
and put its function here, at the place where CloudFront does it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from .cache import Cache
from .exchange import Distribution, Exchange, Next, Services, Step
from .messages import Response, Viewer
from .steps import (
    cache_tags,
    caching,
    compression,
    conditions,
    countries,
    edge,
    error_pages,
    failover,
    fetching,
    field_encryption,
    forwarding,
    functions,
    policy_headers,
    signatures,
    viewers,
    web_acls,
)

_UNRESERVED = re.compile("%(2[DEde]|3[0-9]|4[1-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])")

VIEWER_STEPS: Sequence[Step] = (
    error_pages.replace_errors,
    # Refusals: none of them reaches a function, the cache or the origin.
    viewers.refuse_loops,
    viewers.refuse_long_requests,
    web_acls.refuse_by_web_acl,
    countries.refuse_countries,
    viewers.require_https,
    viewers.refuse_methods,
    signatures.verify_signatures,
    # Functions of the viewer's events.
    edge.run_viewer_events,
    viewers.add_viewer_headers,
    functions.run_viewer_events,
    policy_headers.add_policy_headers,
)
ORIGIN_STEPS: Sequence[Step] = (
    conditions.answer_conditions,
    caching.serve_from_cache,
    cache_tags.read_tags,
    compression.compress,
    forwarding.select_for_origin,
    field_encryption.encrypt_fields,
    failover.try_origins,
    edge.run_origin_events,
    forwarding.remove_headers,
    fetching.fetch_from_origin,
)


async def serve(
    distribution: Distribution,
    viewer: Viewer,
    services: Services,
    cache: Cache,
    viewer_steps: Sequence[Step] = VIEWER_STEPS,
    origin_steps: Sequence[Step] = ORIGIN_STEPS,
) -> Response:
    """Return the response to a viewer.

    Args:
        distribution: The distribution.
        viewer: The viewer and its request.
        services: The emulator.
        cache: The cache of all distributions.
        viewer_steps: What happens for a viewer only.
        origin_steps: What happens for pages of errors as well.
    """
    fetch = chain(origin_steps, _nothing)
    exchange = begin(distribution, viewer, services, cache, fetch)
    return await chain(viewer_steps, fetch)(exchange)


def begin(
    distribution: Distribution, viewer: Viewer, services: Services, cache: Cache, fetch: Next
) -> Exchange:
    """Return the exchange of a viewer's request, with the behaviour of its path."""
    request = viewer.request
    config = distribution.config
    behaviour = config.behaviour(_normalized(request.uri))
    if config.default_root_object and request.uri == "/":
        request = replace(request, uri=f"/{config.default_root_object}")
    target = config.target(behaviour.target)
    return Exchange(distribution, viewer, services, cache, fetch, behaviour, request, target)


def _normalized(uri: str) -> str:
    """Return a path as it is compared with patterns: "Path pattern", and RFC 3986, section 6.2.2.

    Letters, digits and ``-._~`` are decoded; a slash is not, which the origin may decode.
    """
    return _UNRESERVED.sub(lambda match: chr(int(match[1], 16)), uri)


def chain(steps: Sequence[Step], last: Next) -> Next:
    """Return the steps as one, around the last."""
    return reduce(_around, reversed(steps), last)


def _around(below: Next, step: Step) -> Next:
    async def run(exchange: Exchange) -> Response:
        return await step(exchange, below)

    return run


async def _nothing(exchange: Exchange) -> Response:
    raise AssertionError("the last step has none below it")
