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

RULES = [
    *access.RULES,
    *lifecycle.RULES,
    *naming.RULES,
    *notification.RULES,
    *replication.RULES,
    *storage.RULES,
    *web.RULES,
]
