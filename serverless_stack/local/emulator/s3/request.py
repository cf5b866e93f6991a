"""A request to S3, as far as its limits need it."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256
# What a request may have in its query string without being for a subresource.
PLAIN_QUERY = frozenset(
    {
        "continuation-token",
        "delimiter",
        "encoding-type",
        "expires",
        "fetch-owner",
        "list-type",
        "marker",
        "max-keys",
        "prefix",
        "signature",
        "start-after",
        "versionid",
    }
)
SIGNING_PREFIXES = ("x-amz-", "x-id", "awsaccesskeyid")


@dataclass(frozen=True)
class Refusal:
    """An error of S3."""

    code: str
    message: str
    status: int = 400


@dataclass(frozen=True)
class Request:
    """A request to S3.

    Attributes:
        method: The HTTP method.
        bucket: The bucket, or an empty text.
        key: The key, or an empty text.
        headers: The headers by name in lower case.
        query: The query parameters.
        body: The body, decoded.
        part_sizes: The sizes of the parts of its multipart upload, by number.
    """

    method: str
    bucket: str
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    part_sizes: Mapping[int, int] = field(default_factory=dict)

    @property
    def has_subresource(self) -> bool:
        """Whether it is about something else than the object or the bucket itself."""
        names = {name.lower() for name in self.query} - PLAIN_QUERY
        return any(not name.startswith(SIGNING_PREFIXES) for name in names)


Check = Callable[[Request], Refusal | None]


def xml_elements(body: bytes, name: str) -> list[ET.Element] | None:
    """Return all elements with a name, in any namespace; None if the body is not well-formed."""
    try:
        root = ET.fromstring(body)
    except ET.ParseError:
        return None
    return [element for element in root.iter() if local_name(element) == name]


def xml_texts(parent: ET.Element, name: str) -> list[str]:
    """Return the texts of the children with a name."""
    return [(child.text or "").strip() for child in parent if local_name(child) == name]


def xml_text(parent: ET.Element, name: str) -> str:
    """Return the text of the first child with a name, or an empty text."""
    return next(iter(xml_texts(parent, name)), "")


def xml_children(parent: ET.Element, name: str) -> list[ET.Element]:
    """Return the children with a name."""
    return [child for child in parent if local_name(child) == name]


def local_name(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def tag_problem(tags: Sequence[tuple[str, str]], *, system: bool = False) -> Refusal | None:
    """Return what is wrong with tags.

    Args:
        tags: Their keys and values.
        system: Whether they are those of a resource, which AWS's own keys are refused for.
    """
    keys = [key for key, _value in tags]
    if len(set(keys)) < len(keys):
        return Refusal("InvalidTag", "Cannot provide multiple Tags with the same key")
    for key, value in tags:
        if not 1 <= len(key) <= MAX_TAG_KEY:
            return Refusal("InvalidTag", "The TagKey you have provided is invalid")
        if len(value) > MAX_TAG_VALUE:
            return Refusal("InvalidTag", "The TagValue you have provided is invalid")
        if system and key.lower().startswith("aws:"):
            return Refusal("InvalidTag", "System tags cannot be added/updated by requester")
    return None
