"""The deployment of an API: a new one for every change, so that changes reach the stages.

CDK creates a new deployment for methods, models, gateway responses and validators of its own
classes. What is left is found in the complete tree at synthesis: authorizers, and raw resources
such as ``CfnMethod``.
"""

from collections.abc import Sequence

import jsii
from aws_cdk import Annotations, CfnResource, NestedStack, Stack, TreeInspector
from aws_cdk import aws_apigateway as apigateway
from constructs import IConstruct, IValidation

from serverless_stack.constructs._internal.children import default_child

Part = (
    apigateway.CfnAuthorizer
    | apigateway.CfnGatewayResponse
    | apigateway.CfnMethod
    | apigateway.CfnModel
    | apigateway.CfnRequestValidator
    | apigateway.CfnResource
)
_PARTS = (
    apigateway.CfnAuthorizer,
    apigateway.CfnGatewayResponse,
    apigateway.CfnMethod,
    apigateway.CfnModel,
    apigateway.CfnRequestValidator,
    apigateway.CfnResource,
)
# Classes of CDK that make their raw resource part of the deployment's id.
_DEPLOYED_BY_CDK = (
    apigateway.GatewayResponse,
    apigateway.Method,
    apigateway.Model,
    apigateway.RequestValidator,
    apigateway.Resource,
)


def deploy_all_changes(api: apigateway.RestApi) -> None:
    """Create a new deployment for every change of an API, and finish its mock preflights.

    Args:
        api: The API.
    """
    api.node.add_validation(_AtSynthesis(api))


@jsii.implements(IValidation)
class _AtSynthesis:
    """Work on the complete tree: CDK runs validations after all constructs exist."""

    def __init__(self, api: apigateway.RestApi) -> None:
        self._api = api
        self._done: set[str] = set()

    def validate(self) -> list[str]:
        """Complete the deployment and return no error."""
        stack = Stack.of(self._api)
        constructs = stack.node.find_all()
        raw = _raw_parts(constructs)
        rest_api_id = self._api.rest_api_id
        resolved = stack.resolve(rest_api_id)
        parts = [
            part
            for part in raw
            # Authorizers of CDK have tokens of their own, which stand for the same.
            if part.rest_api_id == rest_api_id or stack.resolve(part.rest_api_id) == resolved
        ]
        self._deploy(self._new(parts), stack)
        _convert_preflights(constructs, rest_api_id)
        if stack.node.try_find_child("Exports") is not None:  # of values that other stacks use
            self._warn(stack, rest_api_id)
        return []

    def _deploy(self, parts: Sequence[Part], stack: Stack) -> None:
        deployment = self._api.latest_deployment
        if deployment is None or not parts:
            return
        resource = default_child(deployment, apigateway.CfnDeployment)
        for part in parts:
            inspector = TreeInspector()
            part.inspect(inspector)
            properties = inspector.attributes["aws:cdk:cloudformation:props"]
            deployment.add_to_logical_id({type(part).__name__: properties})
            target = _in_stack(part, stack)
            if target is not None:
                resource.add_resource_dependency(target)

    def _warn(self, stack: Stack, rest_api_id: str) -> None:
        others = [
            part
            for part in _raw_parts(self._api.node.root.node.find_all())
            if part.rest_api_id == rest_api_id and _in_stack(part, stack) is None
        ]
        for part in self._new(others):
            Annotations.of(part).add_warning_v2(
                "serverless-stack:not-deployed",
                f"{part.node.path} is deployed after the stages of {self._api.node.path}, which "
                "serve it only after the next deployment of that API. Create it in the stack "
                f"{stack.node.path}, with `add_route` for a route, or add an "
                "`aws_apigateway.Deployment` to its stack.",
            )

    def _new(self, parts: Sequence[Part]) -> list[Part]:
        """Return the parts that no earlier synthesis has seen, in the order of their paths."""
        by_path = {part.node.path: part for part in parts}
        new = [path for path in sorted(by_path) if path not in self._done]
        self._done |= set(new)
        return [by_path[path] for path in new]


def _convert_preflights(constructs: Sequence[IConstruct], rest_api_id: str) -> None:
    """Convert requests to text for mock integrations, such as those of ``add_cors_preflight``.

    With ``*/*`` as a binary media type, API Gateway answers 500 for them otherwise, because it
    cannot apply the template to a binary request.
    """
    for method in constructs:
        if (
            isinstance(method, apigateway.CfnMethod)
            and method.http_method == "OPTIONS"
            and method.rest_api_id == rest_api_id
            and getattr(method.integration, "type", None) == "MOCK"
        ):
            method.add_property_override("Integration.ContentHandling", "CONVERT_TO_TEXT")


def _raw_parts(constructs: Sequence[IConstruct]) -> list[Part]:
    """Return the parts of APIs that CDK does not make part of a deployment's id."""
    parts: list[Part] = []
    parent: IConstruct | None = None
    for construct in constructs:  # in order: a child follows its parent
        if isinstance(construct, _PARTS) and not isinstance(parent, _DEPLOYED_BY_CDK):
            parts.append(construct)
        parent = construct
    return parts


def _in_stack(part: Part, stack: Stack) -> CfnResource | None:
    """Return what the deployment waits for: the part, or the nested stack that it is in."""
    place: Stack | None = Stack.of(part)
    if place is stack:
        return part
    while place is not None:
        parent = place.nested_stack_parent
        if parent is stack and isinstance(place, NestedStack):
            return place.nested_stack_resource
        place = parent
    return None
