"""The function that sets API Gateway's CloudWatch role, with the answers of API Gateway."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from serverless_stack.functions import log_role

OURS, THEIRS = "arn:aws:iam::111122223333:role/ours", "arn:aws:iam::111122223333:role/theirs"
UPDATE = {"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": OURS}]}
NOT_YET = (
    "The role ARN does not have required permissions configured. Please grant trust permission for "
    "API Gateway and add the required role policy."
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def api() -> Any:  # noqa: ANN401
    return boto3.client("apigateway", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def run(api: Any, answers: Stubber, clock: Clock) -> str:  # noqa: ANN401
    with answers:
        role = log_role.set_role(api, OURS, 60, sleep=clock.sleep, clock=lambda: clock.now)
    answers.assert_no_pending_responses()
    return role


def test_the_role_is_set_where_none_is(api: Any) -> None:  # noqa: ANN401
    answers, clock = Stubber(api), Clock()
    answers.add_response("get_account", {})
    answers.add_response("update_account", {"cloudwatchRoleArn": OURS}, UPDATE)
    assert run(api, answers, clock) == OURS
    assert clock.pauses == []


def test_a_role_is_never_replaced(api: Any) -> None:  # noqa: ANN401
    answers = Stubber(api)
    answers.add_response("get_account", {"cloudwatchRoleArn": THEIRS})
    assert run(api, answers, Clock()) == THEIRS


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("TooManyRequestsException", "Too Many Requests"),
        ("ConflictException", "Unable to complete operation due to concurrent modification."),
        ("BadRequestException", NOT_YET),
    ],
)
def test_what_may_pass_is_repeated_and_read_again(api: Any, code: str, message: str) -> None:  # noqa: ANN401
    """Another stack has set its role while this one waited, which is left as it is."""
    answers, clock = Stubber(api), Clock()
    for _ in range(2):
        answers.add_response("get_account", {})
        answers.add_client_error("update_account", code, message)
    answers.add_response("get_account", {"cloudwatchRoleArn": THEIRS})
    assert run(api, answers, clock) == THEIRS
    assert [5 <= pause <= 10 for pause in clock.pauses] == [True, True]


def test_repeating_ends(api: Any) -> None:  # noqa: ANN401
    answers, clock = Stubber(api), Clock()
    for _ in range(13):
        answers.add_response("get_account", {})
        answers.add_client_error("update_account", "BadRequestException", NOT_YET)
    with answers, pytest.raises(ClientError, match="required permissions"):
        log_role.set_role(api, OURS, 60, sleep=clock.sleep, clock=lambda: clock.now)
    assert clock.now <= 60
    assert len(clock.pauses) >= 5


@pytest.mark.parametrize("code", ["AccessDeniedException", "BadRequestException"])
def test_what_does_not_pass_is_not_repeated(api: Any, code: str) -> None:  # noqa: ANN401
    answers, clock = Stubber(api), Clock()
    answers.add_response("get_account", {})
    answers.add_client_error("update_account", code, "Role ARN is invalid")
    with pytest.raises(ClientError, match=code):
        run(api, answers, clock)
    assert clock.pauses == []


class Context:
    log_stream_name = "stream"
    function_name = "function"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def event(kind: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": "",
        "StackId": "arn:stack",
        "RequestId": "1",
        "LogicalResourceId": "LogRole",
        "ResourceProperties": {"RoleArn": OURS} if kind != "Delete" else {},
    }


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, use_aws: dict[str, str]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []

    def respond(event: object, context: object, physical_id: str, **answer: object) -> None:
        answers.append({"id": physical_id, **answer})

    monkeypatch.setattr("serverless_stack.functions.custom_resource.respond", respond)
    return answers


def test_a_stack_that_goes_leaves_the_role(answered: list[dict[str, Any]]) -> None:
    log_role.handler(event("Create"), Context())
    assert answered[-1]["data"] == {"RoleArn": OURS}
    log_role.handler(event("Delete"), Context())
    assert answered[-1]["status"] == "SUCCESS"
    assert boto3.client("apigateway").get_account()["cloudwatchRoleArn"] == OURS
