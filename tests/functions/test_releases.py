"""The function that chooses and deletes deployments, with the answers of API Gateway."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.functions import releases
from serverless_stack.functions.custom_resource import Request

Client = Any

STAGE = {"restApiId": "api", "stageName": "prod"}


@pytest.fixture
def api() -> Client:
    return boto3.client("apigateway", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def request(old: dict[str, str] | None = None, **properties: str) -> Request:
    given = {"RestApiId": "api", "StageName": "prod", "Percent": "10", "Keep": "2", **properties}
    return Request("Update", "1", "stack/Resource", "Resource", dict(given), dict(old or {}))


def stable(api: Client, answers: Stubber, asked: Request) -> str:
    with answers:
        name = releases.stable_deployment(api, asked)
    answers.assert_no_pending_responses()
    return name


def test_a_new_stage_serves_the_new_deployment(api: Client) -> None:
    answers = Stubber(api)
    answers.add_client_error("get_stage", "NotFoundException", expected_params=STAGE)
    assert stable(api, answers, request(DeploymentId="new")) == "new"


@pytest.mark.parametrize(
    "stage",
    [
        {"deploymentId": "served"},
        {"deploymentId": "served", "canarySettings": {"percentTraffic": 10.0}},
    ],
)
def test_a_stage_goes_on_serving_what_it_serves(api: Client, stage: dict[str, Any]) -> None:
    """That may be what a rollback or a promotion has chosen, which no template knows."""
    answers = Stubber(api)
    answers.add_response("get_stage", stage, STAGE)
    old = {"DeploymentId": "last", "Percent": "10"}
    assert stable(api, answers, request(old, DeploymentId="new")) == "served"


def test_a_new_deployment_turns_a_canary_on_that_was_rolled_back(api: Client) -> None:
    answers = Stubber(api)
    canary = {"percentTraffic": 0.0, "deploymentId": "bad"}
    answers.add_response("get_stage", {"deploymentId": "good", "canarySettings": canary}, STAGE)
    patch = [
        {"op": "replace", "path": "/canarySettings/deploymentId", "value": "good"},
        {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "10.0"},
    ]
    answers.add_response("update_stage", {}, {**STAGE, "patchOperations": patch})
    old = {"DeploymentId": "bad", "Percent": "10"}
    assert stable(api, answers, request(old, DeploymentId="new")) == "good"


def test_a_changed_share_is_left_to_cloudformation(api: Client) -> None:
    answers = Stubber(api)
    canary = {"percentTraffic": 20.0, "deploymentId": "new"}
    answers.add_response("get_stage", {"deploymentId": "good", "canarySettings": canary}, STAGE)
    old = {"DeploymentId": "new", "Percent": "20"}
    assert stable(api, answers, request(old, DeploymentId="new")) == "good"


def listed(answers: Stubber, stages: list[dict[str, Any]], *names: str) -> None:
    """Answer with stages, and with deployments that were created one day after the other."""
    answers.add_response("get_stages", {"item": stages}, {"restApiId": "api"})
    items = [
        {"id": name, "createdDate": datetime(2026, 1, day, tzinfo=UTC)}
        for day, name in enumerate(names, 1)
    ]
    answers.add_response("get_deployments", {"items": items}, {"restApiId": "api"})


def delete(answers: Stubber, name: str) -> None:
    answers.add_response("delete_deployment", {}, {"restApiId": "api", "deploymentId": name})


def test_only_what_is_old_and_not_served_is_deleted(api: Client) -> None:
    answers = Stubber(api)
    prod = {"deploymentId": "a", "canarySettings": {"deploymentId": "c"}}
    listed(answers, [prod, {"deploymentId": "f"}], "a", "b", "c", "d", "e", "f")
    delete(answers, "b")
    with answers:
        asked = request({"DeploymentId": "d"}, DeploymentId="f")
        assert releases.prune(api, asked) == 1
    answers.assert_no_pending_responses()


def test_what_cannot_be_deleted_fails_no_deployment(api: Client) -> None:
    answers = Stubber(api)
    listed(answers, [], "a", "b", "c", "d")
    delete(answers, "b")
    answers.add_client_error("delete_deployment", "TooManyRequestsException")
    with answers:
        assert releases.prune(api, request(DeploymentId="d")) == 1


class Context:
    log_stream_name = "stream"
    function_name = "function"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.mark.parametrize("kind", [releases.STABLE_TYPE, releases.PRUNING_TYPE])
def test_deleting_changes_nothing(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    answers: list[Any] = []
    monkeypatch.setattr(
        "serverless_stack.functions.custom_resource.respond",
        lambda *_arguments, **answer: answers.append(answer),
    )
    event = {
        "RequestType": "Delete",
        "ResourceType": kind,
        "ResponseURL": "",
        "StackId": "arn:stack",
        "RequestId": "1",
        "LogicalResourceId": "Deployments",
    }
    releases.handler(event, Context())
    assert answers == [{"status": "SUCCESS", "data": {}}]
