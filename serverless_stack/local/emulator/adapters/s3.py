"""S3 buckets: what a template declares and MiniStack drops, and what AWS refuses."""

import re
from collections.abc import Callable

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from .lifecycle import lifecycle_xml
from .types import Properties, Provisioned, Response
from .xml import element


def apply() -> None:
    """Apply this module's patches."""
    store_dropped_properties()
    suspend_versioning()
    encrypt_with_the_managed_key()
    refuse_to_delete_non_empty_buckets()


def store_dropped_properties() -> None:
    """MiniStack provisions a bucket without these properties, silently.

    Its S3 API has them all, so the template's are handed to that API in the form that it takes.
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


def suspend_versioning() -> None:
    """MiniStack turns versioning on and never off again; AWS suspends it.

    That is: when an update says ``Suspended``, or no longer says anything.
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
    """MiniStack refuses ``aws:kms`` without a key; AWS takes the account's ``aws/s3`` key then.

    The CDK command line uploads assets that way to the bucket that ``cdk bootstrap`` made.
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
    """MiniStack deletes a bucket with everything in it; AWS refuses, and the deletion fails."""
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
    """``put``, but raising when S3 refuses: MiniStack does not look at the answer.

    Returns:
        A function that raises ValueError with S3's code and message, which fails the deployment.
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
        rules.append(element("Rule", *parts))
    return bytes(element("ServerSideEncryptionConfiguration", *rules))


def logging_xml(logging: Properties) -> bytes:
    """Return the form in which S3's API takes where the access log goes."""
    target = element(
        "LoggingEnabled",
        element("TargetBucket", logging.get("DestinationBucketName", "")),
        element("TargetPrefix", logging.get("LogFilePrefix", "")),
    )
    return bytes(element("BucketLoggingStatus", target))


def stop_logging(name: str) -> None:
    """Turn the access log of a bucket off."""
    s3._bucket_logging_config.pop(name, None)


def ownership_xml(controls: Properties) -> bytes:
    """Return the body of PutBucketOwnershipControls for a template's ``OwnershipControls``."""
    rules = [
        element("Rule", element("ObjectOwnership", rule["ObjectOwnership"]))
        for rule in controls.get("Rules") or []
    ]
    return bytes(element("OwnershipControls", *rules))
