"""Operations of REST APIs: methods of a template, and those of OpenAPI definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.values import listed, mapping

API: Final = "AWS::ApiGateway::RestApi"
METHOD: Final = "AWS::ApiGateway::Method"
RESOURCE: Final = "AWS::ApiGateway::Resource"

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_ANY: Final = "x-amazon-apigateway-any-method"
_VERBS: Final = frozenset(("get", "put", "post", "delete", "options", "head", "patch"))
_MAX_DEPTH: Final = 100


@dataclass(frozen=True)
class Operation:
    """A verb on a path of a REST API.

    Attributes:
        resource: The method, or the API whose OpenAPI definition has the operation.
        place: The path of the integration in the properties of the resource.
        verb: The verb in capitals, or ANY; None if it is known only at deploy time.
        path: The path, such as ``/orders/{id}``; None if it is known only at deploy time.
        authorized: Whether callers are authorized; None if it is known only at deploy time.
        needs_key: Whether callers need an API key; None if it is known only at deploy time.
        identity_sources: Where the authorizer finds the caller's identity, in lower case; None if
            it is known only at deploy time.
        integration: The integration, with names as `AWS::ApiGateway::Method` has them.
    """

    resource: Resource
    place: str
    verb: str | None
    path: str | None
    authorized: bool | None
    needs_key: bool | None
    identity_sources: tuple[str, ...] | None
    integration: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return a text of the integration; None if it is absent, unknown or no text."""
        value = self.integration.get(name)
        return value if isinstance(value, str) and not is_unresolved(value) else None

    @property
    def kind(self) -> str:
        """The type of the integration in capitals; empty if it is absent or unknown."""
        return (self.text("Type") or "").upper()

    @property
    def streams(self) -> bool:
        """Whether the integration streams its response."""
        return (self.text("ResponseTransferMode") or "").upper() == "STREAM"

    def at(self, name: str) -> str:
        """Return the path of a property of the integration."""
        if self.resource.type == METHOD:
            return f"{self.place}.{name}"
        return f"{self.place}.{name[0].lower()}{name[1:]}"


def operations(api: Resource) -> list[Operation] | None:
    """Return the operations of a REST API; None if not all of them are in the template."""
    whole, found = api.template.once(_operations, api)
    return found if whole else None


def known_operations(api: Resource) -> list[Operation]:
    """Return the operations of a REST API that are in the template."""
    return api.template.once(_operations, api)[1]


def _operations(template: Template, api: Resource) -> tuple[bool, list[Operation]]:
    methods = template.referring(api.logical_id, "RestApiId", METHOD)
    found = [_of_method(method) for method in methods]
    body = api.get("Body")
    whole = api.get("BodyS3Location") is None and api.get("CloneFrom") is None
    whole = whole and api.logical_id not in template.exported
    if body is not None:
        whole = whole and isinstance(body, dict) and isinstance(body.get("paths"), dict)
        found += _of_body(api, mapping(body))
    return whole, found


def _of_method(method: Resource) -> Operation:
    kind = method.get("AuthorizationType")
    authorizer = method.reference("AuthorizerId")
    sources: tuple[str, ...] | None = ()
    if authorizer is not None:
        sources = _sources(authorizer.get("IdentitySource"))
    elif is_unresolved(method.get("AuthorizerId")):
        sources = None
    verb = method.text("HttpMethod")
    return Operation(
        method,
        "Integration",
        None if verb is None else verb.upper(),
        path_of(method),
        None if is_unresolved(kind) else kind not in (None, "NONE"),
        _flag(method, "ApiKeyRequired"),
        sources,
        mapping(method.get("Integration")),
    )


def _flag(resource: Resource, path: str) -> bool | None:
    value = resource.get(path)
    return None if is_unresolved(value) else bool(resource.boolean(path))


def _sources(value: object) -> tuple[str, ...] | None:
    if is_unresolved(value):
        return None
    return tuple(part.strip().lower() for part in str(value or "").split(","))


def path_of(method: Resource) -> str | None:
    """Return the path of a method; None if it is known only at deploy time."""
    parts: list[str] = []
    place = method.get("ResourceId")
    for _ in range(_MAX_DEPTH):
        resource = method.template.referred(place)
        if resource is None or resource.type not in (API, RESOURCE):
            return None
        if resource.type == API:
            return "/" + "/".join(reversed(parts))
        part = resource.text("PathPart")
        if part is None:
            return None
        parts.append(part)
        place = resource.get("ParentId")
    return None


def _of_body(api: Resource, body: Mapping[str, object]) -> Iterator[Operation]:
    schemes = {
        **mapping(body.get("securityDefinitions")),
        **mapping(mapping(body.get("components")).get("securitySchemes")),
    }
    for path, item in mapping(body.get("paths")).items():
        for verb, described in mapping(item).items():
            if verb.lower() not in _VERBS and verb != _ANY:
                continue
            if not isinstance(described, dict):
                continue
            authorized, needs_key, sources = _security(described, body, schemes)
            yield Operation(
                api,
                f"Body.paths.{path}.{verb}.{_INTEGRATION}",
                "ANY" if verb == _ANY else verb.upper(),
                path,
                authorized,
                needs_key,
                sources,
                {
                    name[:1].upper() + name[1:]: value
                    for name, value in mapping(described.get(_INTEGRATION)).items()
                },
            )


def _security(
    described: Mapping[str, object], body: Mapping[str, object], schemes: Mapping[str, object]
) -> tuple[bool | None, bool | None, tuple[str, ...] | None]:
    """Return whether callers are authorized and need an API key, and the identity sources."""
    required = described.get("security", body.get("security"))
    if is_unresolved(required) or any(is_unresolved(item) for item in listed(required)):
        return None, None, None
    names = [str(name) for item in listed(required) for name in mapping(item)]
    authorized, needs_key = False, False
    sources: tuple[str, ...] | None = ()
    for name in names:
        scheme = mapping(schemes.get(name))
        if not scheme:
            return None, None, None
        authorizer = scheme.get("x-amazon-apigateway-authorizer")
        authtype = scheme.get("x-amazon-apigateway-authtype")
        is_key = scheme.get("type") == "apiKey" and authorizer is None and authtype is None
        needs_key = needs_key or is_key
        authorized = authorized or not is_key
        header = f"method.request.header.{scheme.get('name')}"
        found = _sources(mapping(authorizer).get("identitySource", header))
        sources = None if sources is None or found is None else (*sources, *found)
    return authorized, needs_key, sources


def paths_of(api: Resource) -> frozenset[str]:
    """Return the paths of an OpenAPI definition, with those above them that AWS creates."""
    found: set[str] = set()
    for path in mapping(mapping(api.get("Body")).get("paths")):
        parts = [part for part in path.split("/") if part]
        found.update("/".join(parts[:length]) for length in range(1, len(parts) + 1))
    return frozenset(found)
