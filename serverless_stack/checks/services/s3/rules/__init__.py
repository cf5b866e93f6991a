"""Rules on the S3 resources of a template."""

from serverless_stack.checks.services.s3.rules import (
    access,
    lifecycle,
    naming,
    notification,
    replication,
    storage,
    web,
)

__all__ = ["access", "lifecycle", "naming", "notification", "replication", "storage", "web"]
