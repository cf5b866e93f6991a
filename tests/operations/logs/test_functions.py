"""Finding a function by any of its names."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.operations.logs import (
    Function,
    FunctionNotFound,
    functions_of,
    log_group,
    select,
)

API = Function("Shop-Api-1", "Shop", "Function6B18", "Shop/Function")
NIGHTLY = Function("Shop-Nightly-2", "Shop", "Nightly11", "Shop/Nightly")
CONTENT = Function("Shop-Content-3", "Shop", "Content22", "Shop/Content", is_plumbing=True)
OTHER = Function("Admin-Nightly-4", "Admin", "Nightly33", "Admin/Nightly")
ALL = [API, NIGHTLY, CONTENT, OTHER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shop/Function", API),
        ("/Shop/Function/", API),
        ("Function", API),
        ("Shop/Nightly", NIGHTLY),
        ("Nightly11", NIGHTLY),
        ("Admin", OTHER),
        ("Shop-Content-3", CONTENT),
        ("arn:aws:lambda:us-east-1:1234:function:Shop-Api-1:live", API),
    ],
)
def test_each_name_finds_its_function(text: str, expected: Function) -> None:
    assert select(ALL, text) is expected


def test_the_only_function_needs_no_name() -> None:
    assert select([API, CONTENT], None) is API


@pytest.mark.parametrize(
    ("functions", "text", "message"),
    [
        (ALL, None, "there are several: Shop/Function, Shop/Nightly, Admin/Nightly"),
        ([CONTENT], None, "there is no function in the stacks of the app: deploy it first"),
        (ALL, "Nightly", "must name one function, got several: Shop/Nightly, Admin/Nightly"),
        (ALL, "Shop/Nightli", "has the name Shop/Nightli, did you mean `Shop/Nightly`?"),
        ([API], "zzz", "has the name zzz; there are Shop/Function"),
        ([], "zzz", "no function has the name zzz"),
    ],
)
def test_a_name_that_finds_none(functions: list[Function], text: str | None, message: str) -> None:
    with pytest.raises(FunctionNotFound) as caught:
        select(functions, text)
    assert str(caught.value).endswith(message)


def client(service: str) -> tuple[Any, Stubber]:
    made: Any = boto3.client(
        service,  # type: ignore[call-overload]
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    stub = Stubber(made)
    stub.activate()
    return made, stub


def summary(logical_id: str, kind: str, physical_id: str) -> dict[str, object]:
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "ResourceStatus": "CREATE_COMPLETE",
        "LastUpdatedTimestamp": 0,
    }


def test_functions_have_the_paths_of_their_constructs() -> None:
    cloudformation, stub = client("cloudformation")
    kind = "AWS::Lambda::Function"
    resources = [
        summary("Ours", kind, "name-1"),
        summary("Raw", kind, "name-2"),
        summary("Provider", kind, "name-3"),
        summary("Bucket", "AWS::S3::Bucket", "bucket"),
        summary("Nested", "AWS::CloudFormation::Stack", "arn:nested"),
    ]
    template = """{"Resources": {
        "Ours": {"Metadata": {"aws:cdk:path": "Shop/Api/Function/Resource"}},
        "Raw": {"Metadata": {"aws:cdk:path": "Shop/Function"}},
        "Provider": {"Metadata": {"aws:cdk:path": "Shop/Content/Function/Resource"}},
        "Custom": {"Properties": {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}}}
    }}"""
    stub.add_response("list_stack_resources", {"StackResourceSummaries": resources})
    stub.add_response("get_template", {"TemplateBody": template})
    nested = [summary("Deep", kind, "name-4")]
    stub.add_response("list_stack_resources", {"StackResourceSummaries": nested})
    stub.add_response("get_template", {"TemplateBody": "Resources: {}"})
    stub.add_client_error("list_stack_resources", "ValidationError", "Stack Old does not exist")
    assert functions_of(cloudformation, ["Shop", "Old"]) == [
        Function("name-4", "arn:nested", "Deep"),
        Function("name-1", "Shop", "Ours", "Shop/Api"),
        Function("name-3", "Shop", "Provider", "Shop/Content", is_plumbing=True),
        Function("name-2", "Shop", "Raw", "Shop/Function"),
    ]


def test_the_log_group_is_that_of_the_function() -> None:
    lambda_, stub = client("lambda")
    stub.add_response("get_function_configuration", {"LoggingConfig": {"LogGroup": "/mine"}})
    stub.add_response("get_function_configuration", {})
    stub.add_client_error("get_function_configuration", "ResourceNotFoundException")
    assert [log_group(lambda_, "shop") for _ in range(3)] == ["/mine", "/aws/lambda/shop", None]
