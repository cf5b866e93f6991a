"""Auth: who may call an API or a route of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from serverless_stack.constructs._internal.arguments import check_fields, check_types


@dataclass(frozen=True)
class Auth:
    """Who may call an API or a route of it.

    Create it with ``Auth.public()`` or ``Auth.cognito(users)``.

    Attributes:
        kind: ``public`` or ``cognito``.
        pools: The Cognito user pools whose users are admitted.
    """

    kind: Literal["public", "cognito"]
    pools: Sequence[cognito.IUserPool | cognito.UserPool] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def public(cls) -> Auth:
        """Admit everybody; the function checks its callers."""
        return cls("public")

    @classmethod
    @check_types
    def cognito(cls, *pools: cognito.IUserPool | cognito.UserPool) -> Auth:
        """Admit the users of Cognito user pools, by their ID token in ``Authorization``.

        Args:
            pools: The user pools, of any stack.
        """
        return cls("cognito", pools)


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
    """

    def __init__(self, scope: Construct) -> None:
        self._scope = scope
        self._created: dict[Auth, apigateway.IAuthorizer] = {}

    def method_auth(self, auth: Auth) -> MethodAuth:
        """Return the arguments of ``add_method`` for an ``Auth``; create its authorizer once.

        Args:
            auth: Who may call the method.
        """
        if auth.kind == "public":
            return {}
        if auth not in self._created:
            number = len(self._created) or ""
            self._created[auth] = apigateway.CognitoUserPoolsAuthorizer(
                self._scope, f"Authorizer{number}", cognito_user_pools=list(auth.pools)
            )
        return {"authorizer": self._created[auth]}
