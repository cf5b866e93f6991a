"""Configurations that CloudFront refuses, from their XML."""

from dataclasses import replace

import pytest

from serverless_stack.local.emulator.cdn.config import (
    Behaviour,
    Config,
    EdgeAssociation,
    ErrorResponse,
    Origin,
    OriginGroup,
)
from serverless_stack.local.emulator.cdn.validation import refusal_of

A, B = Origin("a", "a.example"), Origin("b", "b.example")
DEFAULT = Behaviour("*", "a")
GROUP = OriginGroup("group", ("a", "b"), frozenset({500}))
VERSION = "arn:aws:lambda:us-east-1:000000000000:function:name:1"


def config(*behaviours: Behaviour, **changes: object) -> Config:
    base = Config({"a": A, "b": B}, {}, (*behaviours, DEFAULT), {})
    return replace(base, **changes)  # type: ignore[arg-type]


def edge(event: str, arn: str = VERSION) -> tuple[tuple[str, EdgeAssociation], ...]:
    return ((event, EdgeAssociation(arn)),)


@pytest.mark.parametrize(
    "accepted",
    [
        config(),
        config(*(Behaviour(f"/{number}", "a") for number in range(75))),
        config(Behaviour("/x", "group"), groups={"group": GROUP}),
        config(
            Behaviour("/x", "a", edge=edge("origin-request"), functions=(("viewer-request", "f"),))
        ),
        config(errors={404: ErrorResponse(404, page="/404.html", page_status=200)}),
    ],
)
def test_accepted(accepted: Config) -> None:
    assert refusal_of(accepted) is None


@pytest.mark.parametrize(
    ("refused", "code", "text"),
    [
        (
            config(*(Behaviour(f"/{number}", "a") for number in range(76))),
            "TooManyCacheBehaviors",
            "more cache behaviors",
        ),
        (
            config(origins={str(n): replace(A, id=str(n)) for n in range(101)}),
            "TooManyOrigins",
            "more origins",
        ),
        (
            config(groups={str(n): GROUP for n in range(11)}),
            "TooManyOriginGroupsPerDistribution",
            "more origin groups",
        ),
        (config(Behaviour("/x", "a"), Behaviour("x", "b")), "InvalidArgument", "duplicates: x"),
        (config(Behaviour("/x", "c")), "NoSuchOrigin", "do not exist"),
        (
            config(Behaviour("/x", "group", methods=("GET", "POST")), groups={"group": GROUP}),
            "InvalidArgument",
            "cannot include POST",
        ),
        (
            config(groups={"group": replace(GROUP, members=("a", "c"))}),
            "InvalidArgument",
            "two origins that exist",
        ),
        (
            config(groups={"group": replace(GROUP, statuses=frozenset({201}))}),
            "InvalidArgument",
            "failover criteria",
        ),
        (
            config(errors={418: ErrorResponse(418)}),
            "InvalidArgument",
            "ErrorCode is not valid: 418",
        ),
        (
            config(errors={404: ErrorResponse(404, page="404.html")}),
            "InvalidArgument",
            "begin with a slash",
        ),
        (
            config(Behaviour("/x", "a", functions=(("origin-request", "f"),))),
            "InvalidFunctionAssociation",
            "viewer events only",
        ),
        (
            config(
                Behaviour(
                    "/x", "a", edge=edge("viewer-response"), functions=(("viewer-request", "f"),)
                )
            ),
            "InvalidLambdaFunctionAssociation",
            "cannot have both",
        ),
        (
            config(Behaviour("/x", "a", edge=edge("origin-request", VERSION[:-2]))),
            "InvalidLambdaFunctionAssociation",
            "must end with the version number",
        ),
        (
            config(Behaviour("/x", "a", edge=edge("origin-request", f"{VERSION[:-1]}$LATEST"))),
            "InvalidLambdaFunctionAssociation",
            "must end with the version number",
        ),
        (
            config(
                Behaviour(
                    "/x",
                    "a",
                    edge=edge("origin-request", VERSION.replace("us-east-1", "eu-west-1")),
                )
            ),
            "InvalidLambdaFunctionAssociation",
            "must be in region 'us-east-1'",
        ),
    ],
)
def test_refused(refused: Config, code: str, text: str) -> None:
    refusal = refusal_of(refused)
    assert refusal is not None
    assert refusal.code == code
    assert text in refusal.message
