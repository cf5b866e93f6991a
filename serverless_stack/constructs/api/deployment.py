"""The deployment of an API: a new one for every change, so that changes reach the stages.

CDK creates a new deployment for methods, models, gateway responses and validators of its own
classes. What is left is found in the complete tree at synthesis: authorizers, and raw resources
such as ``CfnMethod``.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Annotations, CfnResource, NestedStack, Stack, TreeInspector
from aws_cdk import aws_apigateway as apigateway
from constructs import IConstruct, IValidation

from serverless_stack.constructs._internal.attributes import id_of_api
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.tree import node_of, path_of, stack_of

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

_APIS: WeakKeyDictionary[Stack, "list[_Api]"] = WeakKeyDictionary()  # no value refers to its key


def deploy_all_changes(api: apigateway.RestApi) -> None:
    """Create a new deployment for every change of an API, and finish its mock preflights.

    Args:
        api: The API.
    """
    stack = stack_of(api)
    if stack not in _APIS:
        _APIS[stack] = []
        node_of(stack).add_validation(_AtSynthesis(stack, _APIS[stack]))
    _APIS[stack].append(_Api(api))


@jsii.implements(IValidation)
class _AtSynthesis:
    """Work on the complete tree: CDK runs validations after all constructs exist.

    The constructs of a stack are listed once for all of its APIs, because that takes long.
    """

    def __init__(self, stack: Stack, apis: "Sequence[_Api]") -> None:
        self._stack = stack
        self._apis = apis

    def validate(self) -> list[str]:
        """Complete the deployments and return no error."""
        constructs = node_of(self._stack).find_all()
        raw = _raw_parts(constructs)
        # Authorizers of CDK have tokens of their own, which stand for the same.
        ids = self._resolved([item.rest_api_id for item in (*self._apis, *raw)]) if raw else []
        preflights = _mock_preflights(constructs)
        elsewhere = self._parts_elsewhere()
        for place, api in enumerate(self._apis):
            if raw:
                known = ids[len(self._apis) :]
                parts = [part for part, of in zip(raw, known, strict=True) if of == ids[place]]
                api.deploy(parts, self._stack)
            for method in preflights.get(api.rest_api_id, ()) if preflights else ():
                method.add_property_override("Integration.ContentHandling", "CONVERT_TO_TEXT")
            if elsewhere:
                others = [part for part, known in elsewhere if known == api.rest_api_id]
                api.warn(others, self._stack)
        return []

    def _resolved(self, tokens: Sequence[str]) -> list[object]:
        resolved: list[object] = self._stack.resolve(list(tokens))
        return resolved

    def _parts_elsewhere(self) -> list[tuple[Part, str]]:
        """Return the parts of APIs outside of the stack, each with the id of its API."""
        if node_of(self._stack).try_find_child("Exports") is None:  # no other stack uses a value
            return []
        return [
            (part, part.rest_api_id)
            for part in _raw_parts(self._stack.node.root.node.find_all())
            if _in_stack(part, self._stack) is None
        ]


class _Api:
    """The deployment of one API.

    Args:
        api: The API.
    """

    def __init__(self, api: apigateway.RestApi) -> None:
        self._api = api
        self._done: set[str] = set()

    @property
    def rest_api_id(self) -> str:
        """The id of the API, a token."""
        return id_of_api(self._api)

    def deploy(self, parts: Sequence[Part], stack: Stack) -> None:
        """Make parts of the API part of its deployment's id, each once."""
        parts = self._new(parts)
        deployment = self._api.latest_deployment if parts else None
        if deployment is None:
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

    def warn(self, others: Sequence[Part], stack: Stack) -> None:
        """Warn of parts of the API in other stacks, of each once."""
        for part in self._new(others):
            Annotations.of(part).add_warning_v2(
                "serverless-stack:not-deployed",
                f"{path_of(part)} is deployed after the stages of {path_of(self._api)}, which "
                "serve it only after the next deployment of that API. Create it in the stack "
                f"{path_of(stack)}, with `add_route` for a route, or add an "
                "`aws_apigateway.Deployment` to its stack.",
            )

    def _new(self, parts: Sequence[Part]) -> list[Part]:
        """Return the parts that no earlier synthesis has seen, in the order of their paths."""
        by_path = {path_of(part): part for part in parts}
        new = [path for path in sorted(by_path) if path not in self._done]
        self._done |= set(new)
        return [by_path[path] for path in new]


def _mock_preflights(constructs: Sequence[IConstruct]) -> dict[str, list[apigateway.CfnMethod]]:
    """Return the mock preflights of each API, such as those of ``add_cors_preflight``.

    They convert requests to text. With ``*/*`` as a binary media type, API Gateway answers 500 for
    them otherwise, because it cannot apply the template to a binary request.
    """
    preflights: dict[str, list[apigateway.CfnMethod]] = {}
    for method in constructs:
        if (
            isinstance(method, apigateway.CfnMethod)
            and method.http_method == "OPTIONS"
            and getattr(method.integration, "type", None) == "MOCK"
        ):
            preflights.setdefault(method.rest_api_id, []).append(method)
    return preflights


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
    place: Stack | None = stack_of(part)
    if place is stack:
        return part
    while place is not None:
        parent = place.nested_stack_parent
        if parent is stack and isinstance(place, NestedStack):
            return place.nested_stack_resource
        place = parent
    return None
