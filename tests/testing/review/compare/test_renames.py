import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.testing.review import Action, Consequence, render, review
from serverless_stack.testing.templates import template_of
from tests.constructs.templates import Json
from tests.testing.review.small import resource, template

CODE = "def handler(event, context): ..."


class Service(Construct):
    """A function in a network with a table and a cache, which refer to each other."""

    def __init__(self, scope: Construct, construct_id: str, port: int = 6379) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=2, nat_gateways=0)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.cache = elasticache.CfnReplicationGroup(
            self, "Cache", replication_group_description="cache", port=port
        )
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_inline(CODE),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            vpc=self.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        )
        self.table.grant_read_data(self.function)


def synthesised(construct_id: str, port: int = 6379) -> Json:
    stack = cdk.Stack(cdk.App(), "Shop")
    Service(stack, construct_id, port)
    return template_of(stack)


@pytest.fixture(scope="module")
def before() -> Json:
    return synthesised("Orders")


@pytest.fixture(scope="module")
def after() -> Json:
    return synthesised("Sales")


def test_a_renamed_construct_is_recognised_with_all_in_it(before: Json, after: Json) -> None:
    found = review(before, after)
    assert {change.action for change in found.changes} == {Action.RENAME}
    paths = {name: r["Metadata"]["aws:cdk:path"] for name, r in before["Resources"].items()}
    assert len(found.changes) == len(paths)
    for change in found.changes:
        assert change.construct_path == paths[change.logical_id].replace("Orders", "Sales", 1)
        assert change.consequence >= Consequence.REPLACEMENT
        assert not change.warnings
    assert {change.resource_type for change in found.data_losses} == {
        "AWS::DynamoDB::Table",
        "AWS::ElastiCache::ReplicationGroup",
    }


def test_the_advice_keeps_the_resource(before: Json, after: Json) -> None:
    table = next(c for c in review(before, after).changes if c.resource_type.endswith("::Table"))
    assert table.advice == (
        "To keep the resource, set its old logical id:\n"
        '  stack.node.find_child("Sales").node.find_child("Table").node.find_child("Resource")'
        f'.override_logical_id("{table.logical_id}")\n'
        "or rename it in the deployed stack with `cdk refactor --override-file`:\n"
        f'  "resources": {{"Shop.{table.logical_id}": "Shop.{table.new_logical_id}"}}'
    )
    assert table.advice.splitlines()[1].strip() in render(review(before, after))


def test_the_advice_works(before: Json) -> None:
    """The line of the advice, run on the stack, keeps the table."""
    stack = cdk.Stack(cdk.App(), "Shop")
    Service(stack, "Sales")
    fresh = cdk.Stack(cdk.App(), "Shop")
    Service(fresh, "Sales")
    found = review(before, template_of(fresh))
    for change in found.changes:
        if change.resource_type == "AWS::DynamoDB::Table":
            assert change.advice is not None
            exec(change.advice.splitlines()[1].strip(), {"stack": stack})
    kept = review(before, template_of(stack))
    (table,) = (c for c in kept.changes if c.resource_type == "AWS::DynamoDB::Table")
    assert (table.action, table.consequence) == (Action.MODIFY, Consequence.NONE)
    assert [each.path for each in table.properties] == ["Metadata.aws:cdk:path"]


def test_the_advice_names_changes_that_replace_anyway(before: Json, after: Json) -> None:
    found = review(before, after)
    group = next(c for c in found.changes if c.resource_type == "AWS::EC2::SecurityGroup")
    assert group.advice is not None
    assert group.advice.splitlines()[-1].startswith(
        "Under its old id it would still be replaced: Properties.GroupDescription"
    )


def test_a_changed_resource_is_recognised_by_its_place(before: Json) -> None:
    found = review(before, synthesised("Sales", port=6380))
    cache = next(c for c in found.changes if c.resource_type.endswith("::ReplicationGroup"))
    assert cache.action is Action.RENAME
    assert cache.consequence is Consequence.DATA_LOSS
    assert [each.path for each in cache.properties] == ["LogicalId", "Properties.Port"]


