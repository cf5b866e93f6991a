"""The validation plugin in CDK apps: what fails their synthesis, and what they show."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from serverless_stack.checks import Severity, rules
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.integrations.cdk_plugin import DeployabilityChecks

ID = "serverless-stack::S3-001"


def checked_app(folder: Path, *, strict: bool = False) -> cdk.App:
    app = cdk.App(outdir=str(folder))
    cdk.Validations.of(app).add_plugins(DeployabilityChecks(strict=strict))
    return app


def acknowledge(scope: cdk.Stack | s3.CfnBucket, id: str = ID) -> None:
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=id, reason="it is so"))


def refused(app: cdk.App) -> str:
    """Return the message with which synthesis fails."""
    with pytest.raises(RuntimeError, match="ValidationFailed") as caught:
        app.synth()
    return str(caught.value)


def report(folder: Path) -> dict[str, object]:
    (found,) = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a warning on each bucket, with the region, the only rule."""
    only = RuleList()

    @only.resource("TEST-001", "AWS::S3::Bucket", page="Page", severity=Severity.WARNING)
    def bucket(bucket: Resource) -> Iterator[Violation]:
        yield violation("BucketName", "not be here", bucket.template.region)

    monkeypatch.setattr("serverless_stack.checks.catalog.RULES", tuple(only))


def test_an_app_without_findings(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    s3.CfnBucket(cdk.Stack(app, "Shop"), "Bucket", bucket_name="good")
    app.synth()
    assert json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"] == []


def test_errors_fail_synthesis(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    shop = cdk.Stack(app, "Shop")
    s3.CfnBucket(shop, "Bucket", bucket_name="xn--a")
    s3.CfnBucket(cdk.NestedStack(shop, "Inner"), "Deep", bucket_name="xn--b")
    s3.Bucket(cdk.Stack(cdk.Stage(app, "Prod"), "Shop"), "Other", bucket_name="xn--c")
    said = refused(app)
    for path in ("Shop/Bucket (Bucket)", "Shop/Inner/Deep (Deep)", "Prod/Shop/Other/Resource ("):
        assert path in said
    for name in ("xn--a", "xn--b", "xn--c"):
        assert said.count(f"got: '{name}' (serverless-stack)") == 1
    assert "Suggested fix: S3 refuses the bucket otherwise." in said
    assert 'See "Bucket naming rules" in the documentation of AWS.' in said
    assert "Acknowledge with 'serverless-stack::S3-001'" in said


@pytest.mark.parametrize(
    "choose", [lambda shop, bucket: shop, lambda shop, bucket: bucket], ids=["stack", "bucket"]
)
def test_acknowledged_in_code(
    tmp_path: Path,
    choose: Callable[[cdk.Stack, s3.CfnBucket], cdk.Stack | s3.CfnBucket],
) -> None:
    app = checked_app(tmp_path)
    shop = cdk.Stack(app, "Shop")
    bucket = s3.CfnBucket(shop, "Bucket", bucket_name="xn--a")
    acknowledge(choose(shop, bucket))
    app.synth()
    text = json.dumps(report(tmp_path)["suppressedViolations"])
    assert "Shop/Bucket" in text
    assert "it is so" in text


def test_acknowledgements_of_other_constructs_do_not_count(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    shop = cdk.Stack(app, "Shop")
    acknowledge(s3.CfnBucket(shop, "Known", bucket_name="xn--known"))
    s3.CfnBucket(shop, "Bucket", bucket_name="xn--a")
    said = refused(app)
    assert "Shop/Bucket" in said
    assert "Shop/Known" not in said


def metadata(bucket: s3.CfnBucket, **reason: str) -> None:
    listed = {"acknowledge": [{"id": "S3-001", **reason}]}
    bucket.add_metadata("serverless-stack", listed)


def test_acknowledged_in_the_template(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    shop = cdk.Stack(app, "Shop")
    metadata(s3.CfnBucket(shop, "Known", bucket_name="xn--known"), reason="it is so")
    s3.CfnBucket(shop, "Bucket", bucket_name="xn--a")
    said = refused(app)
    assert "Shop/Known" not in said
    assert report(tmp_path)["metadata"] == {"acknowledged S3-001 Shop/Known": "it is so"}


def test_no_reason_does_not_count(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    metadata(s3.CfnBucket(cdk.Stack(app, "Shop"), "Bucket", bucket_name="xn--a"))
    assert "acknowledged without a reason, which does not count" in refused(app)


@pytest.mark.usefixtures("warning")
def test_a_warning_is_shown_and_does_not_fail(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    for region in ("eu-west-1", "eu-west-2"):
        shop = cdk.Stack(app, region, env=cdk.Environment(region=region))
        s3.CfnBucket(shop, "Bucket")
    s3.CfnBucket(cdk.Stack(app, "anywhere"), "Bucket")
    app.synth()
    shown = report(tmp_path)
    assert shown["conclusion"] == "success"
    assert sorted(re.findall(r"got: ([^\"]+)", json.dumps(shown))) == [
        "'eu-west-1'",
        "'eu-west-2'",
        "None",
    ]


@pytest.mark.usefixtures("warning")
def test_a_warning_fails_when_strict(tmp_path: Path) -> None:
    app = checked_app(tmp_path, strict=True)
    shop = cdk.Stack(app, "Shop")
    known = s3.CfnBucket(shop, "Known")
    acknowledge(known, "serverless-stack::TEST-001")
    s3.CfnBucket(shop, "Bucket")
    said = refused(app)
    assert "ERROR `BucketName` must not be here" in said
    assert "Shop/Known" not in said


@pytest.mark.usefixtures("warning")
def test_strict_and_all_acknowledged(tmp_path: Path) -> None:
    app = checked_app(tmp_path, strict=True)
    shop = cdk.Stack(app, "Shop")
    s3.CfnBucket(shop, "Bucket")
    acknowledge(shop, "serverless-stack::TEST-001")
    app.synth()


def test_findings_on_the_template_name_its_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = RuleList()

    @only.template("TEST-002", page="Page")
    def all_of_it(template: object) -> Iterator[Violation]:
        yield violation("", "be small", 1)

    monkeypatch.setattr("serverless_stack.checks.catalog.RULES", tuple(only))
    app = checked_app(tmp_path)
    shop = cdk.Stack(app, "Shop")
    s3.CfnBucket(shop, "Bucket")
    known = cdk.Stack(app, "Known")
    s3.CfnBucket(known, "Bucket")
    acknowledge(known, "serverless-stack::TEST-002")
    said = refused(app)
    assert "Shop" in said
    assert "Known" not in said


def test_of_a_stage_alone(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    stage = cdk.Stage(app, "Prod")
    cdk.Validations.of(stage).add_plugins(DeployabilityChecks())
    s3.CfnBucket(cdk.Stack(app, "Shop"), "Unchecked", bucket_name="xn--a")
    s3.CfnBucket(cdk.Stack(stage, "Shop"), "Bucket", bucket_name="xn--a")
    said = refused(app)
    assert "Prod/Shop/Bucket" in said
    assert "Unchecked" not in said


def test_the_plugin_describes_itself() -> None:
    checks = DeployabilityChecks()
    assert checks.name == "serverless-stack"
    assert re.fullmatch(r"\d+\.\d+\.\d+", checks.version)
    assert checks.rule_ids == [rule.id for rule in rules()]
