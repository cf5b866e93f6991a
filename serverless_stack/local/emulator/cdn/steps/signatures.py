"""Behaviours that trust key groups ("Restrict content with signed URLs and signed cookies")."""

import time
from dataclasses import replace

from ..exchange import Exchange, Next
from ..messages import ERROR, Response
from ..signatures import SignedRequest, refusal, without_signature


async def verify_signatures(exchange: Exchange, proceed: Next) -> Response:
    """Refuse requests without a valid signature, and remove what is valid.

    Neither functions nor the cache nor the origin see the parameters of a signature.
    """
    behaviour = exchange.behaviour
    if not behaviour.key_groups and not behaviour.trusted_signers:
        return await proceed(exchange)
    viewer = exchange.viewer
    query = without_signature(viewer.request.query)
    refused = refusal(
        SignedRequest(
            urls=_urls(exchange, query),
            query=viewer.request.query,
            cookies=_cookies(viewer.request.headers.get("cookie", [])),
            address=viewer.address,
        ),
        lambda key_id: exchange.services.trusted_key(behaviour, key_id),
        time.time(),
    )
    if refused is not None:
        headers = {"content-type": ["text/xml"]}
        return Response(403, headers, refused.body, "Forbidden", ERROR, is_own=True)
    exchange.request = replace(exchange.request, query=without_signature(exchange.request.query))
    exchange.viewer = replace(viewer, request=replace(viewer.request, query=query))
    return await proceed(exchange)


def _urls(exchange: Exchange, query: str) -> list[str]:
    """Return the URL of a request under each name of the distribution.

    The local cloud has one port for a distribution, whatever its names are.
    """
    viewer = exchange.viewer
    scheme = "https" if viewer.is_https else "http"
    host = viewer.request.header("host")
    names = [host]
    if host == exchange.distribution.domain:
        names += exchange.distribution.config.aliases
    tail = f"{viewer.request.uri}{f'?{query}' if query else ''}"
    return [f"{scheme}://{name}{tail}" for name in names]


def _cookies(headers: list[str]) -> dict[str, str]:
    pairs = [pair.strip().partition("=") for line in headers for pair in line.split(";")]
    return {name: value for name, _equals, value in pairs}
