"""Function URLs: who may call them, and from which pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import FunctionUrl, LambdaHandler, Profile
from tests.constructs.templates import all_of, properties, refused, synth

URL = "AWS::Lambda::Url"


@dataclass(frozen=True)
class PageRules:
    """What the `Cors` of an API has."""

    origins: Sequence[str] = ("https://example.com", "http://localhost:8000")
    credentials: bool = True
    headers: Sequence[str] = ("content-type",)
    methods: Sequence[str] = ("GET", "OPTIONS", "POST")
    expose: Sequence[str] = ("x-page",)
    max_age: cdk.Duration = cdk.Duration.minutes(10)


def test_a_signature_is_needed_by_default(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code, url=FunctionUrl())
    cdk.CfnOutput(stack, "Url", value=handler.url)
    template = synth(stack)
    url = properties(template, URL)
    assert (url["AuthType"], url["InvokeMode"]) == ("AWS_IAM", "BUFFERED")
    assert "Qualifier" not in url
    assert all_of(template, "AWS::Lambda::Permission") == []
    assert template["Outputs"]["Url"]["Value"]["Fn::GetAtt"][1] == "FunctionUrl"


def test_a_public_url_has_both_permissions(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(stack, "Handler", code=code, url=FunctionUrl(auth="public"))
    template = synth(stack)
    assert properties(template, URL)["AuthType"] == "NONE"
    permissions = [item["Properties"] for item in all_of(template, "AWS::Lambda::Permission")]
    for permission in permissions:
        assert permission["Principal"] == "*"
    assert {item["Action"]: item for item in permissions}.keys() == {
        "lambda:InvokeFunction",
        "lambda:InvokeFunctionUrl",
    }
    (invoke,) = (item for item in permissions if item["Action"] == "lambda:InvokeFunction")
    assert invoke["InvokedViaFunctionUrl"] is True


@pytest.mark.parametrize("own", [True, False])
def test_pages_of_other_origins(stack: cdk.Stack, code: Path, own: bool) -> None:
    rules = PageRules()
    cors = rules if own else lambda_.FunctionUrlCorsOptions(allowed_origins=list(rules.origins))
    LambdaHandler(stack, "Handler", code=code, url=FunctionUrl(cors=cors))
    found = properties(synth(stack), URL)["Cors"]
    assert found["AllowOrigins"] == ["https://example.com", "http://localhost:8000"]
    if own:
        assert found == {
            "AllowCredentials": True,
            "AllowHeaders": ["content-type"],
            "AllowMethods": ["GET", "POST"],  # Lambda answers OPTIONS itself
            "AllowOrigins": found["AllowOrigins"],
            "ExposeHeaders": ["x-page"],
            "MaxAge": 600,
        }


def test_node_functions_stream(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "index.mjs").write_text("export const handler = async () => 1;")
    runtime = lambda_.Runtime.NODEJS_22_X
    LambdaHandler(stack, "H", code=tmp_path, runtime=runtime, url=FunctionUrl(stream=True))
    assert properties(synth(stack), URL)["InvokeMode"] == "RESPONSE_STREAM"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            FunctionUrl(stream=True),
            "`url.stream` must be False for this runtime: Lambda streams answers of Node.js "
            "functions and of runtimes of your own, got: python3.14",
        ),
        (
            FunctionUrl(cors=PageRules(origins=("https://example.com/", "example.com"))),
            "`url.cors` origins must be `https://example.com` without a path, or `*`, "
            "got: 'example.com'",
        ),
        (FunctionUrl(cors=PageRules(origins=())), "`url.cors` must have origins, got: none"),
        (
            FunctionUrl(cors=PageRules(origins=("*",))),
            "`url.cors` must name its origins if credentials are allowed, got: '*'",
        ),
        (
            FunctionUrl(cors=PageRules(max_age=cdk.Duration.days(2))),
            "`url.cors.max_age` must be between 0 and 86400 seconds, got: 172800",
        ),
    ],
)
def test_what_a_url_cannot_do_is_refused(
    stack: cdk.Stack, code: Path, url: FunctionUrl, expected: str
) -> None:
    assert expected in refused(lambda: LambdaHandler(stack, "Handler", code=code, url=url))
    assert stack.node.children == []


def test_a_public_url_is_refused_in_regulated(stack: cdk.Stack, code: Path) -> None:
    Profile.regulated().apply(stack)
    assert "`url.auth` must be 'iam' under a profile that audits public functions" in refused(
        lambda: LambdaHandler(stack, "Handler", code=code, url=FunctionUrl(auth="public"))
    )


def test_wrong_values_are_refused(stack: cdk.Stack, code: Path) -> None:
    assert "`auth` must be 'iam' or 'public', got: 'none'" in refused(
        lambda: FunctionUrl(auth="none")  # type: ignore[arg-type]
    )
    assert "`cors` must be a Cors or an aws_lambda.FunctionUrlCorsOptions, got: ['*']" in refused(
        lambda: FunctionUrl(cors=["*"])  # type: ignore[arg-type]
    )
    handler = LambdaHandler(stack, "Handler", code=code)
    assert handler.function_url is None
    assert "`url` must be given to Test/Handler" in refused(lambda: handler.url)
