"""Functions that CloudFront refuses as Lambda@Edge."""

from typing import Any

import pytest

from serverless_stack.local.emulator.cdn.edge_limits import (
    PRINCIPALS,
    edge_problem,
    principals_of,
)

FUNCTION: dict[str, Any] = {
    "FunctionArn": "arn:f:1",
    "Runtime": "nodejs22.x",
    "MemorySize": 128,
    "Timeout": 5,
    "Role": "arn:role",
    "Architectures": ["x86_64"],
    "Environment": {"Variables": {}},
}


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        ("viewer-request", {}),
        ("origin-response", {"MemorySize": 1024, "Timeout": 30, "Runtime": "python3.13"}),
    ],
)
def test_accepted(event: str, changes: dict[str, Any]) -> None:
    assert edge_problem({**FUNCTION, **changes}, event, PRINCIPALS) is None


@pytest.mark.parametrize(
    ("event", "changes", "problem"),
    [
        ("viewer-request", {"MemorySize": 129}, "Max allowed size: 128 Actual: 129"),
        ("viewer-response", {"Timeout": 6}, "event: 6 Max allowed timeout: 5"),
        ("origin-request", {"Timeout": 31}, "event: 31 Max allowed timeout: 30"),
        ("origin-request", {"Environment": {"Variables": {"A": "1"}}}, "environment variables"),
        ("origin-request", {"VpcConfig": {"SubnetIds": ["s"]}}, "in a VPC"),
        ("origin-request", {"Layers": [{"Arn": "l"}]}, "layers"),
        ("origin-request", {"DeadLetterConfig": {"TargetArn": "q"}}, "dead letter queue"),
        ("origin-request", {"Architectures": ["arm64"]}, "x86_64"),
        ("origin-request", {"Runtime": "java21"}, "Node.js or Python"),
    ],
)
def test_refused(event: str, changes: dict[str, Any], problem: str) -> None:
    assert problem in str(edge_problem({**FUNCTION, **changes}, event, PRINCIPALS))


@pytest.mark.parametrize(
    ("services", "is_refused"),
    [
        (["lambda.amazonaws.com", "edgelambda.amazonaws.com"], False),
        ("lambda.amazonaws.com", True),
        ([], True),
    ],
)
def test_the_role(services: object, is_refused: bool) -> None:
    document = {"Statement": [{"Effect": "Allow", "Principal": {"Service": services}}]}
    problem = edge_problem(FUNCTION, "viewer-request", principals_of(document))
    assert (problem is not None) is is_refused
    if problem is not None:
        assert "edgelambda.amazonaws.com" in problem
