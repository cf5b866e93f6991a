import json
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from serverless_stack.testing.assertions import (
    assert_compliant,
    assert_deployable,
    assert_least_privilege,
    assert_no_replacement,
    assert_stateful_unchanged,
)
from serverless_stack.testing.template_text import SourceError


def shop(
    key: str = "id", table: str = "Orders", policy: cdk.RemovalPolicy = cdk.RemovalPolicy.DESTROY
) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Shop")
    dynamodb.Table(
        stack,
        table,
        table_name="orders",
        partition_key=dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING),
        removal_policy=policy,
    )
    sqs.Queue(stack, "Jobs", visibility_timeout=cdk.Duration.seconds(len(key)))
    return stack


def said(caught: pytest.ExceptionInfo[AssertionError]) -> list[str]:
    return str(caught.value).splitlines()


def test_equal_stacks_pass() -> None:
    assert_no_replacement(shop(), shop())
    assert_stateful_unchanged(shop(), shop())


def test_a_replacement_names_construct_property_old_and_new() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_no_replacement(shop(), shop("order"))
    lines = said(caught)
    assert lines[0] == "1 resource must not be replaced:"
    assert "Shop/Orders/Resource (Orders" in lines[2]
    assert lines[2].endswith("modify, DATA LOSS")
    assert lines[3] == '    Properties.KeySchema.0.AttributeName: "id" -> "order"'
    assert lines[4].startswith("        DATA LOSS: create-only property of AWS::DynamoDB::Table")
    assert "VisibilityTimeout" not in str(caught.value)


def test_a_replacement_may_be_allowed() -> None:
    before, after = shop(), shop("order")
    assert_no_replacement(before, after, allow=["Shop/Orders/Resource"])
    (name,) = Template.from_stack(before).find_resources("AWS::DynamoDB::Table")
    assert_no_replacement(before, after, allow=[name])
    assert_no_replacement(before, after, allow=["Shop/Orders"])
    with pytest.raises(AssertionError):
        assert_no_replacement(before, after, allow=["Shop"])


def test_a_removal_that_loses_data_is_refused() -> None:
    with pytest.raises(AssertionError, match="must not be replaced"):
        assert_no_replacement(shop(), cdk.Stack(cdk.App(), "Shop"))


def test_a_rename_comes_with_its_remedy() -> None:
    with pytest.raises(AssertionError, match=r"override_logical_id\(") as caught:
        assert_no_replacement(shop(), shop(table="Sales"))
    assert "deploy will fail: the new resource cannot have TableName 'orders'" in str(caught.value)


@pytest.mark.parametrize("change", ["of the key", "of the construct", "removal"])
def test_stateful_resources_must_not_change(change: str) -> None:
    before = shop(policy=cdk.RemovalPolicy.RETAIN)
    after = cdk.Stack(cdk.App(), "Shop")
    if change != "removal":
        after = shop("order") if change == "of the key" else shop(table="Sales")
    with pytest.raises(AssertionError, match="must not change:") as caught:
        assert_stateful_unchanged(before, after)
    assert "AWS::DynamoDB::Table" in str(caught.value)


def test_retention_of_stateful_resources_must_stay() -> None:
    kept = shop(policy=cdk.RemovalPolicy.RETAIN)
    with pytest.raises(AssertionError, match="retention dropped: DeletionPolicy 'Retain'"):
        assert_stateful_unchanged(kept, shop())
    assert_stateful_unchanged(shop(), kept)


def test_a_new_stateful_resource_is_allowed() -> None:
    assert_stateful_unchanged(cdk.Stack(cdk.App(), "Shop"), shop())


def test_every_object_with_a_template_is_accepted(tmp_path: Path) -> None:
    template = Template.from_stack(shop())
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(template.to_json()))
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    sqs.Queue(cdk.Stack(app, "Mail"), "Mails")
    sqs.Queue(cdk.Stack(app, "Shop"), "Jobs")
    app.synth()
    for each in (template, template.to_json(), file, str(file)):
        assert_no_replacement(each, shop())
        with pytest.raises(AssertionError):
            assert_no_replacement(each, shop("order"))
    with pytest.raises(ValueError, match="must have one stack, got: Mail, Shop; use the template"):
        assert_no_replacement(tmp_path / "cdk.out", shop())
    (tmp_path / "cdk.out" / "manifest.json").unlink()
    (tmp_path / "cdk.out" / "Mail.template.json").unlink()
    assert_no_replacement(tmp_path / "cdk.out", tmp_path / "cdk.out")


def test_findings_of_cdk_nag() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    sqs.Queue(stack, "Jobs")
    with pytest.raises(AssertionError) as caught:
        assert_compliant(stack)
    lines = said(caught)
    assert lines[0] == "the stack is not compliant, 2 findings:"
    assert lines[1].startswith("  Shop/Jobs/Resource: AwsSolutions-SQS3: The SQS queue is not used")


