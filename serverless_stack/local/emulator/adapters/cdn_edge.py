"""Lambda@Edge: versions of functions in us-east-1, run in our execution environments.

On AWS, each region has a replica. Here, the version itself runs.
"""

import json
import re
from typing import Any

from ministack.core.concurrency import run_reentrant
from ministack.services import iam, lambda_svc

from ..cdn.config import Config, EdgeAssociation
from ..cdn.edge_limits import edge_problem, principals_of
from ..cdn.exchange import Event, FunctionFailedError
from ..cdn.messages import LAMBDA_ERROR, LAMBDA_INVALID, LAMBDA_LIMIT
from ..cdn.validation import Refusal
from ..http.problems import function_problem, report_problem

VERSION_ARN = re.compile(r"arn:[\w-]+:lambda:us-east-1:(\d{12}):function:[\w-]+:\d+")
NOT_VALID = (
    "The Lambda function associated with the CloudFront distribution is invalid or doesn't have "
    "the required permissions."
)


async def run_edge(association: EdgeAssociation, event: Event) -> object:
    """Return the result of a function.

    Raises:
        FunctionFailedError: It failed, does not exist, or is not a version in us-east-1.
    """
    match = VERSION_ARN.fullmatch(association.arn)
    if match is None:
        raise FunctionFailedError(LAMBDA_ERROR, 503, f"{NOT_VALID} ({association.arn})")
    function, config, _name = lambda_svc._get_func_record_for_ref_in_scope(
        association.arn, account_id=match[1], region="us-east-1"
    )
    if function is None or config is None:
        raise FunctionFailedError(LAMBDA_ERROR, 503, f"{NOT_VALID} ({association.arn})")
    record = lambda_svc._execution_record_for_config(function, config)
    result: dict[str, Any] = await run_reentrant(
        lambda_svc._execute_function_with_config_scope, record, event
    )
    if result.get("throttle"):
        raise _limit(
            "The Lambda function associated with the CloudFront distribution was throttled."
        )
    if result.get("error"):
        report_problem(function_problem(association.arn, result.get("body")))
        raise _failure(result.get("body"))
    return _decoded(result.get("body"))


def refusal_of(config: Config) -> Refusal | None:
    """Return why CloudFront refuses the functions of a distribution, or None."""
    for behaviour in config.behaviours:
        for event, association in behaviour.edge:
            problem = _problem(event, association.arn)
            if problem is not None:
                return Refusal("InvalidLambdaFunctionAssociation", problem)
    return None


def _problem(event: str, arn: str) -> str | None:
    match = VERSION_ARN.fullmatch(arn)
    if match is None:
        return None
    _function, config, _name = lambda_svc._get_func_record_for_ref_in_scope(
        arn, account_id=match[1], region="us-east-1"
    )
    if config is None:
        return f"The function does not exist. Function: {arn}"
    role = iam._roles.get(str(config.get("Role", "")).rpartition("/")[2]) or {}
    trust = role.get("AssumeRolePolicyDocument") or "{}"
    document = json.loads(trust) if isinstance(trust, str) else trust
    return edge_problem(config, event, principals_of(document))


def _failure(body: object) -> FunctionFailedError:
    message = str(body.get("errorMessage")) if isinstance(body, dict) else str(body)
    if "Task timed out" in message:
        return _limit(f"The Lambda function exceeded its timeout: {message}")
    return FunctionFailedError(
        LAMBDA_ERROR,
        503,
        "The Lambda function associated with the CloudFront distribution returned an error. "
        "Its log says why.",
    )


def _limit(text: str) -> FunctionFailedError:
    return FunctionFailedError(LAMBDA_LIMIT, 503, text)


def _decoded(body: object) -> object:
    if not isinstance(body, (str, bytes)):
        return body
    try:
        return json.loads(body)
    except ValueError as error:
        text = "The Lambda function returned invalid JSON."
        raise FunctionFailedError(LAMBDA_INVALID, 502, text) from error
