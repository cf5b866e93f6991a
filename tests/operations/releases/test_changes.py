"""What a rollback and a promotion change."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.operations.releases import (
    Api,
    Canary,
    Deployment,
    ReleaseError,
    Stage,
    apply,
    plan_promotion,
    plan_rollback,
)

Client = Any


def api(*stages: Stage, deployments: str = "cba") -> Api:
    """Return an API with deployments of one letter, the newest first."""
    found = [
        Deployment(name, datetime(2026, 1, 20 - age, tzinfo=UTC))
        for age, name in enumerate(deployments)
    ]
    return Api("api", "Shop-Api", {stage.name: stage for stage in stages}, tuple(found))


def test_a_stage_goes_back_to_the_deployment_before_its_own() -> None:
    change = plan_rollback(api(Stage("prod", "b")))
    assert (change.kind, change.deployment_id) == ("rollback", "a")
    assert change.operations == [{"op": "replace", "path": "/deploymentId", "value": "a"}]


def test_a_stage_goes_to_a_deployment_that_is_named() -> None:
    assert plan_rollback(api(Stage("prod", "a")), to="c").deployment_id == "c"


def test_a_deployment_that_is_gone_is_older_than_the_rest() -> None:
    assert plan_rollback(api(Stage("prod", "x"))).deployment_id == "c"


def test_a_live_canary_is_the_last_release() -> None:
    stage = Stage("prod", "b", canary=Canary("c", 10))
    change = plan_rollback(api(stage))
    assert (change.kind, change.deployment_id) == ("stop_canary", "b")
    path = "/canarySettings/percentTraffic"
    assert change.operations == [{"op": "replace", "path": path, "value": "0.0"}]


@pytest.mark.parametrize(
    "canary", [Canary("c", 0), Canary("b", 10), Canary("b", 10, {"currency": "EUR"})]
)
def test_a_canary_that_changes_nothing_is_no_release(canary: Canary) -> None:
    stage = Stage("prod", "b", {"currency": "EUR"}, canary)
    assert plan_rollback(api(stage)).kind == "rollback"


def test_a_promotion_takes_the_variables_as_well() -> None:
    canary = Canary("c", 0, {"z": "2", "currency": "USD"})
    change = plan_promotion(api(Stage("dev", "a"), Stage("prod", "b", {}, canary)))
    assert (change.stage.name, change.deployment_id) == ("prod", "c")
    assert change.operations == [
        {"op": "replace", "path": "/deploymentId", "value": "c"},
        {"op": "replace", "path": "/variables/currency", "value": "USD"},
        {"op": "replace", "path": "/variables/z", "value": "2"},
    ]


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        (Stage("prod", "a"), "oldest deployment that is left, a; set `keep_deployments`"),
        (Stage("prod", "c"), "has no canary; set `canary` of the ProxyApi"),
        (Stage("prod", "c", {"x": "1"}, Canary("c", 5, {"x": "1"})), "already serves"),
    ],
)
def test_nothing_to_do(stage: Stage, message: str) -> None:
    plan = plan_rollback if stage.deployment_id == "a" else plan_promotion
    with pytest.raises(ReleaseError, match=message):
        plan(api(stage))


def test_the_current_deployment_is_no_target() -> None:
    with pytest.raises(ReleaseError, match="prod already serves the deployment b"):
        plan_rollback(api(Stage("prod", "b")), to="b")


@pytest.mark.parametrize(
    ("stage", "to", "message"),
    [
        (None, None, "`--stage` must be one of prod, dev, got: none"),
        ("test", None, "`--stage` must be one of prod, dev, got: 'test'"),
        ("dev", "x", "`--to` must be a deployment of the API: c, b, a, got: 'x'"),
    ],
)
def test_refused(stage: str | None, to: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan_rollback(api(Stage("prod", "b"), Stage("dev", "b")), stage, to)


@pytest.fixture
def client() -> Client:
    return boto3.client("apigateway", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


ASKED = {"restApiId": "api", "stageName": "prod"}


def test_a_stage_is_changed_if_it_is_as_it_was_read(client: Client) -> None:
    change = plan_rollback(api(Stage("prod", "b")))
    with Stubber(client) as answers:
        answers.add_response("get_stage", {"stageName": "prod", "deploymentId": "b"}, ASKED)
        patch = {**ASKED, "patchOperations": change.operations}
        answers.add_response("update_stage", {}, patch)
        answers.add_response("get_stage", {"stageName": "prod", "deploymentId": "a"}, ASKED)
        assert apply(client, change) == Stage("prod", "a")


def test_a_stage_that_somebody_else_has_changed_is_left_alone(client: Client) -> None:
    change = plan_rollback(api(Stage("prod", "b")))
    with Stubber(client) as answers:
        answers.add_response("get_stage", {"stageName": "prod", "deploymentId": "c"}, ASKED)
        with pytest.raises(ReleaseError, match="prod has been changed by somebody else"):
            apply(client, change)
