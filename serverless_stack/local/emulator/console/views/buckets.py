"""Buckets: their objects, to list, look at, save and delete."""

from typing import Any

from botocore.exceptions import ClientError
from ministack.services import s3

from ..clients import Clients, refusal
from ..requests import ConsoleError, ConsoleRequest, Document, File, View

PAGE_SIZE = 200
PREVIEW_BYTES = 64 * 1024
IMAGE_BYTES = 5 * 1024 * 1024
SAVED_BYTES = 64 * 1024 * 1024
# Shown in an image element, in which nothing of them runs.
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml")


def views(clients: Clients) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""

    def client(request: ConsoleRequest) -> Any:
        bucket = request.text("bucket")
        account = next((a for a, name in list(s3._buckets._data) if name == bucket), None)
        if account is None:
            raise ConsoleError(f"there is no bucket {bucket}", 404)
        return clients.get("s3", account)

    def call(method: Any, request: ConsoleRequest, **arguments: object) -> Any:
        try:
            return method(Bucket=request.text("bucket"), **arguments)
        except ClientError as error:
            raise refusal(error) from error

    def buckets(request: ConsoleRequest) -> object:
        return {
            "buckets": [
                {"name": name, "account": account, "objects": len(record["objects"])}
                for (account, name), record in sorted(list(s3._buckets._data.items()))
            ]
        }

    def objects(request: ConsoleRequest) -> object:
        more = {"ContinuationToken": token} if (token := request.text("token", "")) else {}
        found = call(
            client(request).list_objects_v2,
            request,
            Prefix=request.text("prefix", ""),
            Delimiter="/",
            MaxKeys=PAGE_SIZE,
            **more,
        )
        return {
            "folders": [each["Prefix"] for each in found.get("CommonPrefixes", [])],
            "objects": [
                {
                    "key": each["Key"],
                    "size": each["Size"],
                    "modified": each["LastModified"].isoformat(),
                }
                for each in found.get("Contents", [])
            ],
            "token": found.get("NextContinuationToken", ""),
        }

    def look(request: ConsoleRequest) -> object:
        key = request.text("key")
        head = call(client(request).head_object, request, Key=key)
        size, content = head["ContentLength"], b""
        if size:
            part = call(
                client(request).get_object, request, Key=key, Range=f"bytes=0-{PREVIEW_BYTES - 1}"
            )
            content = part["Body"].read()
        return {"key": key, "size": size, **_text(content, size), **_headers(head)}

    def file(request: ConsoleRequest) -> object:
        key, is_shown = request.text("key"), request.text("as", "") == "image"
        head = call(client(request).head_object, request, Key=key)
        most = IMAGE_BYTES if is_shown else SAVED_BYTES
        if head["ContentLength"] > most:
            raise ConsoleError(
                f"the object is larger than {most >> 20} MiB: copy it by `serverless-stack cp "
                f"s3://{request.text('bucket')}/{key} .`",
                413,
            )
        content_type = str(head.get("ContentType", ""))
        if is_shown and content_type not in IMAGES:
            raise ConsoleError(f"an image must be one of {', '.join(IMAGES)}, got: {content_type}")
        found = call(client(request).get_object, request, Key=key)
        content: bytes = found["Body"].read()
        return File(content, content_type if is_shown else "application/octet-stream")

    def delete(request: ConsoleRequest) -> object:
        answer = call(client(request).delete_object, request, Key=request.text("key"))
        return {"marker": bool(answer.get("DeleteMarker"))}

    return {
        ("GET", "/api/buckets"): buckets,
        ("GET", "/api/objects"): objects,
        ("GET", "/api/object"): look,
        ("GET", "/api/object/file"): file,
        ("POST", "/api/object/delete"): delete,
    }


def _text(content: bytes, size: int) -> Document:
    """Return the beginning of an object as text; None if it is none."""
    is_cut = size > len(content)
    try:
        text = content.decode("utf-8", "ignore" if is_cut else "strict")
    except UnicodeDecodeError:
        return {"text": None, "cut": is_cut}
    return {"text": None if "\0" in text else text, "cut": is_cut}


def _headers(head: Document) -> Document:
    names = {
        "ContentType": "Content-Type",
        "CacheControl": "Cache-Control",
        "ContentEncoding": "Content-Encoding",
        "ContentDisposition": "Content-Disposition",
        "ETag": "ETag",
        "StorageClass": "Storage class",
        "VersionId": "Version",
        "ServerSideEncryption": "Encryption",
    }
    pairs = [[label, str(head[name])] for name, label in names.items() if head.get(name)]
    pairs.append(["Last modified", head["LastModified"].isoformat()])
    pairs += [[f"x-amz-meta-{name}", value] for name, value in head.get("Metadata", {}).items()]
    is_image = head.get("ContentType") in IMAGES and head["ContentLength"] <= IMAGE_BYTES
    return {"headers": pairs, "image": is_image}
