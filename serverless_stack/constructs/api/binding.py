"""What the integrations of routes have in common: their place, answers and roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import acknowledge_resources
from serverless_stack.constructs.api.route_keys import RouteKey
from serverless_stack.constructs.profiles.profile import Profile

TEXT = apigateway.ContentHandling.CONVERT_TO_TEXT


@dataclass(frozen=True)
class Place:
    """Where a target is bound.

    Attributes:
        scope: The construct of the path.
        key: The verb and the path.
        binary_media_types: Those of the API.
        headers: Headers of all answers, such as those of CORS.
        cache_keys: The cache keys; None without a cache.
        origin_template: What a template begins with to name one of several origins.
    """

    scope: Construct
    key: RouteKey
    binary_media_types: Sequence[str]
    headers: Mapping[str, str]
    cache_keys: Sequence[str] | None
    origin_template: str = ""


@dataclass(frozen=True)
class Binding:
    """An integration, and what its method declares for it.

    Attributes:
        integration: The integration.
        request_parameters: The parameters of the request, and whether they are required.
        method_responses: The answers.
    """

    integration: apigateway.Integration
    request_parameters: Mapping[str, bool] = field(default_factory=dict)
    method_responses: Sequence[apigateway.MethodResponse] = ()


class Answers:
    """The answers of an integration, and the same of its method.

    Args:
        place: The route.
    """

    def __init__(self, place: Place) -> None:
        self._headers = place.headers
        self.of_integration: list[apigateway.IntegrationResponse] = []
        self.of_method: list[apigateway.MethodResponse] = []

    def add(
        self,
        status: int,
        *,
        pattern: str | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        sources: Mapping[str, str] | None = None,
        handling: apigateway.ContentHandling = TEXT,
    ) -> None:
        """Add an answer: with a body of JSON, or with what the service answers.

        Args:
            status: The status.
            pattern: The statuses of the service that it is for, as a regular expression. Default:
                all others.
            body: The template of the body. Default: the body of the service.
            headers: Fixed headers.
            sources: Headers of the service, by their names in the answer.
            handling: The content handling.
        """
        fixed = {"Content-Type": "application/json"} if body is not None else {}
        own = {name.lower() for name in headers or {}}
        fixed |= self._headers
        fixed = {name: value for name, value in fixed.items() if name.lower() not in own}
        fixed |= headers or {}
        values = {**(sources or {}), **{name: f"'{value}'" for name, value in fixed.items()}}
        parameters = {f"method.response.header.{name}": value for name, value in values.items()}
        self.of_integration.append(
            apigateway.IntegrationResponse(
                status_code=str(status),
                selection_pattern=pattern,
                content_handling=handling,
                response_parameters=parameters or None,
                response_templates=None if body is None else {"application/json": body},
            )
        )
        self.of_method.append(
            apigateway.MethodResponse(
                status_code=str(status),
                response_parameters=dict.fromkeys(parameters, True) or None,
            )
        )


def integration_role(
    place: Place,
    statements: Sequence[iam.PolicyStatement],
    wildcards: Sequence[str] = (),
    reason: str = "",
) -> iam.Role:
    """Create the role by which API Gateway calls a service for one route.

    A role of its own keeps a path such as ``/files/../private`` within the prefix of its route.

    Args:
        place: The route.
        statements: What the role may do.
        wildcards: The resources in the statements that end in a wildcard.
        reason: Why they do, for a reviewer.
    """
    profile = Profile.of(place.scope)
    document = iam.PolicyDocument(statements=list(statements))
    managed = profile.settings.managed_policies
    role = iam.Role(
        place.scope,
        f"{place.key.verb}Role",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        inline_policies=None if managed else {"Integration": document},
    )
    policy = None
    if managed:
        policy = iam.ManagedPolicy(
            place.scope, f"{place.key.verb}Policy", roles=[role], document=document
        )
    acknowledge_resources(policy or role, wildcards, reason, profile=profile)
    return role


def allow(
    actions: list[str], resource: str, conditions: Mapping[str, object] | None = None
) -> iam.PolicyStatement:
    """Return a statement that allows actions on one resource.

    Args:
        actions: The actions.
        resource: The ARN of the resource.
        conditions: The conditions. Default: none.
    """
    return iam.PolicyStatement(actions=actions, resources=[resource], conditions=conditions)
