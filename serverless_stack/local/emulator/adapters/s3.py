"""S3 buckets: properties that MiniStack drops, and requests that AWS refuses."""

import re
from collections.abc import Callable

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from ..s3.limits import refusal
from ..s3.request import Request
from .lifecycle import lifecycle_xml
from .types import Headers, Properties, Provisioned, Response
from .xml import element


def apply() -> None:
    """Apply this module's patches."""
    refuse_what_exceeds_limits()
    store_dropped_properties()
    fail_deployments_that_exceed_limits()
    suspend_versioning()
    encrypt_with_the_managed_key()
    refuse_to_delete_non_empty_buckets()
    cut_paths_of_uploaded_files()


def refuse_what_exceeds_limits() -> None:
    """Refuse requests that exceed a limit of S3: see ``../s3/limits.py``."""
    dispatch = s3._dispatch

    def dispatch_within_limits(
        method: str, bucket: str, key: str, headers: Headers, body: bytes, query: Headers
    ) -> Response:
        texts = {name: str(values[0] if values else "") for name, values in query.items()}
        upload = s3._multipart_uploads.get(texts.get("uploadId", "")) or {}
        sizes = {number: part["size"] for number, part in upload.get("parts", {}).items()}
        refused = refusal(Request(method, bucket, key, headers, texts, body, sizes))
        if refused is not None:
            resource = f"/{bucket}/{key}" if key else f"/{bucket}"
            answer: Response = s3._error(refused.code, refused.message, refused.status, resource)
            return answer
        response: Response = dispatch(method, bucket, key, headers, body, query)
        return response

    s3._dispatch = dispatch_within_limits


def store_dropped_properties() -> None:
    """Store properties of a bucket that MiniStack silently drops.

    MiniStack's S3 API supports them, so they are sent to that API in its format.
    """
    provisioners._S3_BUCKET_CONFIGURATIONS += (
        (
            "LifecycleConfiguration",
            lifecycle_xml,
            accepted(s3._put_bucket_lifecycle),
            s3._delete_bucket_lifecycle,
        ),
        ("Tags", tagging_xml, accepted(s3._put_bucket_tagging), s3._delete_bucket_tagging),
        (
            "BucketEncryption",
            encryption_xml,
            accepted(s3._put_bucket_encryption),
            s3._delete_bucket_encryption,
        ),
        (
            "OwnershipControls",
            ownership_xml,
            accepted(s3._put_bucket_ownership_controls),
            s3._delete_bucket_ownership_controls,
        ),
        ("LoggingConfiguration", logging_xml, accepted(s3._put_bucket_logging), stop_logging),
    )


def fail_deployments_that_exceed_limits() -> None:
    """Fail the deployment of CORS and lifecycle rules that S3 refuses.

    CloudFormation resources do not pass through the S3 API of MiniStack.
    """
    queries = {"CorsConfiguration": "cors", "LifecycleConfiguration": "lifecycle"}

    def within_limits(
        put: Callable[[str, bytes], object], query: str
    ) -> Callable[[str, bytes], object]:
        def put_within_limits(bucket: str, body: bytes) -> object:
            refused = refusal(Request("PUT", bucket, "", {}, {query: ""}, body))
            if refused is not None:
                raise ValueError(f"{bucket}: {refused.message} (Status Code: {refused.status})")
            return put(bucket, body)

        return put_within_limits

    provisioners._S3_BUCKET_CONFIGURATIONS = tuple(
        (name, xml, within_limits(put, queries[name]) if name in queries else put, delete)
        for name, xml, put, delete in provisioners._S3_BUCKET_CONFIGURATIONS
    )


