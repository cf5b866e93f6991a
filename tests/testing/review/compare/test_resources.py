from serverless_stack.testing.review import Consequence, review
from tests.testing.review.small import consequences, resource, template

REF = {"Ref": "Vpc"}


def network(block: str) -> dict[str, object]:
    return template(
        Vpc=resource("AWS::EC2::VPC", CidrBlock=block),
        Group=resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId=REF),
        Ingress=resource(
            "AWS::EC2::SecurityGroupIngress",
            IpProtocol="tcp",
            GroupId={"Fn::GetAtt": "Group.GroupId"},
        ),
        Cache=resource(
            "AWS::ElastiCache::ReplicationGroup",
            SecurityGroupIds=[{"Fn::GetAtt": ["Group", "GroupId"]}],
            ReplicationGroupDescription={"Fn::Sub": "in ${Vpc} ${!Group} ${AWS::Region}"},
        ),
        Queue=resource("AWS::SQS::Queue", QueueName="q"),
    )


def test_references_to_a_replaced_resource_change_too() -> None:
    found = review(network("10.0.0.0/16"), network("10.1.0.0/16"))
    assert consequences(found) == {
        "Vpc": "replacement",
        "Group": "replacement",
        "Ingress": "replacement",
        "Cache": "no interruption",
    }
    cache = next(change for change in found.changes if change.logical_id == "Cache")
    assert [(each.path, each.reason) for each in cache.properties] == [
        (
            "Properties.ReplicationGroupDescription",
            "updated in place; it refers to Vpc, which is replaced",
        ),
        (
            "Properties.SecurityGroupIds.0",
            "updated in place; it refers to Group, which is replaced",
        ),
    ]


def test_another_default_of_a_parameter_changes_its_references() -> None:
    def made(default: str) -> dict[str, object]:
        bucket = resource("AWS::S3::Bucket", BucketName={"Fn::Join": ["-", ["a", {"Ref": "Name"}]]})
        return {**template(It=bucket), "Parameters": {"Name": {"Default": default}}}

    found = review(made("a"), made("b"))
    assert consequences(found) == {"It": "data loss", "Name": "none"}
    assert "parameter Name, which has another default" in found.changes[0].properties[0].reason


def test_conditions_and_mappings_are_followed() -> None:
    def made(stage: str, size: str) -> dict[str, object]:
        return {
            **template(
                Table=resource("AWS::DynamoDB::Table", Condition="IsLive"),
                Queue=resource("AWS::SQS::Queue", FifoQueue={"Fn::If": ["IsLive", True, False]}),
                Topic=resource(
                    "AWS::SNS::Topic", DisplayName={"Fn::FindInMap": ["Sizes", "a", "b"]}
                ),
                Other=resource("AWS::SNS::Topic", Condition="Never"),
            ),
            "Mappings": {"Sizes": {"a": {"b": size}}},
            "Conditions": {
                "IsProduction": {"Fn::Equals": [{"Ref": "AWS::Region"}, stage]},
                "IsLive": {"Fn::And": [{"Condition": "IsProduction"}]},
                "Never": {"Fn::Equals": ["a", "b"]},
            },
        }

    assert consequences(review(made("eu-west-1", "1"), made("eu-west-2", "2"))) == {
        "Table": "data loss",
        "Queue": "data loss",
        "Topic": "no interruption",
        "IsProduction": "none",
        "Sizes": "none",
    }


def test_a_resource_with_a_new_condition_may_be_removed() -> None:
    old = template(It=resource("AWS::DynamoDB::Table"))
    new = template(It=resource("AWS::DynamoDB::Table", Condition="Some"))
    (change,) = review(old, new).changes
    assert change.consequence is Consequence.DATA_LOSS
    assert change.properties[0].path == "Condition"
