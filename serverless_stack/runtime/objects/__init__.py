"""Objects in S3: text, JSON and files, conditions, ranges, safe keys and presigned URLs."""

from serverless_stack.runtime.objects.errors import (
    NotFound,
    NotModified,
    ObjectError,
    PreconditionFailed,
    Unavailable,
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
    "Unavailable",
    "VersionPage",
    "safe_key",
]
