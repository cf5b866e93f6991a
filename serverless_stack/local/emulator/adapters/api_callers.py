"""REST APIs: signed requests, tokens of Cognito, and Lambda authorizers, as AWS takes them.

"Control and manage access to REST APIs in API Gateway". MiniStack does not verify signatures of
methods with IAM authorization, admits access tokens where ID tokens are needed, and gives Lambda
authorizers an event of its own.
"""

from typing import Any

from ministack.core import iam_evaluator, sigv4
from ministack.services import apigateway_v1

from ..http.rest.events import proxy_event
from ..http.rest.request import RestRequest, current_request
from ..http.signatures import MISSING, Signatures
from ..keys import AccessKey
from .types import Record

INVOKE = "execute-api:Invoke"
UNAUTHORIZED = "Unauthorized"
_GONE = ("body", "isBase64Encoded")


def apply(key: AccessKey) -> None:
    """Apply this module's patches."""
    verify_signatures(Signatures(key))
    refuse_access_tokens_without_scopes()
    give_authorizers_the_request()
    read_context_sources()
    evaluate_whole_policies()


def verify_signatures(signatures: Signatures) -> None:
    """Verify requests to methods with IAM authorization, and what their principals may call."""
    authorize = apigateway_v1._authorize_request_v1

    async def authorize_signed(
        api_id: str, stage_name: str, method: Record, verb: str, path: str, *rest: Any
    ) -> Any:
        request = current_request()
        is_iam = str(method.get("authorizationType")).upper() == "AWS_IAM"
        if request is None or not is_iam:
            return await authorize(api_id, stage_name, method, verb, path, *rest)
        account, region = rest[-2], rest[-1]
        arn = f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage_name}/{verb}/{path[1:]}"
        return refusal(signatures, request, arn, region), None

    apigateway_v1._authorize_request_v1 = authorize_signed


def refusal(signatures: Signatures, request: RestRequest, arn: str, region: str) -> Any:
    """Return the gateway's error for a request that is not signed or not allowed, or None."""
    headers = [(k.encode("latin-1"), v.encode()) for k, v in request.headers]
    query = request.multi_query()
    authorization = request.header("authorization")
    if authorization and not authorization.startswith("AWS4-HMAC-SHA256"):
        foreign = sigv4.foreign_authorization_failure({"authorization": authorization})
        if foreign is not None:
            return signature_error(*foreign)
    refused = signatures.refusal(request.method, request.target, query, headers, request.body)
    if refused is MISSING:
        return apigateway_v1._gw_error(
            "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token"
        )
    if refused is not None:
        return signature_error(refused.code, refused.message)
    scope = _scope_of(request)
    if len(scope) == 5 and scope[3] != "execute-api":
        wrong = f"Credential should be scoped to correct service: 'execute-api', not '{scope[3]}'."
        return signature_error("SignatureDoesNotMatch", wrong)
    denied = iam_evaluator.enforce(scope[0], INVOKE, "apigateway", region, resource_arn=arn)
    if denied is None:
        return None
    who = getattr(denied, "principal_arn", "")
    return apigateway_v1._gw_error(
        "ACCESS_DENIED", f"User: {who} is not authorized to perform: {INVOKE} on resource: {arn}"
    )


def signature_error(code: str, message: str) -> Any:
    """Return the gateway's error for a signature that is not accepted."""
    kind, error_type = apigateway_v1._AUTHENTICATION_GATEWAY_ERRORS.get(
        code, ("DEFAULT_4XX", "UnrecognizedClientException")
    )
    return apigateway_v1._GatewayError(kind, message, error_type)


def key_id_of(request: RestRequest) -> str:
    """Return the id of the access key that signed a request."""
    return _scope_of(request)[0]


def _scope_of(request: RestRequest) -> list[str]:
    """Return the key id, date, region, service and end of a signature's scope."""
    text = request.header("authorization").partition("Credential=")[2].partition(",")[0]
    text = text or (request.multi_query().get("X-Amz-Credential") or [""])[0]
    return text.strip().split("/")


