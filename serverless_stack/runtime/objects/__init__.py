"""Objects in S3: safe keys, text, JSON and files, conditions, ranges, and presigned URLs."""

from serverless_stack.runtime.objects.errors import (
    NotFound,
    NotModified,
    ObjectError,
    PreconditionFailed,
)
from serverless_stack.runtime.objects.keys import safe_key
from serverless_stack.runtime.objects.models import (
    ObjectInfo,
    ObjectVersion,
    Page,
    StoredObject,
    VersionPage,
)
from serverless_stack.runtime.objects.presigning import Post
from serverless_stack.runtime.objects.reader import ObjectReader
from serverless_stack.runtime.objects.requests import Conditions
from serverless_stack.runtime.objects.store import ObjectStore

__all__ = [
    "Conditions",
    "NotFound",
    "NotModified",
    "ObjectError",
    "ObjectInfo",
    "ObjectReader",
    "ObjectStore",
    "ObjectVersion",
    "Page",
    "Post",
    "PreconditionFailed",
    "StoredObject",
    "VersionPage",
    "safe_key",
]
