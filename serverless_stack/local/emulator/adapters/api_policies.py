"""API Gateway: resource policies of REST APIs.

"How API Gateway resource policies affect authorization workflow": an explicit ``Deny`` refuses any
caller. A caller without IAM authorization needs an ``Allow`` as well. MiniStack evaluates policies
only in a mode in which it verifies all callers, and for methods without authorization.
"""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.services import apigateway_v1

from ..http.rest.request import current_request
from .types import Record

INVOKE = "execute-api:Invoke"


def apply() -> None:
    """Apply this module's patches."""
    authorize = apigateway_v1._authorize_request_v1

    async def authorize_with_policy(
        api_id: str, stage_name: str, method: Record, verb: str, path: str, *rest: Any
    ) -> Any:
        account, region = rest[-2:]
        arn = f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage_name}/{verb}{path}"
        reason = refusal(arn, by_iam=str(method.get("authorizationType")).upper() == "AWS_IAM")
        if reason is None:
            return await authorize(api_id, stage_name, method, verb, path, *rest)
        shown = arn.replace(f":{account}:", f":********{account[-4:]}:", 1)
        message = (
            f"User: anonymous is not authorized to perform: {INVOKE} on resource: {shown} {reason}"
        )
        return apigateway_v1._gw_error("ACCESS_DENIED", message), None

    apigateway_v1._authorize_request_v1 = authorize_with_policy


def refusal(arn: str, *, by_iam: bool) -> str | None:
    """Return why the policy of an API refuses the current request; None if it does not.

    Args:
        arn: The ARN of the method.
        by_iam: Whether callers are authorized by IAM.
    """
    policy, _account = apigateway_v1.rest_api_policy_for_arn(arn) or ("", "")
    if not policy:
        return None
    request = current_request()
    region = arn.split(":")[3]
    context = EvalContext("*", "Anonymous", "", INVOKE, arn, region)
    context.source_ip = request.client if request is not None else "127.0.0.1"
    decision = evaluate_resource_policy(policy, context).decision
    if decision == "Deny":
        return "with an explicit deny in a resource-based policy"
    if decision != "Allow" and not by_iam:
        return f"because no resource-based policy allows the {INVOKE} action"
    return None
