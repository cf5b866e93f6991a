"""`assert_deployable`, on every object with a template."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from serverless_stack.checks import Severity
from serverless_stack.checks.engine import registry
from serverless_stack.checks.engine import runner as engine
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.registry import Problem
from serverless_stack.checks.engine.template import Resource
from serverless_stack.testing.assertions import assert_deployable
from serverless_stack.testing.template_text import SourceError

ID = "serverless-stack::S3-001"


def shop(name: str = "xn--a") -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Shop")
    s3.Bucket(stack, "Files", bucket_name=name)
    return stack


def refused(thing: object, **options: object) -> list[str]:
    with pytest.raises(AssertionError) as caught:
        assert_deployable(thing, **options)  # type: ignore[arg-type]
    first, *lines = str(caught.value).splitlines()
    number = f"{len(lines)} finding{'s' if len(lines) > 1 else ''}"
    assert first == f"the stack cannot be deployed, {number}:"
    return [line.strip() for line in lines]


@pytest.fixture
def warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the rules by one that warns of each bucket, with its region."""
    made: dict[str, registry.Rule] = {}
    monkeypatch.setattr(registry, "RULES", made)

    @registry.rule("XX-001", "AWS::S3::Bucket", page="Page", severity=Severity.WARNING)
    def bucket(bucket: Resource) -> Iterator[Problem]:
        region = bucket.template.region
        assert region is None or not is_unresolved(region)
        yield registry.must("BucketName", "not be here", region)

    monkeypatch.setattr(engine, "_loaded", list(made.values()))


def test_a_stack_that_can_be_deployed() -> None:
    assert_deployable(shop("good"))


def test_a_finding_names_construct_rule_and_message() -> None:
    (line,) = refused(shop())
    assert line.startswith("Shop/Files/Resource: S3-001: `BucketName` must not begin with")


@pytest.mark.parametrize(
    "taken",
    [
        lambda stack: stack.node.find_child("Files"),
        lambda stack: stack.node.find_child("Files").node.default_child,
    ],
)
def test_a_construct_has_its_own_findings_only(taken: Callable[[cdk.Stack], object]) -> None:
    stack = shop()
    s3.CfnBucket(stack, "FilesToo", bucket_name="xn--b")
    (line,) = refused(taken(stack))
    assert line.startswith("Shop/Files/Resource: S3-001")


def test_nested_stacks_are_checked_with_theirs() -> None:
    stack = shop("good")
    inner = cdk.NestedStack(stack, "Inner")
    s3.CfnBucket(inner, "Deep", bucket_name="xn--a")
    for thing in (stack, inner):
        (line,) = refused(thing)
        assert line.startswith("Shop/Inner/Deep: S3-001")


def test_a_stack_in_a_stage_is_checked_alone() -> None:
    stage = cdk.Stage(cdk.App(), "Prod")
    s3.CfnBucket(cdk.Stack(stage, "Shop2"), "Bucket", bucket_name="xn--a")
    good = cdk.Stack(stage, "Shop")
    s3.CfnBucket(good, "Bucket")
    assert_deployable(good)


def test_templates_and_files(tmp_path: Path) -> None:
    stack = shop()
    template = Template.from_stack(stack)
    (line,) = refused(template)
    assert line.startswith("Files")
    assert refused(template.to_json()) == [line]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(template.to_json()))
    assert refused(path) == refused(str(path)) == [line]


def test_an_assembly_may_have_any_number_of_stacks(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    for name in ("One", "Two"):
        s3.CfnBucket(cdk.Stack(app, name), "Bucket", bucket_name=f"xn--{name.lower()}")
    app.synth()
    lines = refused(tmp_path)
    assert [line.split(": ")[0] for line in lines] == ["One/Bucket", "Two/Bucket"]


def test_a_file_without_a_template(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("{}")
    with pytest.raises(SourceError, match="it has no `Resources`"):
        assert_deployable(path)


@pytest.mark.parametrize("allowed", ["S3-001", "Shop/Files/Resource: S3-001"])
def test_a_rule_may_be_allowed(allowed: str) -> None:
    assert_deployable(shop(), allow=[allowed])


def test_allowing_another_rule_or_construct_has_no_effect() -> None:
    assert len(refused(shop(), allow=["S3-002", "Shop/Other: S3-001"])) == 1


@pytest.mark.parametrize("depth", range(4))
def test_acknowledged_findings_are_accepted(depth: int) -> None:
    """At the app, the stack, the construct, or the resource itself."""
    stack = shop()
    bucket = stack.node.find_child("Files").node.default_child
    assert bucket is not None
    scope = bucket.node.scopes[depth]
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=ID, reason="it is so"))
    assert_deployable(stack)


def test_the_metadata_of_a_resource_acknowledges() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    bucket = s3.CfnBucket(stack, "Bucket", bucket_name="xn--a")
    listed = {"acknowledge": [{"id": "S3-001", "reason": "it is so"}]}
    bucket.add_metadata("serverless-stack", listed)
    assert_deployable(stack)
    assert_deployable(Template.from_stack(stack))


def test_an_acknowledgement_without_a_reason_does_not_count() -> None:
    stack = shop()
    cdk.Validations.of(stack).acknowledge(cdk.Acknowledgment(id=ID, reason=""))
    (line,) = refused(stack)
    assert line.endswith("(acknowledged without a reason, which does not count)")


@pytest.mark.usefixtures("warning")
def test_a_warning_fails_when_strict() -> None:
    stack = shop()
    assert_deployable(stack)
    assert len(refused(stack, strict=True)) == 1


@pytest.mark.usefixtures("warning")
def test_the_region() -> None:
    stack = cdk.Stack(cdk.App(), "Shop", env=cdk.Environment(region="eu-west-1"))
    s3.CfnBucket(stack, "Bucket")
    assert refused(stack, strict=True, region="eu-west-3")[0].endswith("got: 'eu-west-1'")
    anywhere = shop()
    assert refused(anywhere, strict=True)[0].endswith("got: None")
    assert refused(anywhere, strict=True, region="eu-west-3")[0].endswith("got: 'eu-west-3'")
    template = Template.from_stack(anywhere)
    assert refused(template, strict=True, region="eu-west-3")[0].endswith("got: 'eu-west-3'")
