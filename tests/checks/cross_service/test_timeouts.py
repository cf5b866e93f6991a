"""A function with many callers is one finding."""

from serverless_stack.checks import check_template
from tests.checks.cases import Json, join, ref, resource
from tests.checks.cross_service.cases_functions import function, role

URI = join(
    "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
    {"Fn::GetAtt": ["Function", "Arn"]},
    "/invocations",
)


def method(verb: str, **integration: object) -> Json:
    return resource(
        "AWS::ApiGateway::Method",
        RestApiId=ref("Api"),
        ResourceId="a1b2c3",
        HttpMethod=verb,
        AuthorizationType="NONE",
        Integration={
            "Type": "AWS_PROXY",
            "Uri": URI,
            "IntegrationHttpMethod": "POST",
            **integration,
        },
    )


def messages(**methods: Json) -> list[str]:
    resources = {
        "Api": resource("AWS::ApiGateway::RestApi", Name="shop"),
        "Function": function(Timeout=60),
        "Role": role(),
        **methods,
    }
    found = check_template({"Resources": resources})
    return [each.message for each in found if each.rule == "CROSS-SERVICE-001"]


def test_a_function_of_many_methods_is_one_finding() -> None:
    verbs = ("DELETE", "GET", "POST", "PUT")
    assert messages(**{verb.title(): method(verb) for verb in verbs}) == [
        "`Timeout` must be at most 29 seconds, after which Delete and 3 more stop waiting while "
        "the function runs on, got: 60 (nearest accepted: 29)"
    ]


def test_the_shortest_time_counts() -> None:
    (message,) = messages(Get=method("GET"), Post=method("POST", TimeoutInMillis=5000))
    assert message.startswith("`Timeout` must be at most 5 seconds, after which Get and 1 more")


def test_methods_that_do_not_wait_do_not_count() -> None:
    asynchronous = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    assert (
        messages(
            Get=method("GET", RequestParameters=asynchronous),
            Post=method("POST", ResponseTransferMode="STREAM"),
            Put=method("PUT", TimeoutInMillis=60_000),
        )
        == []
    )