def suspend_versioning() -> None:
    """Suspend versioning when an update says ``Suspended`` or removes the property.

    MiniStack only enables it.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    update = handlers["update"]

    def update_versioning(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> Provisioned:
        name, attributes = update(physical_id, old, new, stack_name)
        status = (new.get("VersioningConfiguration") or {}).get("Status", "Suspended")
        if name == physical_id and old.get("VersioningConfiguration") and status == "Suspended":
            s3._bucket_versioning[name] = "Suspended"
        return name, attributes

    handlers["update"] = update_versioning


def encrypt_with_the_managed_key() -> None:
    """Accept ``aws:kms`` without a key. AWS uses the account's ``aws/s3`` key; MiniStack refuses.

    The CDK CLI uploads assets like this to the bucket that ``cdk bootstrap`` creates.
    """
    resolve = s3._resolve_sse_write_headers

    def resolve_with_managed_key(
        headers: dict[str, str], bucket_name: str
    ) -> tuple[dict[str, str] | None, Response | None]:
        key_header = "x-amz-server-side-encryption-aws-kms-key-id"
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and not headers.get(key_header):
            headers = {**headers, key_header: "alias/aws/s3"}
        resolved: tuple[dict[str, str] | None, Response | None] = resolve(headers, bucket_name)
        return resolved

    s3._resolve_sse_write_headers = resolve_with_managed_key


def refuse_to_delete_non_empty_buckets() -> None:
    """Refuse to delete a bucket that has objects, as AWS does."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    delete = handlers["delete"]

    def delete_if_empty(physical_id: str, props: Properties) -> None:
        bucket = s3._buckets.get(physical_id)
        if bucket and (bucket["objects"] or s3._bucket_has_versions(physical_id)):
            raise ValueError(
                f"The bucket you tried to delete is not empty: {physical_id} "
                "(Service: S3, Status Code: 409)"
            )
        delete(physical_id, props)

    handlers["delete"] = delete_if_empty


def accepted(put: Callable[[str, bytes], Response]) -> Callable[[str, bytes], None]:
    """Return ``put`` with a check of its response, which MiniStack ignores.

    Returns:
        A function that raises a ValueError with S3's code and message, to fail the deployment.
    """

    def put_or_raise(bucket: str, body: bytes) -> None:
        status, _headers, answer = put(bucket, body)
        if status >= 400:
            text = re.sub(r"<[^>]+>", " ", answer.decode("utf-8", errors="replace"))
            raise ValueError(f"{bucket}: {' '.join(text.split())} (Status Code: {status})")

    return put_or_raise


def tagging_xml(tags: list[dict[str, str]]) -> bytes:
    """Return the body of PutBucketTagging for a template's tags."""
    items = [
        element("Tag", element("Key", tag["Key"]), element("Value", str(tag["Value"])))
        for tag in tags
    ]
    return bytes(element("Tagging", element("TagSet", *items)))


def encryption_xml(encryption: Properties) -> bytes:
    """Return the body of PutBucketEncryption for a template's ``BucketEncryption``."""
    rules = []
    for rule in encryption.get("ServerSideEncryptionConfiguration") or []:
        parts = []
        default = rule.get("ServerSideEncryptionByDefault")
        if default:
            fields = [element(key, str(value)) for key, value in sorted(default.items())]
            parts.append(element("ApplyServerSideEncryptionByDefault", *fields))
        if rule.get("BucketKeyEnabled") is not None:
            parts.append(element("BucketKeyEnabled", str(rule["BucketKeyEnabled"]).lower()))
        blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or []
        if blocked:
            types = [element("EncryptionType", name) for name in blocked]
            parts.append(element("BlockedEncryptionTypes", *types))
        rules.append(element("Rule", *parts))
    return bytes(element("ServerSideEncryptionConfiguration", *rules))


def logging_xml(logging: Properties) -> bytes:
    """Return the destination of the access log in the format of S3's API."""
    target = element(
        "LoggingEnabled",
        element("TargetBucket", logging.get("DestinationBucketName", "")),
        element("TargetPrefix", logging.get("LogFilePrefix", "")),
    )
    return bytes(element("BucketLoggingStatus", target))


def stop_logging(name: str) -> None:
    """Disable the access log of a bucket."""
    s3._bucket_logging_config.pop(name, None)


def ownership_xml(controls: Properties) -> bytes:
    """Return the body of PutBucketOwnershipControls for a template's ``OwnershipControls``."""
    rules = [
        element("Rule", element("ObjectOwnership", rule["ObjectOwnership"]))
        for rule in controls.get("Rules") or []
    ]
    return bytes(element("OwnershipControls", *rules))


def cut_paths_of_uploaded_files() -> None:
    """Replace ``${filename}`` of a form by the last part of a path, as S3 does.

    With the whole path, a program that sends ``../../key`` would write another key here only.
    """
    parse = s3._parse_multipart_form

    def parse_without_paths(content_type: str, body: bytes) -> list[tuple[object, ...]]:
        return [
            (name, re.split(r"[/\\]", filename)[-1] if filename else filename, *others)
            for name, filename, *others in parse(content_type, body)
        ]

    s3._parse_multipart_form = parse_without_paths
