"""CloudFront's origin access identities, which a bucket's policy may name in two ways."""

import json
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_region
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from .types import Record

USER = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity"


def apply() -> None:
    """Allow an identity to read what a bucket allows to its canonical user.

    CDK writes policies like this. MiniStack knows only the ARN of an identity, and answers 403.
    """
    allows = s3._cloudfront_origin_allows

    def allows_canonical_user(
        owner: str, bucket: str, key: str, source_arn: str, oai_id: str
    ) -> bool:
        if not oai_id:
            return bool(allows(owner, bucket, key, source_arn, oai_id))
        policy = s3._bucket_policies.get_scoped(owner, None, bucket)
        context = EvalContext(
            principal_arn=f"{USER} {oai_id}",
            principal_type="User",
            principal_account="",
            action="s3:GetObject",
            resource_arn=f"arn:aws:s3:::{bucket}/{key}",
            region=get_region(),
            service_context={},
        )
        attributes = provisioners._cf_oai_attributes(oai_id)
        named = name_by_arn(policy, attributes["S3CanonicalUserId"], f"{USER} {oai_id}")
        return bool(evaluate_resource_policy(named, context).decision == "Allow")

    s3._cloudfront_origin_allows = allows_canonical_user


def name_by_arn(policy: str | Record | None, canonical_user: str, arn: str) -> Record:
    """Return a policy in which an identity is named by its ARN, not by its canonical user.

    Args:
        policy: The policy of a bucket, if it has one.
        canonical_user: The canonical user id of the identity.
        arn: The ARN of the identity.
    """
    document: Record = json.loads(policy) if isinstance(policy, str) else dict(policy or {})
    statements = document.get("Statement") or []
    listed = [statements] if isinstance(statements, dict) else statements
    return {**document, "Statement": [_named(each, canonical_user, arn) for each in listed]}


def _named(statement: Record, canonical_user: str, arn: str) -> Record:
    principal: Any = statement.get("Principal")
    if not isinstance(principal, dict) or canonical_user not in _list(
        principal.get("CanonicalUser")
    ):
        return statement
    return {**statement, "Principal": {"AWS": [*_list(principal.get("AWS")), arn]}}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
