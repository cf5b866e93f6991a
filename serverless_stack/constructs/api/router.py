"""Router: the methods and resources of an API, one method for each route."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import cast

from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import Finding
from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs.api.authorizers import Authorizers
from serverless_stack.constructs.api.binding import Binding, Place
from serverless_stack.constructs.api.bindings import bind
from serverless_stack.constructs.api.caching import is_cached, parameters_of
from serverless_stack.constructs.api.cors import give_rules, origin_template, response_headers
from serverless_stack.constructs.api.json_schema import draft_04
from serverless_stack.constructs.api.policy import Policy, method_settings
from serverless_stack.constructs.api.route_keys import (
    HANDLER_KEYS,
    ROOT,
    VERBS,
    RouteKey,
    parse_key,
)
from serverless_stack.constructs.api.routes import Route, service_of
from serverless_stack.constructs.api.stages import MethodSettings
from serverless_stack.constructs.profiles.profile import Profile

_LONGEST_STREAM_MINUTES = 15  # "Response streaming for REST APIs"


class Router:
    """Adds methods to an API: those of its greedy handler, and one for each route.

    Args:
        scope: The construct of the API.
        api: The API.
        settings: The settings of methods on the stages.
        policy: Who may call, and what is kept and throttled.
        profile: The profile of the construct.
        binary_media_types: The binary media types of the API.

    Attributes:
        is_shared: Whether others have the API as well, and may have added resources to it.
    """

    def __init__(
        self,
        scope: Construct,
        api: apigateway.RestApi,
        *,
        settings: MethodSettings,
        policy: Policy,
        profile: Profile,
        binary_media_types: Sequence[str],
    ) -> None:
        self._api = api
        self._settings = settings
        self._policy = policy
        self._binary_media_types = binary_media_types
        self._headers: Mapping[str, str] = (
            {} if policy.cors is None else response_headers(policy.cors)
        )
        self._origin_template = "" if policy.cors is None else origin_template(policy.cors)
        self._authorizers = Authorizers(scope, api, profile)
        self._resources: dict[str, apigateway.IResource] = {ROOT: api.root}
        self._integrations: dict[object, apigateway.LambdaIntegration] = {}
        self._methods: dict[str, Route] = {}
        self.is_shared = False
        self._expected: set[str] = set()
        self._models: dict[str, apigateway.IModel] = {}
        self._validator: apigateway.RequestValidator | None = None

    @property
    def keys(self) -> list[str]:
        """The keys of the methods so far."""
        return list(self._methods)

    def new_findings(self) -> list[Finding]:
        """Return the findings about the methods that were added since the last call."""
        return self._authorizers.new_findings()

    def expect(self, keys: Iterable[str]) -> None:
        """Record which methods are added next, so that an ``ANY`` leaves their settings to them.

        Args:
            keys: The keys of the methods.
        """
        self._expected |= set(keys)

    def add_handler(self, handler: Invokable, others: Container[str]) -> None:
        """Pass every path and verb to a function; with a cache, GET is a method of its own.

        Args:
            handler: The function.
            others: The keys of routes to add, which take precedence.
        """
        route = Route(handler)
        for text in HANDLER_KEYS:
            key = parse_key(text)
            self.add(key, route)
            get = RouteKey("GET", key.path)
            if self._policy.cache is not None and str(get) not in others:
                self.add(get, route)

    def add(self, key: RouteKey, route: Route) -> None:
        """Add the method of a route.

        Args:
            key: Its verb and path.
            route: Its target and settings.
        """
        self._methods[str(key)] = route
        resource = self._resource(key.path)
        keys = self._cache_keys(key, route)
        auth = self._policy.auth_of(key.verb, route.auth)
        binding = self._binding(key, route, keys, resource)
        parameters = {**binding.request_parameters}
        for name in keys or ():
            parameters.setdefault(name, ".path." in name)
        method = resource.add_method(
            key.verb,
            binding.integration,
            request_parameters=None if keys is None and not parameters else parameters,
            method_responses=list(binding.method_responses) or None,
            request_models=self._request_models(key, route, resource),
            request_validator=None if route.model is None else self._body_validator(),
            **self._authorizers.method_auth(auth),
        )
        self._authorizers.accept(auth, method)
        if self._policy.cors is not None and service_of(route) is None:
            give_rules(cast(Invokable, route.target), self._policy.cors)
        settings = method_settings(self._policy, key.verb, route.throttle, route.cache)
        for verb in self._served_verbs(key):
            if settings or self._settings.has(verb, key.path):
                self._settings.add(verb, key.path, settings)

    def _served_verbs(self, key: RouteKey) -> list[str]:
        """Return the verbs of a method, which have settings; API Gateway has none of ``ANY``."""
        if key.verb != "ANY":
            return [key.verb]
        others = self._expected | set(self._methods)
        if self._policy.cors is not None:
            others.add(f"OPTIONS {key.path}")
        return [verb for verb in VERBS if verb != "ANY" and f"{verb} {key.path}" not in others]

    def _resource(self, path: str) -> apigateway.IResource:
        """Return the resource of a path; parents that were found once are not looked up again."""
        if path not in self._resources:
            parent, _, segment = path.rpartition("/")
            above = self._resource(parent or ROOT)
            found = above.get_resource(segment) if self.is_shared else None
            self._resources[path] = found or above.add_resource(segment)
        return self._resources[path]

    def _binding(
        self,
        key: RouteKey,
        route: Route,
        cache_keys: Sequence[str] | None,
        resource: apigateway.IResource,
    ) -> Binding:
        service = service_of(route)
        if service is not None:
            place = Place(
                scope=cast(Construct, resource),
                key=key,
                binary_media_types=self._binary_media_types,
                headers=self._headers,
                origin_template=self._origin_template,
                cache_keys=cache_keys,
            )
            return bind(service, place)
        return Binding(self._integration(route, cache_keys))

    def _integration(
        self, route: Route, cache_keys: Sequence[str] | None
    ) -> apigateway.LambdaIntegration:
        """Return the integration of a function, one for all routes with the same settings."""
        function = invokable_of(cast(Invokable, route.target))
        settings = (function, None if cache_keys is None else tuple(cache_keys), route.stream)
        if settings not in self._integrations:
            self._integrations[settings] = apigateway.LambdaIntegration(
                function,
                scope_permission_to_method=False,  # one permission for all routes of a function
                cache_key_parameters=None if cache_keys is None else list(cache_keys),
                response_transfer_mode=(
                    apigateway.ResponseTransferMode.STREAM if route.stream else None
                ),
                timeout=minutes(_LONGEST_STREAM_MINUTES) if route.stream else None,
            )
        return self._integrations[settings]

    def _request_models(
        self, key: RouteKey, route: Route, resource: apigateway.IResource
    ) -> dict[str, apigateway.IModel] | None:
        """Return the model of a route, for all content types; equal ones are created once."""
        if route.model is None:
            return None
        schema = draft_04(route.model, "model").schema
        text = json.dumps(schema, sort_keys=True)
        if text not in self._models:
            scope = cast(Construct, resource)
            raw = apigateway.CfnModel(
                scope,
                f"{key.verb}Body",
                rest_api_id=self._api.rest_api_id,
                content_type="application/json",
                schema=schema,
            )
            self._models[text] = apigateway.Model.from_model_name(
                scope, f"{key.verb}Model", raw.ref
            )
        # Without `$default`, API Gateway does not check bodies of other types ("Request
        # validation for REST APIs").
        model = self._models[text]
        return {"application/json": model, "$default": model}

    def _body_validator(self) -> apigateway.RequestValidator:
        if self._validator is None:
            self._validator = self._api.add_request_validator(
                "Bodies", validate_request_body=True, validate_request_parameters=False
            )
        return self._validator

    def _cache_keys(self, key: RouteKey, route: Route) -> list[str] | None:
        cache = self._policy.cache
        if cache is None or not is_cached(cache, route.cache, key.verb):
            return None
        names = [f"path.{name}" for name in key.variables]
        return [f"method.request.{name}" for name in (*names, *parameters_of(cache, route.cache))]
