"""The deployments of a REST API: point a stage back to an earlier one, or promote a canary."""

from serverless_stack.operations.releases.apis import find_api
from serverless_stack.operations.releases.changes import (
    Change,
    ReleaseError,
    apply,
    plan_promotion,
    plan_rollback,
)
from serverless_stack.operations.releases.model import Api, Canary, Deployment, Stage

__all__ = [
    "Api",
    "Canary",
    "Change",
    "Deployment",
    "ReleaseError",
    "Stage",
    "apply",
    "find_api",
    "plan_promotion",
    "plan_rollback",
]
