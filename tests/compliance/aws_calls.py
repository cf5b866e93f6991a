"""Find the permissions that the code of a function needs, by the names of its boto3 calls."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3

SERVICES = ("cloudfront", "elasticache", "lambda", "s3", "secretsmanager")

# "Actions, resources, and condition keys for Amazon S3": operations with other permissions.
ACTIONS = {
    "s3:AbortMultipartUpload": {"s3:AbortMultipartUpload"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "s3:CopyObject": {"s3:GetObject", "s3:PutObject"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:DeleteObject": {"s3:DeleteObject"},
    "s3:DeleteObjects": {"s3:DeleteObject"},
    "s3:HeadObject": {"s3:GetObject"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:ListObjects": {"s3:ListBucket"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:UploadPart": {"s3:PutObject"},
    "lambda:Invoke": {"lambda:InvokeFunction"},
    "secretsmanager:RotateSecret": {"secretsmanager:RotateSecret"},
}
# Methods that boto3 and s3transfer add to the operations of S3; failed uploads are aborted.
TRANSFERS = {
    "upload": {"s3:PutObject", "s3:AbortMultipartUpload"},  # of a transfer manager
    "upload_file": {"s3:PutObject", "s3:AbortMultipartUpload"},
    "upload_fileobj": {"s3:PutObject", "s3:AbortMultipartUpload"},
    "download_file": {"s3:GetObject"},
    "download_fileobj": {"s3:GetObject"},
    "generate_presigned_post": {"s3:PutObject"},
}
BY_ARGUMENT = {"Tagging": "s3:PutObjectTagging", "TaggingDirective": "s3:GetObjectTagging"}
# With `VersionId`, S3 requires other permissions.
VERSIONED = {"s3:GetObject": "s3:GetObjectVersion", "s3:DeleteObject": "s3:DeleteObjectVersion"}


def operations() -> dict[str, set[str]]:
    """Return the operations of all services by the names of boto3's methods."""
    methods: dict[str, set[str]] = {}
    for service in SERVICES:
        client: Any = boto3.client(
            service,  # type: ignore[call-overload]
            region_name="eu-west-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        for method, operation in client.meta.method_to_api_mapping.items():
            methods.setdefault(method, set()).add(f"{service}:{operation}")
    return methods


def python_files(*parts: Path) -> Iterator[Path]:
    """Yield the Python files of folders and modules."""
    for part in parts:
        yield from [part] if part.is_file() else sorted(part.rglob("*.py"))


def needed(files: Iterable[Path]) -> set[str]:
    """Return the permissions that code needs.

    `client.get_object(...)`, `generate_presigned_url("get_object", ...)` and
    `get_paginator("list_objects_v2")` all count as calls.
    """
    methods = operations()
    actions: set[str] = set()
    words: set[str] = set()  # names of arguments, as keywords or as keys of dictionaries
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.keyword):
                words.add(str(node.value if isinstance(node, ast.Constant) else node.arg))
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            names = [node.func.attr]
            if names[0] in ("generate_presigned_url", "get_paginator", "get_waiter"):
                names = [str(a.value) for a in node.args if isinstance(a, ast.Constant)][:1]
            for name in names:
                actions |= TRANSFERS.get(name, set())
                for operation in methods.get(name, ()):
                    actions |= ACTIONS.get(operation, {operation})
    actions |= {action for word, action in BY_ARGUMENT.items() if word in words}
    if "VersionId" in words:
        actions |= {VERSIONED[action] for action in actions if action in VERSIONED}
    return actions
