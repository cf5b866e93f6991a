from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_logs as logs

from serverless_stack.constructs import Cdn, Invalidation, ProxyApi
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    Json,
    new_app,
    properties,
    refused,
    require_no_cycle,
    statements,
    synth,
)

RESOURCE = "Custom::Invalidation"


def cdn_of(stack: cdk.Stack) -> Cdn:
    return Cdn(stack, "Site", api=ProxyApi(stack, "Api", handler=plain_function(stack, "Plain")))


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    Invalidation(
        stack, "Invalidation", distributions=[cdn_of(stack)], paths=["/catalog*"], trigger="1.0"
    )
    return synth(stack)


@pytest.fixture(scope="module")
def maximal(site: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    Invalidation(
        stack,
        "Invalidation",
        distributions=[cdn_of(stack).distribution],
        paths=["/", "/a%20b", "/catalog*"],
        trigger=site,
        wait=True,
        log_retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    require_no_cycle(synth(stack))
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_every_argument_is_passed_on(maximal: Json) -> None:
    resource_properties = properties(maximal, RESOURCE)
    assert resource_properties["Paths"] == ["/", "/a%20b", "/catalog*"]
    assert resource_properties["WaitSeconds"] == "600"
    assert len(resource_properties["Trigger"]) == 64


def test_the_function_may_invalidate_its_distribution_only(minimal: Json) -> None:
    (statement,) = statements(minimal)
    assert statement["Action"] == ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
    assert "SiteDistribution" in str(statement["Resource"])


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_content_of_a_path_is_the_trigger(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data.json"
    trigger = path if kind == "file" else tmp_path

    def resource_properties() -> object:
        stack = cdk.Stack(new_app(), "Test")
        Invalidation(
            stack, "Invalidation", distributions=[cdn_of(stack)], paths=["/x"], trigger=trigger
        )
        return properties(synth(stack), RESOURCE)["Trigger"]

    path.write_text("1")
    before = resource_properties()
    path.touch()
    assert resource_properties() == before
    path.write_text("2")
    assert resource_properties() != before


def test_all_problems_are_reported_together(stack: cdk.Stack, tmp_path: Path) -> None:
    cdn = cloudfront.Distribution.from_distribution_attributes(
        stack, "Site", distribution_id="E123", domain_name="d123.cloudfront.net"
    )
    message = refused(
        lambda: Invalidation(
            stack,
            "Invalidation",
            distributions=[cdn],
            paths=["a", "/a*b", "/ü"],
            trigger=tmp_path / "nowhere",
        )
    )
    assert message.splitlines() == [
        "4 problems in Test/Invalidation:",
        "- `paths` must begin with a slash, got: 'a'",
        "- `paths` must have `*` as the last character only, got: '/a*b'",
        "- `paths` must be percent-encoded, got: '/ü'",
        "- `trigger` must be a text, or the path of an existing file or folder, "
        f"got: '{tmp_path}/nowhere' (looked for {tmp_path}/nowhere)",
    ]


def test_an_invalidation_needs_a_distribution(stack: cdk.Stack) -> None:
    assert "`distributions` must have at least one distribution, got: none" in refused(
        lambda: Invalidation(stack, "Empty", distributions=[], paths=["/x"], trigger="1")
    )
