from collections.abc import Iterator, Mapping

import pytest

from serverless_stack.checks import check_template, check_templates
from serverless_stack.checks.engine import registry
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation

BAD = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "xn--a"}}


def test_a_finding_tells_all_of_it() -> None:
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


def test_what_is_acknowledged_keeps_its_reason() -> None:
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


def test_one_mistake_in_two_branches_is_told_once() -> None:
    branches = {"Fn::If": ["Known", "xn--a", "xn--a"]}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": branches}}
    known = {"Known": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    assert len(check_template({"Resources": {"Bucket": bucket}, "Conditions": known})) == 1


def test_the_templates_of_an_app_are_told_apart() -> None:
    good: dict[str, object] = {"Resources": {}}
    found = check_templates({"One": {"Resources": {"Bucket": BAD}}, "Two": good})
    assert [(each.template, each.resource) for each in found] == [("One", "Bucket")]


def test_rules_about_templates_and_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, registry.Rule] = {}
    monkeypatch.setattr(registry, "RULES", made)

    @registry.rule("XX-001", "AWS::S3::Bucket", page="Page")
    def one(bucket: Resource) -> Iterator[Violation]:
        yield from registry.between(bucket, "Size", 1, 4, "GB")

    @registry.template_rule("XX-002", page="Page")
    def two(template: Template) -> Iterator[Violation]:
        yield registry.must("", "be small", len(template.source))

    @registry.app_rule("XX-003", page="Page")
    def three(templates: Mapping[str, Template]) -> Iterator[Violation]:
        yield Problem("", None, "no", template=next(iter(templates)))

    monkeypatch.setattr("serverless_stack.checks.engine.runner._loaded", list(made.values()))
    source = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Size": "9"}}}}
    found = check_templates({"One": source})
    assert [(each.rule, each.template, each.resource, each.message) for each in found] == [
        ("XX-002", "One", "", "`` must be small, got: 1"),
        ("XX-003", "One", "", "no"),
        ("XX-001", "One", "B", "`Size` must be between 1 and 4 GB, got: 9 (nearest accepted: 4)"),
    ]
    with pytest.raises(ValueError, match="one rule only, got: XX-001"):
        registry.rule("XX-001", page="Page")(one)


def test_messages_of_values_tell_their_property() -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "A", "Other": "b"}}
    (found,) = Template({"Resources": {"Bucket": bucket}}).all()
    messages = ["`BucketName` must be `x`, got: 'A'", "`Gone` must be set"]
    told = list(registry.told(found, messages))
    assert [(each.property, each.value) for each in told] == [("BucketName", "A"), ("Gone", None)]
    assert [each.message for each in told] == messages
