"""The event of a Lambda proxy integration (payload version 1.0)."""

import base64
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from .request import RestRequest, is_binary

Record = dict[str, Any]


def proxy_event(
    request: RestRequest,
    *,
    resource: Record,
    stage: Record,
    path_parameters: dict[str, str],
    account_id: str,
    binary_media_types: list[str],
    authorizer: Record | None,
    identity: Record | None,
) -> Record:
    """Return the event for the function.

    Args:
        request: The request.
        resource: The record of the matched resource.
        stage: The record of the stage.
        path_parameters: The matched path parameters, percent-encoded.
        account_id: The account of the API.
        binary_media_types: The binary media types of the API.
        authorizer: The result of the authorizer, if the method has one.
        identity: The IAM caller, if the method requires one.
    """
    headers, query = request.multi_headers(), request.multi_query()
    body, encoded = _body(request, binary_media_types)
    deployment = str(stage.get("deploymentId", ""))
    request.context.update(
        _context(request, resource, deployment, account_id, authorizer, identity)
    )
    return {
        "resource": resource["path"],
        "path": f"{request.base_path}{request.path}",
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {k: unquote(v) for k, v in path_parameters.items()} or None,
        "stageVariables": stage.get("variables") or None,
        "requestContext": request.context,
        "body": body,
        "isBase64Encoded": encoded,
    }


def _body(request: RestRequest, binary_media_types: list[str]) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if is_binary(request.header("content-type"), binary_media_types):
        return base64.b64encode(request.body).decode("ascii"), True
    return request.body.decode("utf-8", errors="replace"), False


def _context(
    request: RestRequest,
    resource: Record,
    deployment_id: str,
    account_id: str,
    authorizer: Record | None,
    identity: Record | None,
) -> Record:
    now = datetime.now(UTC)
    context: Record = {
        "accountId": account_id,
        "apiId": request.api_id,
        "deploymentId": deployment_id,
        "domainName": request.domain_name,
        "domainPrefix": request.domain.partition(".")[0] or request.api_id,
        "extendedRequestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode("ascii"),
        "httpMethod": request.method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "caller": None,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": request.client,
            "user": None,
            "userAgent": request.header("user-agent") or None,
            "userArn": None,
            **(identity or {}),
            **request.identity,
        },
        "path": request.public_path,
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": resource["id"],
        "resourcePath": resource["path"],
        "stage": request.stage,
    }
    if authorizer is not None:
        context["authorizer"] = authorizer
    return context