def test_acknowledged_findings_pass() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    queue = sqs.Queue(stack, "Jobs", enforce_ssl=True)
    cdk.Validations.of(queue).acknowledge(
        cdk.Acknowledgment(id="AwsSolutions-SQS3", reason="what fails is not needed again")
    )
    assert_compliant(stack)


def test_findings_acknowledged_by_their_pack_pass() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    sqs.Queue(stack, "Jobs", enforce_ssl=True)
    other = cdk.Acknowledgment(id="Serverless::AwsSolutions-SQS3", reason="of another pack")
    cdk.Validations.of(stack).acknowledge(other)
    with pytest.raises(AssertionError, match="AwsSolutions-SQS3"):
        assert_compliant(stack)
    meant = cdk.Acknowledgment(id="AwsSolutions::AwsSolutions-SQS3", reason="not needed again")
    cdk.Validations.of(stack).acknowledge(meant)
    assert_compliant(stack)


def test_packs_as_instances_or_classes() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    sqs.Queue(stack, "Jobs")
    assert_compliant(stack, packs=[])
    for pack in (cdk_nag.ServerlessChecks, cdk_nag.ServerlessChecks()):
        with pytest.raises(AssertionError, match="Serverless-SQS"):
            assert_compliant(stack, packs=[pack])


def test_aspects_have_run() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    user = iam.User(stack, "User")
    user.add_to_policy(iam.PolicyStatement(actions=["s3:Get*"], resources=["arn:aws:s3:::b"]))
    with pytest.raises(AssertionError, match=r"IAM5\[Action::s3:Get\*\]"):
        assert_compliant(stack)


def with_statement(**properties: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **properties}
    return {
        "Resources": {
            "Policy": {
                "Type": "AWS::IAM::Policy",
                "Metadata": {"aws:cdk:path": "Shop/Policy/Resource"},
                "Properties": {"PolicyDocument": {"Statement": [statement]}},
            }
        }
    }


BUCKET = {"Fn::GetAtt": ["Bucket", "Arn"]}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ({}, "s3:GetObject on *"),
        ({"Action": "s3:*", "Resource": BUCKET}, "s3:*"),
        ({"Action": ["s3:Get*"], "Resource": BUCKET}, "s3:Get*"),
        ({"Resource": "arn:aws:s3:::*"}, "s3:GetObject on arn:aws:s3:::*"),
        (
            {"Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:1:table/*"},
            "dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:1:table/*",
        ),
        ({"Resource": "*", "Principal": "*"}, "principal *"),
        (
            {"Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::*"]]}},
            "s3:GetObject on arn:${AWS::Partition}:s3:::*",
        ),
    ],
)
def test_wildcards_are_named(statement: dict[str, object], what: str) -> None:
    template = with_statement(**statement)
    with pytest.raises(AssertionError) as caught:
        assert_least_privilege(template)
    assert said(caught)[:3] == [
        "the stack has wildcards in its policies, 1 finding:",
        f"  Shop/Policy/Resource: {what}",
        said(caught)[2],
    ]
    assert "PolicyDocument.Statement.0: {" in said(caught)[2]
    assert_least_privilege(template, allow=[what])
    assert_least_privilege(template, allow=[f"Shop/Policy/Resource: {what}"])
    with pytest.raises(AssertionError):
        assert_least_privilege(template, allow=[f"Shop/Other: {what}"])


@pytest.mark.parametrize(
    "statement",
    [
        {"Resource": BUCKET},
        {"Resource": {"Fn::Join": ["", [BUCKET, "/*"]]}},
        {"Resource": "arn:aws:s3:::bucket/*"},
        {"Resource": {"Fn::Sub": "arn:aws:execute-api:eu-west-1:1:${Api}/*"}},
        {"Resource": "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/shop:*"},
        {"Effect": "Deny", "Action": "*"},
        {"Resource": "*", "Principal": {"Service": "lambda.amazonaws.com"}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
    ],
)
def test_what_is_not_a_wildcard(statement: dict[str, object]) -> None:
    assert_least_privilege(with_statement(**statement))


def test_wildcards_of_one_statement_are_together() -> None:
    template = with_statement(Action=["s3:Get*", "s3:List*", "s3:PutObject"], Resource=BUCKET)
    with pytest.raises(AssertionError) as caught:
        assert_least_privilege(template)
    assert said(caught)[1] == "  Shop/Policy/Resource: s3:Get*, s3:List*"
    assert len(said(caught)) == 3


def test_exclusions_are_wildcards() -> None:
    template = with_statement(NotAction="iam:*")
    with pytest.raises(AssertionError, match=r"Shop/Policy/Resource: !iam:\*"):
        assert_least_privilege(template)


def test_managed_policies_with_full_access() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    iam.Role(
        stack,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name("AmazonS3FullAccess"),
            iam.ManagedPolicy.from_aws_managed_policy_name("AWSXRayDaemonWriteAccess"),
        ],
    )
    with pytest.raises(
        AssertionError, match="1 finding:\n  Shop/Role/Resource: AmazonS3FullAccess"
    ):
        assert_least_privilege(stack)
    assert_least_privilege(stack, allow=["AmazonS3FullAccess"])


