"""CloudFront: distributions are served by the steps of ``../cdn``, with MiniStack's resources."""

from dataclasses import replace
from typing import Any

from ministack.services import cloudfront

from ..activity import ACTIVITY
from ..cdn.config_xml import parse_config
from ..cdn.exchange import Distribution
from ..cdn.messages import Headers, Request, Response, Viewer, first, own_response
from ..cdn.pipeline import serve
from ..http.exchange import current_connection
from . import (
    cdn_buckets,
    cdn_cache,
    cdn_configs,
    cdn_functions,
    cdn_http_origins,
    cdn_load_balancers,
    key_value_stores,
)
from .cdn_services import EmulatorServices
from .types import Record
from .types import Response as Answer

COUNTRY_HEADER = "x-serverless-stack-viewer-country"
ADDRESS_HEADER = "x-serverless-stack-viewer-address"
"""By these, a tester says from where he pretends to come. No step sees them."""


def apply() -> None:
    """Apply this module's patches."""
    cdn_buckets.apply()
    cdn_cache.apply()
    cdn_functions.apply()
    cdn_http_origins.apply()
    cdn_load_balancers.apply()
    cdn_configs.apply()
    key_value_stores.apply()
    serve_by_own_steps()


def serve_by_own_steps() -> None:
    """Serve distributions by our own steps.

    MiniStack reads a small part of a distribution's configuration, caches nothing, and knows no
    origin groups, error TTLs, Lambda@Edge, geographic restrictions, signatures or compression.
    """
    services = EmulatorServices()

    async def handle(
        dist: Record,
        method: str,
        path: str,
        raw_uri: str,
        raw_query_string: str,
        headers: dict[str, str],
        body: bytes,
        query_params: object,
        client_ip: str = "127.0.0.1",
    ) -> Answer:
        distribution = distribution_of(dist)
        sent = {name.lower(): [value] for name, value in headers.items()}
        viewer = viewer_of(Request(method, raw_uri, raw_query_string, sent, body), client_ip)
        if distribution.config.enabled:
            response = await serve(distribution, viewer, services, cdn_cache.CACHE)
        else:
            response = own_response(403, "The distribution is not enabled.")
        ACTIVITY.count(distribution.id, response.outcome)
        return rendered(response, method)

    cloudfront.handle_viewer_request = handle


def distribution_of(record: Record) -> Distribution:
    """Return the distribution of MiniStack's record."""
    config = parse_config(record["config_xml"])
    return Distribution(record["Id"], record["ARN"], record["DomainName"], config)


def viewer_of(request: Request, address: str) -> Viewer:
    """Return the viewer who sent a request, without the headers that only this emulator reads."""
    headers: Headers = dict(request.headers)
    country = headers.pop(COUNTRY_HEADER, ["US"])[0].upper()
    address = headers.pop(ADDRESS_HEADER, [address])[0]
    is_https = first(headers, "x-forwarded-proto") == "https"
    headers.pop("x-forwarded-proto", None)
    port, http_version = current_connection.get((0, "1.1"))
    return Viewer(
        replace(request, headers=headers),
        address=address,
        port=port,
        is_https=is_https,
        country=country,
        http_version=http_version,
    )


def rendered(response: Response, method: str) -> Answer:
    """Return a response in MiniStack's form, with the headers that CloudFront adds to each."""
    plain: dict[str, Any] = {
        name: values[0] if len(values) == 1 else values for name, values in response.headers.items()
    }
    headers = cloudfront._add_cloudfront_headers(
        plain, response.outcome, edge_server=response.is_own
    )
    rendered_headers = cloudfront._render_headers(headers, title_case=True)
    return response.status, rendered_headers, response.body
