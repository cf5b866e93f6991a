"""Releases of an API: deployments that are kept, and a canary beside the stable one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Aws, CustomResource
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs._internal.tree import region_of
from serverless_stack.constructs.function.custom_resource import ANSWERS, deploy_time_function
from serverless_stack.constructs.profiles.profile import Profile

KEEP = (2, 200)
_DEFAULT_KEEP = 5  # with a canary
_PERCENT = (0, 100)
PARTS = (*ANSWERS, "functions/releases.py")
_ANY_DEPLOYMENT = "deployments have no names before they exist; the API is named"


@dataclass(frozen=True)
class Canary:
    """A share of the requests to a stage gets each new deployment, until it is promoted.

    ``serverless-stack api promote STACK/API`` gives it to all requests, ``serverless-stack api
    rollback`` takes it back.

    Attributes:
        percent: The share of requests, 0-100.
        stage_variables: Stage variables that differ for these requests, such as the alias of a
            function. Default: none.
    """

    percent: float
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


Variables = Mapping[str, str] | Mapping[str, Mapping[str, str]] | None
"""The variables of all stages, or those of each by the names of stages."""
Canaries = Canary | Mapping[str, Canary] | None
"""The canary of every stage, or canaries by the names of stages."""


def canaries_by_stage(canary: Canaries, stages: Sequence[str]) -> dict[str, Canary]:
    """Return the canaries by the names of stages.

    Args:
        canary: The argument of the API.
        stages: The names of its stages.
    """
    if canary is None:
        return {}
    return dict.fromkeys(stages, canary) if isinstance(canary, Canary) else dict(canary)


def kept_deployments(canary: Canaries, keep: int | None) -> int | None:
    """Return how many deployments are kept; None for the current one alone.

    Args:
        canary: The canary, which needs the deployment before it.
        keep: The argument of the API.
    """
    return _DEFAULT_KEEP if keep is None and canary else keep


def variables_by_stage(variables: Variables, stages: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the variables of each stage; empty ones for a stage without.

    Args:
        variables: The argument of the API.
        stages: The names of its stages.
    """
    own: dict[str, dict[str, str]] = {name: {} for name in stages}
    for key, value in (variables or {}).items():
        if isinstance(value, str):
            for found in own.values():
                found[key] = value
        else:
            own.setdefault(key, {}).update(value)
    return own


def variables_problems(variables: Variables, stages: Sequence[str]) -> list[str]:
    """Check the stage variables of an API.

    Args:
        variables: The argument of the API.
        stages: The names of its stages.

    Returns:
        One message per problem.
    """
    problems = Problems()
    by_stage = any(not isinstance(value, str) for value in (variables or {}).values())
    for name in (variables or {}) if by_stage else ():
        problems.require(
            name in stages,
            f"`stage_variables` must have names of `stages`: {', '.join(stages)}, got: {name!r}",
        )
    for name, values in variables_by_stage(variables, stages if by_stage else [""]).items():
        argument = f"stage_variables[{name!r}]" if name else "stage_variables"
        problems.add(rules.stage_variable_problems(values, argument))
    return problems.messages


def release_problems(canary: Canaries, keep: int | None, stages: Sequence[str]) -> list[str]:
    """Check how an API is released.

    Args:
        canary: The canary of its stages.
        keep: How many deployments are kept.
        stages: The names of its stages.

    Returns:
        One message per problem.
    """
    problems = Problems()
    for name, value in canaries_by_stage(canary, stages).items():
        prefix = "canary" if isinstance(canary, Canary) else f"canary[{name!r}]"
        problems.require(
            name in stages,
            f"`canary` must have names of `stages`: {', '.join(stages)}, got: {name!r}",
        )
        problems.between(f"{prefix}.percent", value.percent, *_PERCENT, "%")
        problems.add(
            rules.stage_variable_problems(value.stage_variables, f"{prefix}.stage_variables")
        )
        if isinstance(canary, Canary):
            break
    if keep is not None:
        problems.between("keep_deployments", keep, *KEEP)
    return problems.messages


