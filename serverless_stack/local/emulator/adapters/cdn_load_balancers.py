"""Load balancers as origins, public or by a VPC origin, and the type of VPC origins.

"Restrict access with VPC origins". Here, the certificate of an HTTPS listener is not checked.
"""

import asyncio
import http.client
import re
from typing import Any
from urllib.parse import parse_qs

from ministack.core.responses import set_request_region
from ministack.services import alb, cloudfront
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Record, Response
from .xml import element

TYPE = "AWS::CloudFront::VpcOrigin"
REGION = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.elb\.amazonaws\.com$")
NETWORK_REGION = re.compile(r"\.elb\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$")
_CODE = re.compile(rb"<Message>(.*?)</Message>", re.DOTALL)
Fetched = tuple[int, str, list[tuple[str, Any]], bytes]


def apply() -> None:
    """Apply this module's patches."""
    cloudfront._fetch_from_alb_origin = fetch
    provisioners._RESOURCE_HANDLERS[TYPE] = vpc_origin_handlers()


def enter_region(domain: str) -> None:
    """Make the region of a load balancer that of the request, so that MiniStack finds it."""
    match = REGION.search(domain) or NETWORK_REGION.search(domain)
    if match is not None:
        set_request_region(match[1])


async def fetch(
    balancer: Record,
    origin: Record,
    method: str,
    uri: str,
    query: str,
    headers: dict[str, Any],
    body: bytes,
    viewer_is_https: bool,
    client_ip: str,
    forwarded_for: str,
) -> Fetched:
    """Return the response of a load balancer's listener. MiniStack serves those of HTTP only.

    Raises:
        cloudfront.OriginTimeout: It did not respond in time.
        cloudfront.OriginUnreachable: It has no listener for the origin's protocol and port.
    """
    _host, port, is_https = cloudfront._origin_connect_target(origin, viewer_is_https)
    protocols = ("HTTPS", "TLS", "TCP") if is_https else ("HTTP", "TCP")
    has_listener = any(
        listener["LoadBalancerArn"] == balancer["LoadBalancerArn"]
        and int(listener.get("Port") or 0) == port
        and listener.get("Protocol") in protocols
        for listener in alb._listeners.values()
    )
    if not has_listener:
        kind = "HTTPS" if is_https else "HTTP"
        raise cloudfront.OriginUnreachable(
            f"{balancer['DNSName']} has no {kind} listener on port {port}"
        )
    sent = cloudfront._origin_request_headers(origin, headers, client_ip, forwarded_for)
    seconds = origin.get("read_timeout", 30)
    try:
        status, answered, data = await asyncio.wait_for(
            alb.dispatch_request(
                balancer,
                method,
                uri,
                {name.lower(): value for name, value in sent.items()},
                body or b"",
                parse_qs(query, keep_blank_values=True),
                port,
                client_ip="127.0.0.1",
                raw_query_string=query,
            ),
            seconds,
        )
    except TimeoutError as error:
        raise cloudfront.OriginTimeout(f"no response within {seconds} s") from error
    if isinstance(data, cloudfront.StreamingResponse):
        data = await cloudfront._collect_streaming_body(data, seconds)
    pairs = [
        (name, value)
        for name, values in answered.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return status, http.client.responses.get(status, ""), pairs, data


def vpc_origin_handlers() -> Handlers:
    """Return the handlers of VPC origins. MiniStack has the actions, but not the type."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        before = set(cloudfront._vpc_origins)
        config = props["VpcOriginEndpointConfig"]
        body = element("CreateVpcOriginRequest", endpoint_config(config))
        _check(cloudfront._create_vpc_origin(bytes(body)))
        (origin_id,) = set(cloudfront._vpc_origins) - before
        return origin_id, _attributes(origin_id)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        body = endpoint_config(new["VpcOriginEndpointConfig"])
        _check(cloudfront._update_vpc_origin(physical_id, _current(physical_id), bytes(body)))
        return physical_id, _attributes(physical_id)

    def delete(physical_id: str, props: Properties) -> None:
        if physical_id in cloudfront._vpc_origins:
            _check(cloudfront._delete_vpc_origin(physical_id, _current(physical_id)))

    return {"create": create, "update": update, "delete": delete}


def endpoint_config(config: Properties) -> Any:
    """Return the XML of an endpoint configuration, with CloudFormation's defaults."""
    protocols = config.get("OriginSSLProtocols")
    listed = [element("SslProtocol", each) for each in protocols or ()]
    return element(
        "VpcOriginEndpointConfig",
        element("Name", config["Name"]),
        element("Arn", config["Arn"]),
        element("HTTPPort", int(config.get("HTTPPort", 80))),
        element("HTTPSPort", int(config.get("HTTPSPort", 443))),
        element("OriginProtocolPolicy", config.get("OriginProtocolPolicy", "match-viewer")),
        *(
            [
                element(
                    "OriginSslProtocols",
                    element("Quantity", len(listed)),
                    element("Items", *listed),
                )
            ]
            if listed
            else []
        ),
    )


def _current(origin_id: str) -> dict[str, str]:
    version = cloudfront._vpc_origins[origin_id]["Version"]
    return {"if-match": cloudfront._vpc_origin_etag(version)}


def _attributes(origin_id: str) -> Record:
    record = cloudfront._vpc_origins[origin_id]
    names = ("Arn", "Id", "Status", "CreatedTime", "LastModifiedTime")
    return {name: record[name] for name in names}


def _check(answer: Response) -> None:
    if answer[0] >= 400:
        message = _CODE.search(answer[2])
        raise ValueError(message[1].decode() if message else "CloudFront refuses the VPC origin")
