import aws_cdk as cdk
import pytest
from constructs import Construct

from serverless_stack.constructs import Profile, ProxyApi
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, dependencies, new_app, require_no_cycle, synth

RESOURCE = "Custom::ApiGatewayLogRole"


def named(template: Json, resource_type: str) -> dict[str, Json]:
    resources = template["Resources"].items()
    return {name: found for name, found in resources if found["Type"] == resource_type}


@pytest.fixture(scope="module")
def two_apis() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    function = plain_function(stack, "Plain")
    ProxyApi(stack, "One", handler=function, stages=("dev", "prod"))
    ProxyApi(stack, "Two", handler=function)
    return synth(stack)


def test_apis_of_a_stack_share_one_role_and_every_stage_waits_for_it(two_apis: Json) -> None:
    (resource,) = named(two_apis, RESOURCE)
    stages = named(two_apis, "AWS::ApiGateway::Stage")
    assert len(stages) == 3
    graph = dependencies(two_apis)
    assert [name for name in stages if resource not in graph[name]] == []
    assert named(two_apis, "AWS::ApiGateway::Account") == {}
    require_no_cycle(two_apis)


def test_each_stage_has_a_log_of_its_errors(two_apis: Json) -> None:
    names = [
        group["Properties"].get("LogGroupName", {}).get("Fn::Join", [0, [0]])[1][-1]
        for group in named(two_apis, "AWS::Logs::LogGroup").values()
    ]
    assert sorted(str(name) for name in names if name) == ["/dev", "/prod", "/prod"]


def test_the_role_outlives_the_stack_and_writes_logs(two_apis: Json) -> None:
    (role,) = [
        role for name, role in named(two_apis, "AWS::IAM::Role").items() if "CloudWatchRole" in name
    ]
    assert (role["DeletionPolicy"], role["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert "RoleName" not in role["Properties"]
    (policy,) = role["Properties"]["ManagedPolicyArns"]
    assert "AmazonAPIGatewayPushToCloudWatchLogs" in policy["Fn::Join"][1][-1]


def test_the_function_may_set_the_role_and_nothing_else(two_apis: Json) -> None:
    (policy,) = [
        policy
        for name, policy in named(two_apis, "AWS::IAM::Policy").items()
        if "ApiLogRole" in name
    ]
    account, passing = policy["Properties"]["PolicyDocument"]["Statement"]
    assert account["Action"] == ["apigateway:GET", "apigateway:PATCH"]
    assert account["Resource"]["Fn::Join"][1][-1] == "::/account"
    assert passing["Action"] == "iam:PassRole"
    (role,) = [name for name in named(two_apis, "AWS::IAM::Role") if "CloudWatchRole" in name]
    assert passing["Resource"] == {"Fn::GetAtt": [role, "Arn"]}


@pytest.mark.parametrize("arguments", [{"access_log": False}, {"set_log_role": False}])
def test_no_function_without_logs_or_for_a_role_of_somebody_else(
    stack: cdk.Stack, arguments: dict[str, bool]
) -> None:
    ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"), **arguments)
    template = synth(stack)
    assert named(template, RESOURCE) == {}
    assert [name for name in template["Resources"] if "ApiLogRole" in name] == []


def test_dev_has_no_logs_and_no_function(stack: cdk.Stack) -> None:
    Profile.dev().apply(stack)
    ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    assert named(synth(stack), RESOURCE) == {}


def test_the_role_has_the_profile_of_its_application(stack: cdk.Stack) -> None:
    """Not that of the stack, in which the shared resources are."""
    scope = Construct(stack, "Application")
    Profile.dev().apply(scope)
    ProxyApi(scope, "Api", handler=plain_function(stack, "Plain"), access_log=True)
    groups = named(synth(stack), "AWS::Logs::LogGroup").items()
    (group,) = [group for name, group in groups if "ApiLogRole" in name]
    assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (7, "Delete")
