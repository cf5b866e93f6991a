"""Missing objects: what a distribution gets for them from its bucket."""

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

from .types import Headers, Response


def apply() -> None:
    """Apply this module's patch."""
    distinguish_missing_from_denied()


def distinguish_missing_from_denied() -> None:
    """Answer 404 for a missing object if the distribution may list the bucket, else 403.

    So does S3 ("GetObject": 403 without s3:ListBucket). MiniStack always answers 403.
    """
    serve = s3.serve_cloudfront_origin_fetch

    def serve_or_404(
        bucket_name: str,
        key: str,
        method: str,
        headers: Headers,
        source_arn: str = "",
        oai_id: str = "",
    ) -> Response:
        bucket = s3._ensure_bucket(bucket_name)
        if bucket and key not in bucket["objects"] and may_list(bucket_name, source_arn):
            read = s3._head_object if method == "HEAD" else s3._get_object
            missing: Response = read(bucket_name, key, dict(headers or {}), {})
            return missing
        served: Response = serve(bucket_name, key, method, headers, source_arn, oai_id)
        return served

    s3.serve_cloudfront_origin_fetch = serve_or_404


def may_list(bucket_name: str, distribution_arn: str) -> bool:
    """Return whether the bucket's policy allows a distribution to list the bucket."""
    owner = s3._bucket_owner_account(bucket_name) or get_account_id()
    policy = s3._bucket_policies.get_scoped(owner, None, bucket_name)
    if not policy or not distribution_arn:
        return False
    request = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="s3:ListBucket",
        resource_arn=f"arn:aws:s3:::{bucket_name}",
        region=get_region(),
        service_context={"aws:sourcearn": distribution_arn},
    )
    verdict = evaluate_resource_policy(policy, request, service="cloudfront.amazonaws.com")
    return bool(verdict.decision == "Allow")
