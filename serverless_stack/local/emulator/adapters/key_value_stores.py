"""CloudFront's key value stores: what they import from S3 when they are created.

"Create a key value store": a JSON document ``{"data": [{"key": …, "value": …}]}``. MiniStack
stores the name of the source only.
"""

import json
import re
from typing import Any

from ministack.services import cloudfront, cloudfront_keyvaluestore, s3
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Response

TYPE = "AWS::CloudFront::KeyValueStore"
OBJECT_ARN = re.compile(r"arn:[\w-]+:s3:::([^/]+)/(.+)")
MOST_BYTES = 5 * 1024 * 1024
MOST_KEY, MOST_VALUE = 512, 1024  # bytes; "Quotas on key value stores"


def apply() -> None:
    """Apply this module's patches."""
    import_at_create()
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    provisioners._RESOURCE_HANDLERS[TYPE] = {**handlers, **importing(handlers)}


def import_at_create() -> None:
    """Import the source of a store that the API creates."""
    create = cloudfront._create_kvs

    def creating(headers: dict[str, str], body: bytes) -> Response:
        before = set(cloudfront._kvstores)
        answer: Response = create(headers, body)
        for name in set(cloudfront._kvstores) - before:
            source = cloudfront._kvstores[name].get("ImportSource")
            try:
                fill(cloudfront._kvstores[name]["ARN"], (source or {}).get("SourceARN"))
            except ValueError as error:
                del cloudfront._kvstores[name]
                refused: Response = cloudfront._error("InvalidArgument", str(error), 400)
                return refused
        return answer

    cloudfront._create_kvs = creating


def importing(handlers: Handlers) -> Handlers:
    """Return the handlers of stores in templates, which import and forget items."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        items = read_source((props.get("ImportSource") or {}).get("SourceArn"))
        name, attributes = handlers["create"](logical_id, props, stack_name)
        set_items(attributes["Arn"], items)
        return name, attributes

    def delete(physical_id: str, props: Properties) -> None:
        record = cloudfront._kvstores.get(physical_id) or {}
        cloudfront_keyvaluestore._stores.pop(record.get("ARN"), None)
        handlers["delete"](physical_id, props)

    return {"create": create, "delete": delete}


def fill(arn: str, source: str | None) -> None:
    """Fill a store from its source.

    Raises:
        ValueError: The source is missing or malformed.
    """
    set_items(arn, read_source(source))


def set_items(arn: str, items: dict[str, str]) -> None:
    """Set the items of a new store."""
    if items:
        store, _error = cloudfront_keyvaluestore._get_store(arn)
        store["items"] = items


def read_source(source: str | None) -> dict[str, str]:
    """Return the items of a source; none without one.

    Raises:
        ValueError: It is missing or malformed.
    """
    if not source:
        return {}
    match = OBJECT_ARN.fullmatch(source)
    if match is None:
        raise ValueError(f"the import source must be the ARN of an S3 object, got: {source}")
    status, _headers, body = s3._get_object(match[1], match[2], {}, {})
    if status != 200:
        raise ValueError(f"the import source does not exist: {source}")
    return parse_items(body)


def parse_items(document: bytes) -> dict[str, str]:
    """Return the items of an import document.

    Raises:
        ValueError: It is malformed, or exceeds a quota.
    """
    try:
        entries: list[Any] = json.loads(document)["data"]
        items = {str(entry["key"]): str(entry["value"]) for entry in entries}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError('the import source must be {"data": [{"key": …, "value": …}]}') from error
    if len(items) < len(entries):
        raise ValueError("the import source has a key twice")
    if any(not 0 < len(key.encode()) <= MOST_KEY for key in items):
        raise ValueError(f"a key of a key value store has 1 to {MOST_KEY} bytes")
    if any(len(value.encode()) > MOST_VALUE for value in items.values()):
        raise ValueError(f"a value of a key value store has {MOST_VALUE} bytes at most")
    if sum(len(key.encode()) + len(value.encode()) for key, value in items.items()) > MOST_BYTES:
        raise ValueError("a key value store has 5 MB at most")
    return items
