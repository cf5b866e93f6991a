from collections.abc import Iterator, Mapping

import pytest

from serverless_stack.checks import check_template, check_templates
from serverless_stack.checks.engine import runner
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, check_range, violation

FAULT = runner.fault  # before a fixture replaces it
BAD = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "xn--a"}}


def test_a_finding_has_all_its_attributes() -> None:
    (found,) = check_template({"Resources": {"Bucket": BAD}})
    assert (found.rule, found.resource, found.property, found.value) == (
        "S3-001",
        "Bucket",
        "BucketName",
        "xn--a",
    )
    assert found.message.startswith("`BucketName` must not begin with a prefix")
    assert (found.severity, found.page) == ("error", "Bucket naming rules")
    assert (found.acknowledged, found.template) == ("", "")


def test_an_acknowledged_finding_has_its_reason() -> None:
    listed = {"acknowledge": [{"id": "S3-001", "reason": "it is so"}, {"id": "S3-002"}]}
    known = {**BAD, "Metadata": {"serverless-stack": listed}}
    (found,) = check_template({"Resources": {"Bucket": known}})
    assert found.acknowledged == "it is so"


@pytest.mark.parametrize("metadata", [1, {"serverless-stack": 1}, {"serverless-stack": {}}])
def test_other_metadata_acknowledges_nothing(metadata: object) -> None:
    (found,) = check_template({"Resources": {"Bucket": {**BAD, "Metadata": metadata}}})
    assert found.acknowledged == ""


@pytest.mark.parametrize("acknowledgement", [{}, {"reason": ""}, {"reason": " "}])
def test_an_acknowledgement_without_a_reason_does_not_count(
    acknowledgement: dict[str, object],
) -> None:
    listed = {"acknowledge": [{"id": "S3-001", **acknowledgement}]}
    known = {**BAD, "Metadata": {"serverless-stack": listed}}
    (found,) = check_template({"Resources": {"Bucket": known}})
    assert found.acknowledged == ""
    assert found.message.endswith("(acknowledged without a reason, which does not count)")


def test_one_violation_in_two_branches_is_one_finding() -> None:
    branches = {"Fn::If": ["Known", "xn--a", "xn--a"]}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": branches}}
    known = {"Known": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    assert len(check_template({"Resources": {"Bucket": bucket}, "Conditions": known})) == 1


def test_findings_name_their_template() -> None:
    good: dict[str, object] = {"Resources": {}}
    found = check_templates({"One": {"Resources": {"Bucket": BAD}}, "Two": good})
    assert [(each.template, each.resource) for each in found] == [("One", "Bucket")]


def test_rules_on_resources_templates_and_apps() -> None:
    rules = RuleList()

    @rules.resource("TEST-001", "AWS::S3::Bucket", page="Page")
    def one(bucket: Resource) -> Iterator[Violation]:
        """`Size` must be between 1 and 4 GB.

        The deployment fails
        otherwise.
        """
        yield from check_range(bucket, "Size", 1, 4, "GB")

    @rules.template("TEST-002", page="Page")
    def two(template: Template) -> Iterator[Violation]:
        yield violation("", "be small", len(template.source))

    @rules.app("TEST-003", page="Page")
    def three(templates: Mapping[str, Template]) -> Iterator[Violation]:
        yield Violation("", None, "no", template=next(iter(templates)))

    assert (rules[0].title, rules[0].description) == (
        "`Size` must be between 1 and 4 GB.",
        "The deployment fails otherwise.",
    )
    source = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Size": "9"}}}}
    found = runner.check_templates({"One": source}, {}, rules)
    assert [(each.rule, each.template, each.resource, each.message) for each in found] == [
        ("TEST-002", "One", "", "`` must be small, got: 1"),
        ("TEST-003", "One", "", "no"),
        ("TEST-001", "One", "B", "`Size` must be between 1 and 4 GB, got: 9 (nearest accepted: 4)"),
    ]


def test_a_rule_that_fails_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = RuleList()

    @listed.resource("S3-998", "AWS::S3::Bucket", page="Buckets")
    def broken(bucket: Resource) -> Iterator[Violation]:
        """Rules must not fail."""
        yield violation("BucketName", "be another one", bucket.get("BucketName"))
        raise KeyError("hunter2")

    @listed.resource("S3-999", "AWS::S3::Bucket", page="Buckets")
    def whole(bucket: Resource) -> Iterator[Violation]:
        """Other rules go on."""
        yield violation("BucketName", "be another one", bucket.get("BucketName"))

    monkeypatch.setattr(runner, "fault", FAULT)
    findings = runner.check_templates({"Shop": {"Resources": {"Bucket": BAD}}}, {}, listed)
    assert [(f.rule, f.resource, f.severity) for f in findings] == [
        ("S3-998", "Bucket", Severity.WARNING),
        ("S3-998", "Bucket", Severity.ERROR),
        ("S3-999", "Bucket", Severity.ERROR),
    ]
    assert findings[0].template == "Shop"
    assert "S3-998 was not checked" in findings[0].message
    assert "KeyError in test_runner.py" in findings[0].message
    assert "hunter2" not in repr(findings)  # the error may hold a secret of the template


@pytest.mark.parametrize("template", [None, [], "Resources: {}", 1])
def test_what_is_no_template(template: object) -> None:
    message = f"`template` must be a mapping.*got: {type(template).__name__}"
    with pytest.raises(TypeError, match=message):
        check_template(template)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="template `Shop` must be a mapping"):
        check_templates({"Shop": template})  # type: ignore[dict-item]
