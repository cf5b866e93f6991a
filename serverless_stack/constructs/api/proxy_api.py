"""ProxyApi: a REST API with a function for every path and verb, routes of their own, or both."""

from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.acknowledge import acknowledge_all
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs._internal.tree import path_of, region_of, remember_place
from serverless_stack.constructs._internal.waf import Waf
from serverless_stack.constructs.api.access import Access
from serverless_stack.constructs.api.acknowledgements import acknowledge_missing
from serverless_stack.constructs.api.alarms import ApiAlarms
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.api.caching import ApiCache
from serverless_stack.constructs.api.cors import Cors, add_gateway_responses, preflight_of
from serverless_stack.constructs.api.deployment import deploy_all_changes
from serverless_stack.constructs.api.domain import Domain
from serverless_stack.constructs.api.keys import ApiKey, key_problems
from serverless_stack.constructs.api.operation import Operation
from serverless_stack.constructs.api.policy import Policy
from serverless_stack.constructs.api.releases import Canaries, Variables, variables_by_stage
from serverless_stack.constructs.api.route_keys import parse_key
from serverless_stack.constructs.api.router import Router
from serverless_stack.constructs.api.routes import AnyRoute, Routes, route_of
from serverless_stack.constructs.api.routing import Routing
from serverless_stack.constructs.api.stages import (
    MethodSettings,
    add_stage,
    stage_names,
    stage_settings,
    stages_problems,
)
from serverless_stack.constructs.api.throttling import Throttle, UsagePlan, create_usage_plan
from serverless_stack.constructs.api.tls import Tls
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
        auth: Who may call the API, such as ``Auth.cognito(users)``. Default: everybody, with a
            warning at synthesis; set ``Auth.public(reason="…")`` to keep it so. The profile
            ``regulated`` refuses an API without a decision.
        cors: Which web pages of other origins may call the API. Default: none.
        throttle: How many requests all callers together may send.
        cache: Which answers to GET are kept. Default: none.
        usage_plans: How many requests the holders of API keys may send. Default: no plan.
        binary_media_types: Content types that reach the function in base64, with
            ``isBase64Encoded`` in the event. Default: all, so that no body is changed.
        stages: The stage, or several of them, new ones at the end; the name is the first segment
            of the URL's path. No CDK tokens.
        stage_variables: The variables of all stages, or of each by its name, for
            ``stageVariables`` in events. Default: none.
        canary: Which share of the requests gets a new deployment until it is promoted, on all
            stages, or on each by its name. Default: every request gets it at once.
        keep_deployments: How many deployments are kept for ``serverless-stack api rollback``,
            2-200, those that a stage serves aside. Default: the current one alone; five with a
            ``canary``.
        domain: A domain name of your own. Default: that of API Gateway.
        waf: The AWS WAF web ACL: ``Waf()``, ``Waf.existing(arn)`` or ``Waf.none()``. Default: set
            by the profile (production: none).
        access: From which addresses or through which VPC endpoints the API may be called:
            ``Access.cidrs(…)``, or ``Access.vpc_endpoint(…)`` for a private API. Default: from
            everywhere.
        tls: Which TLS versions and ciphers callers may use. Default: chosen by AWS, TLS 1.0 or
            newer for a regional API ("Supported security policies").
        shield: Must be False: AWS Shield Advanced protects no API. It protects the distribution of
            a ``Cdn`` in front of one, with the argument ``shield`` of that.
        client_certificate: Whether the API identifies itself to HTTP integrations by a
            certificate. Default: set by the profile (production: no).
        alarms: Whether there are ``ApiAlarms``, which notify the topic of the stack. Default: set
            by the profile (production: no).
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
        is_private: Whether the API can be reached from a VPC only.
        has_default_endpoint: Whether the API can be reached without its ``domain``.
        alarms: The alarms; None without them.
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
        stage_variables: Variables = None,
        canary: Canaries = None,
        keep_deployments: int | None = None,
        domain: Domain | None = None,
        waf: Waf | None = None,
        access: Access | None = None,
        tls: Tls | None = None,
        shield: bool = False,
        client_certificate: bool | None = None,
        alarms: bool | None = None,
        access_log: bool | None = None,
        set_log_role: bool = True,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        policy = Policy(auth, cors, throttle, cache, tuple(usage_plans), access is not None)
        problems.add(policy.problems())
        routing = Routing(handler, routes or {}, policy, binary_media_types)
        problems.add(routing.problems(Profile.of(scope)))
        problems.add(stages_problems(stages))
        problems.add(rules.binary_media_type_problems(binary_media_types))
        operation = Operation(
            stages=stage_names(stages),
            stage_variables=stage_variables,
            canary=canary,
            keep_deployments=keep_deployments,
            domain=domain,
            waf=waf,
            access=access,
            tls=tls,
            shield=shield,
            client_certificate=client_certificate,
            alarms=alarms,
            access_log=access_log,
            set_log_role=set_log_role,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        problems.add(operation.problems(region_of(scope)))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        operation = operation.with_defaults(profile)
        group = operation.access_log_group(self, profile)
        settings = stage_settings(throttle, cache, group)
        variables = variables_by_stage(stage_variables, operation.stages)
        first, *others = operation.stages
        api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=path_of(self).replace("/", "-"),
            binary_media_types=list(binary_media_types),
            cloud_watch_role=False,
            default_cors_preflight_options=preflight_of(cors) if cors else None,
            deploy_options=apigateway.StageOptions(
                stage_name=first, variables=variables[first] or None, **settings
            ),
            **operation.rest_api_settings(allows=not policy.is_signed, preflights=bool(cors)),
        )
        remember_place(api, self, "RestApi")
        self._routing = routing
        self.rest_api = api
        self.is_private = operation.is_private
        self.has_default_endpoint = operation.has_default_endpoint
        self.stage: apigateway.Stage = api.deployment_stage
        self.stages: Mapping[str, apigateway.Stage] = {
            first: self.stage,
            **{name: add_stage(api, name, settings, variables[name]) for name in others},
        }
        self._router = Router(
            self,
            api,
            settings=MethodSettings(list(self.stages.values()), settings),
            policy=policy,
            profile=profile,
            binary_media_types=binary_media_types,
        )
        deploy_all_changes(api)
        self._plans = {
            plan.name: create_usage_plan(self, plan, list(self.stages.values()))
            for plan in usage_plans
        }
        if cors is not None:
            add_gateway_responses(api, cors)
        routing.add_to(self._router)
        self._router.is_shared = True
        self.web_acl: wafv2.CfnWebACL | None = operation.add_protection(
            self, api, self.stages, profile
        )
        self.alarms: ApiAlarms | None = operation.add_alarms(self, api, profile)
        self._domain_name = operation.add_releases(self, api, self.stages, profile)
        acknowledge_missing(
            api,
            self.stage,
            profile,
            self._router.new_findings(),
            has_cache=cache is not None,
            has_waf=operation.has_waf,
            has_logs=bool(operation.access_log),
        )
        self.access_log_group: logs.LogGroup | None = group
        self._domain = domain

    @check_types
    def add_route(self, key: str, route: AnyRoute) -> None:
        """Add a route.

        Args:
            key: The verb and the path, such as ``GET /orders/{id}``.
            route: What answers it, or a ``Route`` with settings of its own.

        Raises:
            ValueError: If the key or the route is wrong.
        """
        problems = Problems(path_of(self))
        problems.add(self._routing.more_problems({key: route}, self._router.keys, Profile.of(self)))
        problems.raise_if_any()
        self._router.add(parse_key(key), route_of(route))
        acknowledge_all(self.rest_api, self._router.new_findings(), profile=Profile.of(self))

    @check_types
    def add_api_key(
        self,
        name: str,
        *,
        plan: UsagePlan | None = None,
        secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
    ) -> ApiKey:
        """Add a key for a customer; ``Auth.api_key()`` admits its holder.

        It creates the key and, unless one is given, a secret with a generated value, which
        ``key.secret.grant_read(…)`` opens to whoever hands it out.

        Args:
            name: The name of the customer, or of what calls. Renaming it replaces the key.
            plan: One of ``usage_plans``. Default: the only one.
            secret: A secret whose whole string is the value: 20-128 letters and digits ("Creating
                and using usage plans with API keys"). Default: a new one with 40.

        Returns:
            The key, with its ``secret`` and ``key_id``.

        Raises:
            ValueError: If the name is taken or wrong, or there is no such plan.
        """
        problems = Problems(path_of(self))
        problems.add(key_problems(self, name, plan, self._routing.policy.plans, secret))
        problems.raise_if_any()
        chosen = plan or self._routing.policy.plans[0]
        return ApiKey(self, name, plan=self._plans[chosen.name], secret=secret)

    @property
    def url(self) -> str:
        """The URL of the first stage, or of the API on its domain, with a slash at its end."""
        return self.rest_api.url if self._domain is None else self._domain.url

    @property
    def domain_name(self) -> apigateway.IDomainName:
        """The domain, which other APIs share with ``Domain.existing``."""
        if self._domain_name is None:
            raise AttributeError(f"`domain` was left out of {path_of(self)}")
        return self._domain_name
