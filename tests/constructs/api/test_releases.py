"""Stages, their variables, kept deployments and canaries in the template."""

from collections.abc import Callable, Mapping

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import Auth, Canary, Profile, ProxyApi
from serverless_stack.constructs.api.releases import Canaries, Variables
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    Json,
    all_of,
    dependencies,
    new_app,
    properties,
    refused,
    require_no_cycle,
    synth,
)

STABLE, PRUNING = "Custom::ApiStableDeployment", "Custom::ApiDeployments"
STAGE, DEPLOYMENT = "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"


def named(template: Json, resource_type: str) -> dict[str, Json]:
    resources = template["Resources"].items()
    return {name: found for name, found in resources if found["Type"] == resource_type}


@pytest.fixture(scope="module")
def released() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    Profile.dev().apply(stack)
    function = plain_function(stack, "Plain")
    ProxyApi(
        stack,
        "Api",
        handler=function,
        stages=("prod", "dev"),
        stage_variables={"prod": {"currency": "EUR"}},
        canary={"prod": Canary(percent=10, stage_variables={"currency": "USD"})},
    )
    ProxyApi(stack, "Other", handler=function, keep_deployments=3)
    return synth(stack)


def test_a_canary_gets_the_new_deployment_and_the_rest_the_stable_one(released: Json) -> None:
    (deployment,) = [name for name in named(released, DEPLOYMENT) if name.startswith("Api")]
    ((stable, resource),) = named(released, STABLE).items()
    assert resource["Properties"]["DeploymentId"] == {"Ref": deployment}
    assert (resource["Properties"]["StageName"], resource["Properties"]["Percent"]) == (
        "prod",
        "10",
    )
    (prod,) = [s["Properties"] for n, s in named(released, STAGE).items() if "Stageprod" in n][:1]
    assert prod["DeploymentId"] == {"Fn::GetAtt": [stable, "DeploymentId"]}
    assert prod["CanarySetting"] == {
        "DeploymentId": {"Ref": deployment},
        "PercentTraffic": 10,
        "StageVariableOverrides": {"currency": "USD"},
        "UseStageCache": False,
    }
    assert prod["Variables"] == {"currency": "EUR"}
    (dev,) = [s["Properties"] for n, s in named(released, STAGE).items() if "Stagedev" in n]
    assert dev["DeploymentId"] == {"Ref": deployment}
    assert "CanarySetting" not in dev
    assert "Variables" not in dev


def test_deployments_are_retained_and_deleted_after_the_stages(released: Json) -> None:
    policies = {d["DeletionPolicy"] for d in named(released, DEPLOYMENT).values()}
    assert policies == {"Retain"}
    graph = dependencies(released)
    stages = set(named(released, STAGE))
    pruning = named(released, PRUNING)
    assert {resource["Properties"]["Keep"] for resource in pruning.values()} == {"5", "3"}
    assert set().union(*(graph[name] for name in pruning)) >= stages
    require_no_cycle(released)


def test_apis_share_one_function_that_may_change_their_stages_only(released: Json) -> None:
    tokens = {
        str(resource["Properties"]["ServiceToken"])
        for kind in (STABLE, PRUNING)
        for resource in named(released, kind).values()
    }
    assert len(tokens) == 1
    (policy,) = named(released, "AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    patches = [s["Resource"] for s in statements if s["Action"] == "apigateway:PATCH"]
    ends = [arn["Fn::Join"][1][-1] for found in patches for arn in _listed(found)]
    assert sorted(ends) == ["/stages/dev", "/stages/prod", "/stages/prod"]
    deletes = [s["Resource"] for s in statements if s["Action"] == "apigateway:DELETE"]
    assert [arn["Fn::Join"][1][-1] for arn in deletes] == ["/deployments/*"] * 2


def _listed(value: Json | list[Json]) -> list[Json]:
    return value if isinstance(value, list) else [value]


def test_by_default_only_the_current_deployment_is_kept(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(stack, "Api", handler=function)
    template = synth(stack)
    assert named(template, PRUNING) == {}
    (deployment,) = all_of(template, DEPLOYMENT)
    assert "DeletionPolicy" not in deployment


def test_variables_of_all_stages(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", handler=function, stages=("a", "b"), stage_variables={"x": "1"})
    stages = all_of(synth(stack), STAGE)
    assert [stage["Properties"]["Variables"] for stage in stages] == [{"x": "1"}] * 2


def test_a_new_deployment_for_each_change_of_the_api() -> None:
    """What the canary gets: the id of the deployment is a hash of the API."""

    def deployment(types: list[str]) -> str:
        stack = cdk.Stack(new_app(), "Test")
        function = plain_function(stack, "Plain")
        ProxyApi(stack, "Api", handler=function, binary_media_types=types, canary=Canary(percent=5))
        return next(iter(named(synth(stack), DEPLOYMENT)))

    assert deployment(["image/png"]) == deployment(["image/png"]) != deployment(["image/gif"])


@pytest.mark.parametrize(
    ("canary", "message"),
    [
        (lambda: Canary(percent=101), "`canary.percent` must be between 0 and 100 %, got: 101"),
        (lambda: {"test": Canary(percent=1)}, "must have names of `stages`: prod, got: 'test'"),
        (
            lambda: Canary(percent=1, stage_variables={"a-b": "1"}),
            "`canary.stage_variables` must have names of 1 to 64 letters",
        ),
        (
            lambda: {"prod": Canary(percent=1, stage_variables={"a": "ü"})},
            "`canary['prod'].stage_variables['a']` must be 1 to 512 letters",
        ),
    ],
)
def test_refused_canaries(
    stack: cdk.Stack, function: lambda_.Function, canary: Callable[[], Canaries], message: str
) -> None:
    assert message in refused(lambda: ProxyApi(stack, "Api", handler=function, canary=canary()))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"x": "a b"}, "`stage_variables['x']` must be 1 to 512 letters, digits and"),
        ({"x": "1", "prod": {"y": "2"}}, "`stage_variables['prod']` must be a string"),
        ({"test": {"y": "2"}}, "must have names of `stages`: prod, got: 'test'"),
    ],
)
def test_refused_variables(
    stack: cdk.Stack, function: lambda_.Function, variables: Mapping[str, str], message: str
) -> None:
    given: Variables = variables
    assert message in refused(
        lambda: ProxyApi(stack, "Api", handler=function, stage_variables=given)
    )


@pytest.mark.parametrize("keep", [1, 201])
def test_refused_numbers_of_deployments(
    stack: cdk.Stack, function: lambda_.Function, keep: int
) -> None:
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, keep_deployments=keep))
    assert f"`keep_deployments` must be between 2 and 200, got: {keep}" in message


def test_regulated_keeps_the_permissions_in_a_managed_policy(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    Profile.regulated().apply(stack)
    ProxyApi(stack, "Api", handler=function, auth=Auth.iam(), keep_deployments=2)
    names = [name for name in named(synth(stack), "AWS::IAM::ManagedPolicy") if "Releases" in name]
    assert len(names) == 2  # to log and trace, and to release
    properties(synth(stack), PRUNING)
