"""S3 buckets: Object Lock, replication, acceleration, names, SSE-C, and configurations with ids.

MiniStack has the API of the first three, but CloudFormation drops the properties.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from ..s3.named_configurations import answer, blocked_types, kind_of
from ..s3.request import Refusal, Request
from .s3 import accepted
from .s3_documents import (
    accelerate_xml,
    inventory_xml,
    lock_xml,
    metrics_xml,
    replication_xml,
    tiering_xml,
)
from .types import Headers, Properties, Provisioned, Response

_CONFIGURATIONS = "_named_configurations"


def apply() -> None:
    """Apply this module's patches."""
    store_properties()
    name_buckets_of_accounts()
    serve_named_configurations()
    block_customer_keys()


def store_properties() -> None:
    """Send properties that MiniStack drops to its API, in the format of the API."""
    lock = accepted(s3._put_object_lock_configuration)
    entries: tuple[tuple[str, Any, Any, Any], ...] = (
        ("ObjectLockEnabled", lambda _: lock_xml({}), lock_versions, keep_lock),
        ("ObjectLockConfiguration", lock_xml, lock, lambda name: lock(name, lock_xml({}))),
        (
            "ReplicationConfiguration",
            replication_xml,
            accepted(s3._put_bucket_replication),
            s3._delete_bucket_replication,
        ),
        (
            "AccelerateConfiguration",
            accelerate_xml,
            accepted(s3._put_bucket_accelerate),
            lambda name: s3._bucket_accelerate_config.pop(name, None),
        ),
        *(
            (f"{kind}Configurations", to_xml, replaced(query), removed(query))
            for kind, query, to_xml in (
                ("Metrics", "metrics", metrics_xml),
                ("Inventory", "inventory", inventory_xml),
                ("IntelligentTiering", "intelligent-tiering", tiering_xml),
            )
        ),
    )
    provisioners._S3_BUCKET_CONFIGURATIONS += entries


def name_buckets_of_accounts() -> None:
    """Name a bucket by ``BucketNamePrefix``: ``<prefix>-<account>-<region>-an``.

    "Namespaces for general purpose buckets". MiniStack ignores the property.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create, update = handlers["create"], handlers["update"]

    def named(properties: Properties) -> Properties:
        prefix = properties.get("BucketNamePrefix")
        if not prefix:
            return properties
        name = f"{prefix}-{get_account_id()}-{get_region()}-an"
        if len(name) > 63:
            raise ValueError(f"{name}: The specified bucket is not valid. (Status Code: 400)")
        return {**properties, "BucketName": name}

    def create_named(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        created: Provisioned = create(logical_id, named(properties), stack_name)
        return created

    def update_named(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> Provisioned:
        updated: Provisioned = update(physical_id, named(old), named(new), stack_name)
        return updated

    handlers.update(create=create_named, update=update_named)


def serve_named_configurations() -> None:
    """Serve metrics, inventory, tiering and analytics configurations, which MiniStack lacks."""
    dispatch = s3._dispatch

    def dispatch_configurations(
        method: str, bucket: str, key: str, headers: Headers, body: bytes, query: Headers
    ) -> Response:
        texts = {name: str(values[0] if values else "") for name, values in query.items()}
        request = Request(method, bucket, key, headers, texts, body)
        kind = kind_of(request)
        if kind is None or method not in ("GET", "PUT", "DELETE"):
            response: Response = dispatch(method, bucket, key, headers, body, query)
            return response
        if bucket not in s3._buckets:
            missing: Response = s3._no_such_bucket(bucket)
            return missing
        answered = answer(request, kind, stored_in(bucket))
        if isinstance(answered, Refusal):
            refused: Response = s3._error(
                answered.code, answered.message, answered.status, f"/{bucket}"
            )
            return refused
        status, text = answered
        return status, {"Content-Type": "application/xml"}, text.encode()

    s3._dispatch = dispatch_configurations


def block_customer_keys() -> None:
    """Refuse to write with keys of the sender (SSE-C) unless the bucket allows them.

    So does AWS for buckets since April 2026; MiniStack accepts them.
    """
    resolve = s3._resolve_sse_write_headers

    def resolve_unless_blocked(
        headers: dict[str, str], bucket_name: str
    ) -> tuple[dict[str, str] | None, Response | None]:
        given = headers.get("x-amz-server-side-encryption-customer-algorithm")
        if given and "SSE-C" in blocked_types(s3._bucket_encryption.get(bucket_name) or ""):
            message = "The bucket blocks server-side encryption with customer-provided keys (SSE-C)"
            return None, s3._error("AccessDenied", message, 403, f"/{bucket_name}")
        resolved: tuple[dict[str, str] | None, Response | None] = resolve(headers, bucket_name)
        return resolved

    s3._resolve_sse_write_headers = resolve_unless_blocked


def stored_in(bucket: str) -> dict[tuple[str, str], str]:
    """Return the configurations of a bucket, which go with it."""
    found: dict[tuple[str, str], str] = s3._buckets[bucket].setdefault(_CONFIGURATIONS, {})
    return found


def replaced(kind: str) -> Callable[[str, Sequence[tuple[str, bytes]]], None]:
    """Return a function that replaces all configurations of a kind."""

    def replace(name: str, items: Sequence[tuple[str, bytes]]) -> None:
        removed(kind)(name)
        for id, body in items:
            query = {kind: "", "id": id}
            answered = answer(Request("PUT", name, "", {}, query, body), kind, stored_in(name))
            if isinstance(answered, Refusal):
                raise ValueError(f"{name}: {answered.message} (Status Code: {answered.status})")

    return replace


def removed(kind: str) -> Callable[[str], None]:
    """Return a function that removes all configurations of a kind."""

    def remove(name: str) -> None:
        stored = stored_in(name)
        for key in [key for key in stored if key[0] == kind]:
            del stored[key]

    return remove


def lock_versions(name: str, body: bytes) -> None:
    """Turn Object Lock on, and versioning with it, as S3 does."""
    s3._bucket_versioning[name] = "Enabled"
    if name not in s3._bucket_object_lock:
        accepted(s3._put_object_lock_configuration)(name, body)


def keep_lock(name: str) -> None:
    """Refuse to turn Object Lock off."""
    raise ValueError(f"{name}: Object Lock cannot be disabled for a bucket (Status Code: 409)")
