"""Configurations and errors of CloudFront in the XML of its API."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring

from ministack.services import cloudfront

from .types import Record, Response


def config_of(dist: Record) -> Element:
    """Return the configuration of a distribution, without namespaces."""
    config: Element = cloudfront._strip_namespace(fromstring(dist["config_xml"]))
    return config


def text_of(dist: Record, name: str) -> str:
    """Return a value of a distribution's configuration, or an empty string."""
    return value_of(config_of(dist), name)


def value_of(element: Element | None, name: str) -> str:
    """Return the text of a child of an element, or an empty string."""
    return (element.findtext(name) or "").strip() if element is not None else ""


def set_value(element: Element, name: str, text: str) -> None:
    """Set the text of a child of an element."""
    child = element.find(name)
    if child is None:
        child = SubElement(element, name)
    child.text = text


def remove(element: Element, name: str) -> None:
    """Remove a child of an element, if it has it."""
    child = element.find(name)
    if child is not None:
        element.remove(child)


def plain(element: Element) -> Any:
    """Return an element as nested mappings; `Items` is a list."""
    if element.tag == "Items":
        return [plain(child) for child in element]
    return {child.tag: plain(child) for child in element} if len(element) else element.text


def refusal(code: str, message: str, status: int) -> Response:
    """Return an error of CloudFront."""
    answer: Response = cloudfront._error(code, message, status)
    return answer


def invalid(message: str) -> Response:
    """Return the error for an argument that is not valid."""
    return refusal("InvalidArgument", message, 400)


def no_distribution() -> Response:
    """Return the error for a distribution that does not exist."""
    return refusal("NoSuchDistribution", "The specified distribution does not exist.", 404)


def precondition() -> Response:
    """Return the error for a version that is not the current one."""
    return refusal("PreconditionFailed", "The precondition evaluated to false.", 412)