def test_a_rename_without_construct_paths() -> None:
    def made(vpc: str, subnet: str) -> Json:
        return template(
            **{
                vpc: resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
                subnet: resource("AWS::EC2::Subnet", VpcId={"Ref": vpc}),
            },
            Group=resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId={"Ref": vpc}),
        )

    found = review(made("Net", "Sub"), made("Network", "Subnet"))
    assert {c.logical_id: c.new_logical_id for c in found.changes} == {
        "Net": "Network",
        "Sub": "Subnet",
        "Group": None,
    }
    group = next(c for c in found.changes if c.logical_id == "Group")
    assert group.consequence is Consequence.REPLACEMENT
    assert group.properties[0].reason.endswith("it refers to Network, which is new")
    vpc = next(c for c in found.changes if c.logical_id == "Net")
    assert vpc.advice is not None
    assert '  resource.override_logical_id("Net")' in vpc.advice.splitlines()


def test_long_texts_take_time_in_proportion_to_their_length() -> None:
    """With time in proportion to its square, this one would take more than an hour."""
    text = "x" * 500_000
    old = template(A1B2C3D4E=resource("AWS::SSM::Parameter", Value=text))
    new = template(B1B2C3D4E=resource("AWS::SSM::Parameter", Value=f"{text}y"))
    assert {c.action for c in review(old, new).changes} == {Action.ADD, Action.REMOVE}


def test_another_type_or_another_value_is_no_rename() -> None:
    old = template(A=resource("AWS::SQS::Queue", QueueName="a"), B=resource("AWS::SNS::Topic"))
    new = template(C=resource("AWS::SQS::Queue", QueueName="c"), D=resource("AWS::Logs::LogGroup"))
    assert {c.action for c in review(old, new).changes} == {Action.ADD, Action.REMOVE}


def test_equal_resources_are_paired_once_with_a_remark() -> None:
    queue = resource("AWS::SQS::Queue")
    found = review(template(A=queue, B=queue), template(C=queue))
    assert sorted(c.action.value for c in found.changes) == ["remove", "rename"]
    renamed = next(c for c in found.changes if c.action is Action.RENAME)
    assert renamed.advice is not None
    assert "check that this is its new place" in renamed.advice


def test_equal_resources_are_distinguished_by_their_places(before: Json, after: Json) -> None:
    advice = [change.advice or "" for change in review(before, after).changes]
    assert not [each for each in advice if "check that" in each]


def test_a_renamed_resource_is_replaced_even_if_it_is_retained() -> None:
    bucket = resource("AWS::S3::Bucket", DeletionPolicy="Retain", BucketName="shop")
    (change,) = review(template(A=bucket), template(B=bucket)).changes
    assert (change.action, change.consequence) == (Action.RENAME, Consequence.REPLACEMENT)
    assert change.warnings == (
        "deploy will fail: the new resource cannot have BucketName 'shop' while the old one has it",
    )


def test_versions_are_recreated_on_purpose() -> None:
    def made(digest: str) -> Json:
        version = f"WorkerCurrentVersion1A2B3C4D{digest}"
        return template(
            **{version: resource("AWS::Lambda::Version", FunctionName={"Ref": "Worker"})},
            Live=resource(
                "AWS::Lambda::Alias", FunctionVersion={"Fn::GetAtt": [version, "Version"]}
            ),
        )

    found = review(made("0" * 32), made("f" * 32))
    assert {c.logical_id: c.action for c in found.changes} == {
        "Live": Action.MODIFY,
        f"WorkerCurrentVersion1A2B3C4D{'0' * 32}": Action.RENAME,
    }
    assert (found.worst, found.warnings) == (Consequence.NO_INTERRUPTION, ())
    assert all(change.advice is None for change in found.changes)