def refuse_access_tokens_without_scopes() -> None:
    """Treat a token as an ID token if its method has no scopes, as AWS does."""
    validate = apigateway_v1._validate_cognito_authorizer

    async def validate_use(authorizer: Record, method: Record, *rest: Any) -> Any:
        claims, error = await validate(authorizer, method, *rest)
        is_access = error is None and claims.get("token_use") == "access"
        if is_access and not method.get("authorizationScopes"):
            return None, apigateway_v1._gw_error("UNAUTHORIZED", UNAUTHORIZED)
        return claims, error

    apigateway_v1._validate_cognito_authorizer = validate_use


def give_authorizers_the_request() -> None:
    """Pass the headers as sent, and the whole request context, to REQUEST authorizers."""
    invoke = apigateway_v1._invoke_authorizer_lambda

    async def invoke_with_request(authorizer: Record, event: Record, *rest: Any) -> Any:
        request = current_request()
        if request is not None and event.get("type") == "REQUEST":
            event = authorizer_event(request, event, rest[0])
        return await invoke(authorizer, event, *rest)

    apigateway_v1._invoke_authorizer_lambda = invoke_with_request


def authorizer_event(request: RestRequest, event: Record, account: str) -> Record:
    """Return the event of a REQUEST authorizer: that of a function, without the body."""
    context = event["requestContext"]
    stage = {"variables": event["stageVariables"]}
    whole = proxy_event(
        request,
        resource={"path": event["resource"], "id": context["resourceId"]},
        stage=stage,
        path_parameters=event["pathParameters"] or {},
        account_id=account,
        binary_media_types=[],
        authorizer=None,
        identity=None,
    )
    fields = {name: value for name, value in whole.items() if name not in _GONE}
    request.context.clear()
    return {"type": "REQUEST", "methodArn": event["methodArn"], **fields}


def read_context_sources() -> None:
    """Read identity sources from the request context, which MiniStack takes for absent."""
    read = apigateway_v1._request_identity_sources

    def read_all(sources: str, headers: Any, query: Any, stage: Record) -> Any:
        request = current_request()
        names = [name.strip() for name in (sources or "").split(",") if name.strip()]
        if request is None or not any(name.startswith("context.") for name in names):
            return read(sources, headers, query, stage)
        values = []
        for name in names:
            if name.startswith("context."):
                values.append(context_value(request, name.removeprefix("context.")))
            else:
                values += read(name, headers, query, stage)[1]
        return all(values), values

    apigateway_v1._request_identity_sources = read_all


def context_value(request: RestRequest, name: str) -> str:
    """Return a variable of the request context; an empty text for one that is not modelled."""
    return {
        "apiId": request.api_id,
        "domainName": request.domain_name,
        "httpMethod": request.method,
        "identity.sourceIp": request.client,
        "identity.userAgent": request.header("user-agent"),
        "path": f"/{request.stage}{request.path}",
        "stage": request.stage,
    }.get(name, "")


def evaluate_whole_policies() -> None:
    """Evaluate actions and conditions of an authorizer's policy. MiniStack reads resources only."""
    evaluate = apigateway_v1._evaluate_policy

    def evaluate_policy(policy: Any, arn: str) -> Any:
        request = current_request()
        if request is None or not isinstance(policy, dict):
            return evaluate(policy, arn)
        context = iam_evaluator.EvalContext(
            principal_arn="",
            principal_type="",
            principal_account="",
            action=INVOKE,
            resource_arn=arn,
            region=request.region,
            source_ip=request.client,
            secure_transport=True,
        )
        statements = iam_evaluator.parse_policy_document(policy)
        decision: str = iam_evaluator.evaluate(context, [statements]).decision
        return "NoMatch" if decision == "ImplicitDeny" else decision

    apigateway_v1._evaluate_policy = evaluate_policy
