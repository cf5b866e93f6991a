"""Configurations of distributions: what CloudFront refuses, and what it fills in."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from ..cdn.config_xml import parse_config
from ..cdn.validation import Refusal, refusal_of
from . import cdn_edge
from .types import Response

TYPE = "AWS::CloudFront::Distribution"


def apply() -> None:
    """Apply this module's patches."""
    refuse_requests()
    refuse_templates()


def refuse_requests() -> None:
    """Refuse what the API refuses. MiniStack accepts nearly every configuration."""
    create, update = cloudfront._create_distribution, cloudfront._update_distribution

    def creating(headers: dict[str, str], body: bytes) -> Response:
        root = cloudfront._parse_body(body)
        element = None if root is None else cloudfront._unwrap_distribution_create_xml(root)[0]
        answer: Response = _answer(element) or create(headers, body)
        return answer

    def updating(distribution: str, headers: dict[str, str], body: bytes) -> Response:
        answer: Response = _answer(cloudfront._parse_body(body)) or update(
            distribution, headers, body
        )
        return answer

    cloudfront._create_distribution = creating
    cloudfront._update_distribution = updating


def refuse_templates() -> None:
    """Refuse the same in templates, and fill in what GetDistributionConfig returns on AWS."""
    render: Callable[..., Element] = provisioners._cf_distribution_config

    def rendering(props: dict[str, Any], reference: str) -> Element:
        element = render(props, reference)
        refusal = _refusal(element)
        if refusal is not None:
            raise ValueError(f"Invalid request provided: {TYPE}: {refusal.message}")
        fill_in(element)
        return element

    provisioners._cf_distribution_config = rendering


def fill_in(element: Element) -> None:
    """Add the members that the API requires and a template may omit.

    Args:
        element: The ``DistributionConfig``.
    """
    if element.find("Comment") is None:
        SubElement(element, "Comment").text = ""
    for custom in element.iter("CustomOriginConfig"):
        for name, value in (("HTTPPort", "80"), ("HTTPSPort", "443")):
            if custom.find(name) is None:
                SubElement(custom, name).text = value


def _answer(element: Element | None) -> Response | None:
    refusal = None if element is None else _refusal(element)
    if refusal is None:
        return None
    refused: Response = cloudfront._error(refusal.code, refusal.message, 400)
    return refused


def _refusal(element: Element) -> Refusal | None:
    config = parse_config(tostring(element, encoding="unicode"))
    if not config.behaviours or not config.origins:
        return None
    return refusal_of(config) or cdn_edge.refusal_of(config)