def with_nested(key: str = "id", action: str = "s3:GetObject") -> cdk.Stack:
    """A stack with a nested stack, which has a table and a role."""
    stack = cdk.Stack(cdk.App(), "Shop")
    inner = cdk.NestedStack(stack, "Data")
    attribute = dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING)
    dynamodb.Table(
        inner, "Orders", partition_key=attribute, removal_policy=cdk.RemovalPolicy.DESTROY
    )
    role = iam.Role(inner, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=[action], resources=["arn:aws:s3:::a/b"]))
    return stack


@pytest.mark.parametrize("check", [assert_no_replacement, assert_stateful_unchanged])
def test_nested_stacks_are_compared(check: Callable[..., None]) -> None:
    check(with_nested(), with_nested())
    check(with_nested(), with_nested(action="s3:PutObject"))
    with pytest.raises(AssertionError, match="Shop/Data/Orders/Resource"):
        check(with_nested(), with_nested(key="order"))


def with_table(*places: str) -> cdk.Stack:
    """A stack with a retained table in the nested stacks of these names, or in itself."""
    stack = cdk.Stack(cdk.App(), "Shop")
    attribute = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    homes: dict[str, cdk.Stack] = {"": stack}
    for place in ("First", "Second"):
        homes[place] = cdk.NestedStack(stack, place)
        cdk.CfnWaitConditionHandle(homes[place], "Handle")
    for place in places:
        dynamodb.Table(homes[place], "Orders", partition_key=attribute)
    return stack


@pytest.mark.parametrize(
    ("old", "new"), [("", "First"), ("First", ""), ("First", "Second")], ids=["in", "out", "over"]
)
def test_a_retained_table_that_moves_to_another_stack_is_replaced(old: str, new: str) -> None:
    with pytest.raises(AssertionError, match="Orders/Resource") as caught:
        assert_no_replacement(with_table(old), with_table(new))
    assert "without the data of this one" in " ".join(str(caught.value).split())
    assert_no_replacement(with_table(old), with_table(old, new))
    assert_no_replacement(with_table(old, new), with_table(new))


def test_wildcards_in_nested_stacks_are_found() -> None:
    assert_least_privilege(with_nested())
    with pytest.raises(AssertionError, match=r"Shop/Data/Role/DefaultPolicy/Resource: s3:\*"):
        assert_least_privilege(with_nested(action="s3:*"))


@pytest.mark.parametrize("allow", ["*", "Shop/Orders", b"x", 1, None, [1]])
def test_what_is_allowed_is_a_list(allow: object) -> None:
    stack = shop()
    message = r"`allow` must be a list of texts, such as \[\"Orders\"\], got: "
    calls: list[Callable[[], None]] = [
        lambda: assert_no_replacement(stack, stack, allow=allow),  # type: ignore[arg-type]
        lambda: assert_stateful_unchanged(stack, stack, allow=allow),  # type: ignore[arg-type]
        lambda: assert_least_privilege(stack, allow=allow),  # type: ignore[arg-type]
        lambda: assert_deployable(stack, allow=allow),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(TypeError, match=message):
            call()


def test_a_template_without_its_nested_stacks_is_refused(tmp_path: Path) -> None:
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Shop")
    sqs.Queue(cdk.NestedStack(stack, "Files"), "Jobs")
    assert_no_replacement(stack, stack)
    template = Template.from_stack(stack)
    others: list[Template | Mapping[str, object] | Path] = [
        template,
        template.to_json(),
        tmp_path / "Shop.template.json",
    ]
    for other in others:
        with pytest.raises(ValueError, match=r"must not have nested stacks.*pass the stack itself"):
            assert_no_replacement(stack, other)
        with pytest.raises(ValueError, match=r"must not have nested stacks.*pass the stack itself"):
            assert_least_privilege(other)
    assert_no_replacement(stack, tmp_path)


def test_a_file_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"shop\.json cannot be read: No such file"):
        assert_deployable(tmp_path / "shop.json")
    with pytest.raises(SourceError, match="there is no stack in"):
        assert_deployable(tmp_path)