class ApiReleases(Construct):
    """The function that chooses and deletes deployments, shared by all APIs of a stack.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        profile: The profile of the first API that needs it.
    """

    def __init__(self, scope: Construct, construct_id: str, profile: Profile) -> None:
        super().__init__(scope, construct_id)
        profile.apply(self)  # the parent is shared by the stack, which may have another profile
        deploy_time = deploy_time_function(
            self,
            "releases",
            PARTS,
            description="Chooses and deletes deployments of APIs while their stack is deployed",
            memory_size=256,
            timeout=minutes(5),
            log_retention=None,
            removal_policy=None,
        )
        self.function = deploy_time.function
        self._deploy_time = deploy_time
        self._policy: iam.Policy | iam.ManagedPolicy | None = None

    def allow(self, statements: Sequence[Statement]) -> iam.Policy | iam.ManagedPolicy:
        """Add permissions, and return the policy that has them.

        Args:
            statements: The statements.
        """
        if self._policy is None:
            self._policy = self._deploy_time.allow(self, statements)
        else:
            self._policy.add_statements(*[statement.for_cdk() for statement in statements])
        return self._policy


def add_releases(
    scope: Construct,
    api: apigateway.RestApi,
    stages: Mapping[str, apigateway.Stage],
    profile: Profile,
    *,
    canaries: Mapping[str, Canary],
    keep: int | None,
) -> None:
    """Add canaries to stages, and the deletion of old deployments.

    Args:
        scope: The construct of the API.
        api: The API, whose deployments are retained.
        stages: Its stages, by name.
        profile: The profile of the construct.
        canaries: The canaries, by the names of stages.
        keep: How many deployments are kept; None for the current one alone.
    """
    if keep is None or api.latest_deployment is None:
        return

    def create(home: Construct, construct_id: str) -> ApiReleases:
        return ApiReleases(home, construct_id, profile)

    releases = shared_construct(scope, profile, "ApiReleases", ApiReleases, create)
    policy = releases.allow(_statements(api, list(stages)))
    any_deployment = f"{_arn(api)}/deployments/*"
    acknowledge_resources(policy, [any_deployment], _ANY_DEPLOYMENT, profile=profile)
    common = {"RestApiId": api.rest_api_id, "DeploymentId": api.latest_deployment.deployment_id}
    for name, canary in canaries.items():
        stable = CustomResource(
            scope,
            f"StableDeployment-{name}",
            service_token=releases.function.function_arn,
            resource_type="Custom::ApiStableDeployment",
            properties={**common, "StageName": name, "Percent": f"{canary.percent:g}"},
            service_timeout=minutes(10),
        )
        stable.node.add_dependency(policy)
        raw = default_child(stages[name], apigateway.CfnStage)
        raw.deployment_id = stable.get_att_string("DeploymentId")
        raw.canary_setting = apigateway.CfnStage.CanarySettingProperty(
            deployment_id=common["DeploymentId"],
            percent_traffic=canary.percent,
            stage_variable_overrides=dict(canary.stage_variables) or None,
            use_stage_cache=False,
        )
    pruning = CustomResource(
        scope,
        "Deployments",
        service_token=releases.function.function_arn,
        resource_type="Custom::ApiDeployments",
        properties={**common, "Keep": f"{keep}"},
        service_timeout=minutes(10),
    )
    pruning.node.add_dependency(policy, *stages.values())


def _arn(api: apigateway.RestApi) -> str:
    region = region_of(api)
    return f"arn:{Aws.PARTITION}:apigateway:{region}::/restapis/{api.rest_api_id}"


def _statements(api: apigateway.RestApi, stages: Sequence[str]) -> list[Statement]:
    arn = _arn(api)
    named = [f"{arn}/stages/{name}" for name in stages]
    return [
        Statement(["apigateway:GET"], [f"{arn}/deployments", f"{arn}/stages", *named]),
        Statement(["apigateway:PATCH"], named),
        Statement(["apigateway:DELETE"], [f"{arn}/deployments/*"]),
    ]
