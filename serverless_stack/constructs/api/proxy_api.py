"""ProxyApi: a REST API with a function for every path and verb, routes of their own, or both."""

from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.api.acknowledgements import acknowledge_missing
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.api.caching import ApiCache, cache_problems
from serverless_stack.constructs.api.cors import Cors
from serverless_stack.constructs.api.logs import execution_log_groups
from serverless_stack.constructs.api.router import Router
from serverless_stack.constructs.api.routes import (
    AnyRoute,
    Routes,
    parse_key,
    route_of,
    routes_problems,
)
from serverless_stack.constructs.api.stages import (
    MethodSettings,
    add_stage,
    stage_names,
    stage_settings,
    stages_problems,
)
from serverless_stack.constructs.api.throttling import (
    Throttle,
    UsagePlan,
    throttle_problems,
    usage_plan_problems,
)
from serverless_stack.constructs.api.waf import Waf, attach_waf, waf_problems
from serverless_stack.constructs.profiles.profile import Profile


class ProxyApi(Construct):
    """A REST API that passes every path and verb to one function, beside routes of their own.

    It creates a regional REST API, a deployment, one stage with throttling and tracing, log groups
    for its requests and errors, and one permission per function that covers all of its routes.
    Bodies pass unchanged, binary ones as well.

    With an access log, the stack has a function that sets API Gateway's CloudWatch role while the
    stack is deployed, if the account has none in the region. It never replaces a role. The role
    outlives the stack, because other APIs of the account use it.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the API and its URL.
        handler: The function for every path and verb without a route of its own: a
            ``LambdaHandler``, a function, a version or an alias. Default: none; paths and verbs
            without a route are answered with 403 "Missing Authentication Token", as AWS words it.
        routes: What answers which verb and path, such as ``{"GET /orders/{id}": orders}``; a
            ``Route`` has settings of its own. Default: none.
        auth: Who may call the API, such as ``Auth.cognito(users)``. Default: everybody; the
            function has to check its callers.
        cors: Which web pages may call the API. Default: those of its own origin.
        throttle: How many requests all callers together may send.
        cache: Which answers to GET are kept. Default: none.
        usage_plans: How many requests the holders of API keys may send. Default: no plan.
        binary_media_types: Content types that reach the function in base64, with
            ``isBase64Encoded`` in the event. Default: all, so that no body is changed.
        stages: The stage, or several of them; the name is the first segment of the URL's path. No
            CDK tokens.
        stage_variables: The variables of the stages, for ``stageVariables`` in events. Default:
            none.
        waf: The AWS WAF web ACL: ``Waf()``, ``Waf.existing(arn)`` or ``Waf.none()``. Default: set
            by the profile (production: none).
        client_certificate: Whether the API identifies itself to HTTP integrations by a
            certificate. Default: set by the profile (production: no).
        access_log: Whether requests, one JSON line for each, and errors of the API are logged.
            Default: set by the profile (production: yes).
        set_log_role: Whether that function is created. False for an account whose role is set by
            somebody else; without one, AWS refuses the stage ("Set up CloudWatch logging for REST
            APIs"). Without an access log, there is no function.
        log_retention: How long these logs are kept. Default: set by the profile.
        removal_policy: What happens to these logs when the stack is deleted. Default: set by the
            profile.

    Attributes:
        rest_api: The REST API.
        stage: Its stage; the first of several.
        stages: All stages, by name.
        access_log_group: The log group of the access log; None without one.
        web_acl: The web ACL, if the construct created one.

    Raises:
        ValueError: If an argument is out of range.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handler: Invokable | None = None,
        routes: Routes | None = None,
        auth: Auth | None = None,
        cors: Cors | None = None,
        throttle: Throttle = Throttle(rate=100, burst=200),  # noqa: B008 - frozen
        cache: ApiCache | None = None,
        usage_plans: Sequence[UsagePlan] = (),
        binary_media_types: Sequence[str] = ("*/*",),
        stages: str | Sequence[str] = "prod",
        stage_variables: Mapping[str, str] | None = None,
        waf: Waf | None = None,
        client_certificate: bool | None = None,
        access_log: bool | None = None,
        set_log_role: bool = True,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        routes = {} if routes is None else routes
        problems.require(
            handler is not None or routes,
            "`handler` must be a function unless there are `routes`, got: neither",
        )
        problems.add(routes_problems(routes))
        problems.add(throttle_problems(throttle))
        for place, plan in enumerate(usage_plans):
            problems.add(usage_plan_problems(plan, f"usage_plans[{place}]"))
        problems.add(stages_problems(stages))
        problems.add(rules.binary_media_type_problems(binary_media_types))
        if cache is not None:
            problems.add(cache_problems(cache))
        if waf is not None:
            problems.add(waf_problems(waf))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        if access_log is None:
            access_log = profile.settings.access_logs
        if waf is None:
            waf = Waf() if profile.settings.web_acl else Waf.none()
        auth = Auth.public() if auth is None else auth
        group = (
            log_group(
                self, "AccessLogs", profile, retention=log_retention, removal_policy=removal_policy
            )
            if access_log
            else None
        )
        settings = stage_settings(throttle, cache, group, stage_variables)
        first, *others = stage_names(stages)
        api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=self.node.path.replace("/", "-"),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=list(binary_media_types),
            cloud_watch_role=False,
            default_cors_preflight_options=(
                apigateway.CorsOptions(allow_origins=list(cors.origins)) if cors else None
            ),
            deploy_options=apigateway.StageOptions(stage_name=first, **settings),
        )
        self.rest_api = api
        self.stage: apigateway.Stage = api.deployment_stage
        self.stages: Mapping[str, apigateway.Stage] = {
            first: self.stage,
            **{name: add_stage(api, name, settings) for name in others},
        }
        self._router = Router(
            self,
            api,
            settings=MethodSettings(list(self.stages.values())),
            auth=auth,
            cache=cache,
        )
        if handler is not None:
            self._router.add_handler(handler)
        for key, route in routes.items():
            self._router.add(parse_key(key), route_of(route))
        for place, plan in enumerate(usage_plans):
            api.add_usage_plan(
                f"UsagePlan{place or ''}",
                throttle=apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst),
                api_stages=[
                    apigateway.UsagePlanPerApiStage(stage=stage) for stage in self.stages.values()
                ],
            )
        if access_log:
            execution_log_groups(
                self,
                api,
                self.stages,
                profile,
                retention=log_retention,
                removal_policy=removal_policy,
                set_log_role=set_log_role,
            )
        if client_certificate is None:
            client_certificate = profile.settings.client_certificate
        if client_certificate:
            self._add_client_certificate()
        self.web_acl: wafv2.CfnWebACL | None = attach_waf(
            self,
            self.stage.stage_arn,
            profile,
            waf,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        acknowledge_missing(
            api,
            profile,
            auth=auth,
            has_cache=cache is not None,
            has_waf=waf.kind != "none",
            has_logs=access_log,
        )
        self.access_log_group: logs.LogGroup | None = group

    @check_types
    def add_route(self, key: str, route: AnyRoute) -> None:
        """Add a route.

        Args:
            key: The verb and the path, such as ``GET /orders/{id}``.
            route: What answers it, or a ``Route`` with settings of its own.

        Raises:
            ValueError: If the key or the route is wrong.
        """
        problems = Problems(self.node.path)
        problems.add(routes_problems({key: route}))
        problems.raise_if_any()
        self._router.add(parse_key(key), route_of(route))

    @property
    def url(self) -> str:
        """The URL of the stage, with a slash at its end; a token at synthesis."""
        return self.rest_api.url

    def _add_client_certificate(self) -> None:
        """Create the certificate with which the API identifies itself to what it calls."""
        certificate = apigateway.CfnClientCertificate(
            self, "ClientCertificate", description=self.node.path
        )
        for stage in self.stages.values():
            default_child(stage, apigateway.CfnStage).client_certificate_id = certificate.ref
