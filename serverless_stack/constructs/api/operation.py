"""How an API is operated: what protects it, its releases, its domain, its logs and its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.shared import alarm_topic
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs._internal.waf import Waf, waf_problems
from serverless_stack.constructs.api.access import (
    Access,
    endpoint_configuration,
    resource_policy,
)
from serverless_stack.constructs.api.alarms import ApiAlarms
from serverless_stack.constructs.api.domain import Domain, add_domain, domain_problems
from serverless_stack.constructs.api.logs import execution_log_groups
from serverless_stack.constructs.api.releases import (
    Canaries,
    Variables,
    add_releases,
    canaries_by_stage,
    kept_deployments,
    release_problems,
    variables_problems,
)
from serverless_stack.constructs.api.tls import Tls, apply_tls, protection_problems
from serverless_stack.constructs.api.waf import attach_waf
from serverless_stack.constructs.profiles.profile import Profile


class RestApiSettings(TypedDict):
    """Arguments of ``RestApi``."""

    endpoint_configuration: apigateway.EndpointConfiguration
    policy: iam.PolicyDocument | None
    retain_deployments: bool | None
    disable_execute_api_endpoint: bool | None


@dataclass(frozen=True)
class Operation:
    """The arguments of a ``ProxyApi`` about its operation; see there.

    Attributes:
        stages: The names of the stages.
        stage_variables: The variables of the stages.
        canary: The canaries of the stages.
        keep_deployments: How many deployments are kept.
        domain: The domain.
        waf: The web ACL; set by ``with_defaults``.
        access: From where the API may be called.
        tls: Its security policy.
        shield: Must be False.
        client_certificate: Whether it identifies itself; set by ``with_defaults``.
        alarms: Whether it has alarms; set by ``with_defaults``.
        access_log: Whether it has logs; set by ``with_defaults``.
        set_log_role: Whether a function sets API Gateway's CloudWatch role.
        log_retention: How long logs are kept.
        removal_policy: What happens to logs when the stack is deleted.
    """

    stages: Sequence[str]
    stage_variables: Variables
    canary: Canaries
    keep_deployments: int | None
    domain: Domain | None
    waf: Waf | None
    access: Access | None
    tls: Tls | None
    shield: bool
    client_certificate: bool | None
    alarms: bool | None
    access_log: bool | None
    set_log_role: bool
    log_retention: logs.RetentionDays | None
    removal_policy: RemovalPolicy | None

    def problems(self, region: str) -> list[str]:
        """List what is wrong with the arguments.

        Args:
            region: The region of the stack; may be a token.
        """
        problems = Problems()
        problems.add(variables_problems(self.stage_variables, self.stages))
        problems.add(release_problems(self.canary, self.keep_deployments, self.stages))
        if self.waf is not None:
            problems.add(waf_problems(self.waf, "REGIONAL", region))
        problems.add(protection_problems(self.access, self.tls, self.shield))
        if self.domain is not None:
            problems.add(
                domain_problems(self.domain, list(self.stages), region, private=self.is_private)
            )
        return problems.messages

    def with_defaults(self, profile: Profile) -> Operation:
        """Return these arguments with the defaults of a profile."""
        settings = profile.settings
        waf = Waf() if settings.web_acl else Waf.none()
        certificate, alarms, log = self.client_certificate, self.alarms, self.access_log
        return replace(
            self,
            keep_deployments=kept_deployments(self.canary, self.keep_deployments),
            waf=waf if self.waf is None else self.waf,
            client_certificate=settings.client_certificate if certificate is None else certificate,
            alarms=settings.alarms if alarms is None else alarms,
            access_log=settings.access_logs if log is None else log,
        )

    @property
    def is_private(self) -> bool:
        """Whether the API can be reached from a VPC only."""
        return self.access is not None and self.access.is_private

    @property
    def has_default_endpoint(self) -> bool:
        """Whether the API can be reached by the address that API Gateway gave it."""
        return self.domain is None or not self.domain.disables_default_endpoint

    @property
    def has_waf(self) -> bool:
        """Whether the API has a web ACL."""
        return self.waf is not None and self.waf.kind != "none"

    def rest_api_settings(self, *, allows: bool, preflights: bool) -> RestApiSettings:
        """Return arguments of ``RestApi``.

        Args:
            allows: Whether a resource policy allows what it does not deny.
            preflights: Whether it allows CORS preflights, which nobody signs.
        """
        return {
            "endpoint_configuration": endpoint_configuration(self.access),
            "policy": resource_policy(self.access, allows=allows, preflights=preflights),
            "retain_deployments": True if self.keep_deployments is not None else None,
            "disable_execute_api_endpoint": None if self.has_default_endpoint else True,
        }

    def access_log_group(self, scope: Construct, profile: Profile) -> logs.LogGroup | None:
        """Create the log group of the access log, if there is one."""
        if not self.access_log:
            return None
        return log_group(
            scope,
            "AccessLogs",
            profile,
            retention=self.log_retention,
            removal_policy=self.removal_policy,
        )

    def add_protection(
        self,
        scope: Construct,
        api: apigateway.RestApi,
        stages: Mapping[str, apigateway.Stage],
        profile: Profile,
    ) -> wafv2.CfnWebACL | None:
        """Add logs, the client certificate, the security policy and the web ACL.

        Args:
            scope: The construct of the API.
            api: The API.
            stages: Its stages, by name.
            profile: The profile of the construct.

        Returns:
            The web ACL, if one was created.
        """
        if self.access_log:
            execution_log_groups(
                scope,
                api,
                stages,
                profile,
                retention=self.log_retention,
                removal_policy=self.removal_policy,
                set_log_role=self.set_log_role,
            )
        if self.client_certificate:
            certificate = apigateway.CfnClientCertificate(
                scope, "ClientCertificate", description=path_of(scope)
            )
            for stage in stages.values():
                raw = default_child(stage, apigateway.CfnStage)
                raw.client_certificate_id = certificate.ref
        apply_tls(api, self.tls)
        return attach_waf(
            scope,
            stages,
            profile,
            self.waf or Waf.none(),
            log_retention=self.log_retention,
            removal_policy=self.removal_policy,
        )

    def add_alarms(
        self, scope: Construct, api: apigateway.RestApi, profile: Profile
    ) -> ApiAlarms | None:
        """Add alarms that notify the topic of the stack, if there are to be any."""
        if not self.alarms:
            return None
        return ApiAlarms(scope, "Alarms", api=api, topic=alarm_topic(scope, profile))

    def add_releases(
        self,
        scope: Construct,
        api: apigateway.RestApi,
        stages: Mapping[str, apigateway.Stage],
        profile: Profile,
    ) -> apigateway.IDomainName | None:
        """Add canaries, the deletion of old deployments, and the domain.

        Args:
            scope: The construct of the API.
            api: The API.
            stages: Its stages, by name.
            profile: The profile of the construct.

        Returns:
            The domain, or None.
        """
        canaries = canaries_by_stage(self.canary, self.stages)
        keep = self.keep_deployments
        add_releases(scope, api, stages, profile, canaries=canaries, keep=keep)
        if self.domain is None:
            return None
        stage = stages[self.domain.stage or self.stages[0]]
        return add_domain(scope, api, stage, self.domain)
