"""The authorizers of an API: one for each distinct ``Auth``, one permission for each function."""

import hashlib
from collections.abc import Sequence
from typing import TypedDict

from aws_cdk import Annotations, Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import Finding, skip_in_checkov
from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs._internal.durations import seconds
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.profiles.profile import Profile

PUBLIC_WARNING = "serverless-stack:public-api"
CACHED_POLICY_WARNING = "serverless-stack:cached-policy"
_PUBLIC = "everybody may call, and the function checks its callers; `auth` decides otherwise"
_NOT_COGNITO = {
    "iam": "callers sign their requests with AWS credentials, and IAM policies admit them",
    "lambda_token": "a Lambda authorizer admits the callers",
    "lambda_request": "a Lambda authorizer admits the callers",
    "api_key": "callers have an API key of a usage plan",
}


class MethodAuth(TypedDict, total=False):
    """The arguments of ``add_method`` that authorise its callers."""

    authorizer: apigateway.IAuthorizer
    authorization_type: apigateway.AuthorizationType
    authorization_scopes: Sequence[str]
    api_key_required: bool


class Authorizers:
    """The authorizers of an API, one for each distinct ``Auth``.

    Args:
        scope: The construct of the API.
        api: The API.
        profile: The profile of the construct.
    """

    def __init__(self, scope: Construct, api: apigateway.RestApi, profile: Profile) -> None:
        self._scope = scope
        self._api = api
        self._profile = profile
        self._created: dict[str, apigateway.IAuthorizer] = {}
        self._permitted: dict[str, lambda_.IFunction] = {}
        self._acknowledged: set[Finding] = set()
        self._findings: list[Finding] = []
        self._warned: set[str] = set()

    def method_auth(self, auth: Auth) -> MethodAuth:
        """Return the arguments of ``add_method`` for an ``Auth``; create its authorizer once.

        Args:
            auth: Who may call the method.
        """
        if auth.is_undecided and self._warns(PUBLIC_WARNING):
            self._warn(PUBLIC_WARNING, _public_message(path_of(self._scope)))
        if auth.has_cached_policy and self._warns(CACHED_POLICY_WARNING):
            self._warn(CACHED_POLICY_WARNING, _cached_policy_message(auth))
        if auth.kind == "public":
            return {}
        if auth.kind == "iam":
            return {"authorization_type": apigateway.AuthorizationType.IAM}
        if auth.kind == "api_key":
            return {"api_key_required": True}
        arguments: MethodAuth = {"authorizer": self._authorizer(auth)}
        if auth.scopes:
            arguments["authorization_scopes"] = list(auth.scopes)
        return arguments

    def accept(self, auth: Auth, method: apigateway.Method) -> None:
        """Add the findings about who may call a method to the ``new_findings``.

        Args:
            auth: Who may call it.
            method: The method.
        """
        if auth.kind == "public":
            reason = auth.reason or _PUBLIC
            self._accept(Finding("APIG4", reason))
            self._accept(Finding("COG4", reason))
            skip_in_checkov(method, {"CKV_AWS_59": reason}, profile=self._profile)
        elif auth.kind != "cognito":
            reason = _NOT_COGNITO[auth.kind]
            self._accept(Finding("COG4", reason))
            if auth.kind == "api_key":
                self._accept(Finding("APIG4", reason))

    def new_findings(self) -> list[Finding]:
        """Return the findings since the last call, for all of which jsii is called once."""
        findings, self._findings = self._findings, []
        return findings

    def _accept(self, finding: Finding) -> None:
        if finding not in self._acknowledged:
            self._acknowledged.add(finding)
            self._findings.append(finding)

    def _warn(self, warning_id: str, message: str) -> None:
        Annotations.of(self._scope).add_warning_v2(warning_id, message)

    def _warns(self, warning_id: str) -> bool:
        """Whether to give a warning, which the API has once."""
        if warning_id in self._warned:
            return False
        self._warned.add(warning_id)
        return True

    def _authorizer(self, auth: Auth) -> apigateway.IAuthorizer:
        key = _key_of(auth)
        if key not in self._created:
            self._created[key] = self._create(auth, key)
        return self._created[key]

    def _create(self, auth: Auth, key: str) -> apigateway.IAuthorizer:
        construct_id = f"Authorizer{key}"
        if auth.function is None:
            return apigateway.CognitoUserPoolsAuthorizer(
                self._scope, construct_id, cognito_user_pools=list(auth.pools)
            )
        function = self._permitted_function(auth.function)
        ttl = auth.ttl or seconds(0)
        if auth.kind == "lambda_token":
            return apigateway.TokenAuthorizer(
                self._scope, construct_id, handler=function, results_cache_ttl=ttl
            )
        return apigateway.RequestAuthorizer(
            self._scope,
            construct_id,
            handler=function,
            identity_sources=[_full_source(source) for source in auth.identity_sources],
            results_cache_ttl=ttl,
        )

    def _permitted_function(self, target: Invokable) -> lambda_.IFunction:
        """Return a function that the authorizers of the API may call.

        CDK's authorizers add a permission each, in the stack of the function; with an API of
        another stack that is a cycle. So they get an import of the function, which adds none.
        """
        function = invokable_of(target)
        path = path_of(function)
        if path not in self._permitted:
            digest = _digest(path)
            function.add_permission(
                f"AuthorizerPermission{digest}",
                principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
                source_arn=stack_of(self._scope).format_arn(
                    service="execute-api",
                    resource=self._api.rest_api_id,
                    resource_name="authorizers/*",
                ),
                scope=self._scope,
            )
            self._permitted[path] = lambda_.Function.from_function_attributes(
                self._scope,
                f"AuthorizerFunction{digest}",
                function_arn=function.function_arn,
                same_environment=False,
                skip_permissions=True,
            )
        return self._permitted[path]


def _key_of(auth: Auth) -> str:
    """Return the part of an authorizer's id: the same for the same authorizer, in any order."""
    if auth.function is None:
        return _digest("cognito", *(path_of(pool) for pool in auth.pools))
    path = path_of(invokable_of(auth.function))
    return _digest(auth.kind, path, str(_seconds(auth.ttl)), *auth.identity_sources)


def _seconds(ttl: Duration | None) -> float | str:
    if ttl is None:
        return 0
    return str(ttl) if ttl.is_unresolved() else ttl.to_seconds()


def _digest(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8].upper()


def _full_source(source: str) -> str:
    is_of_request = source.startswith(("header.", "querystring."))
    return f"method.request.{source}" if is_of_request else source


def _public_message(path: str) -> str:
    return (
        f"everybody may call {path}: choose who may by `auth`, such as auth=Auth.cognito(users), "
        'or keep it public by auth=Auth.public(reason="…"); in a ServerlessStack or WebApp, '
        'api={"auth": …}'
    )


def _cached_policy_message(auth: Auth) -> str:
    return (
        f"the policies of Auth.{auth.kind}() are kept for its `ttl` and decide about all methods "
        "of the API: a policy whose Resource is the event's `methodArn` then refuses, or admits "
        "to, other methods. Make its Resource arn:…:API_ID/STAGE/*, and acknowledge this by "
        f"Annotations.of(api).acknowledge_warning({CACHED_POLICY_WARNING!r})"
    )
