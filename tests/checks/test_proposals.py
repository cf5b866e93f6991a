"""The nearest accepted name that a finding proposes is itself accepted, by all rules."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks import Finding, check_template

NAMES = [
    ("AWS::ApiGateway::RestApi", "Name"),
    ("AWS::CloudFront::Function", "Name"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::ElastiCache::CacheCluster", "ClusterName"),
    ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
    ("AWS::ElastiCache::ServerlessCache", "ServerlessCacheName"),
    ("AWS::ElastiCache::SubnetGroup", "CacheSubnetGroupName"),
    ("AWS::ElastiCache::User", "UserId"),
    ("AWS::ElastiCache::UserGroup", "UserGroupId"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Lambda::Alias", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::WAFv2::WebACL", "Name"),
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text("aB1-_./ ", max_size=80),
    st.from_regex(r"[a-z]{0,600}[-!][A-Za-z0-9]{6}", fullmatch=True),
    st.sampled_from(["xn--a", "192.168.5.4", "a..b", "-" * 70, "a-s3alias", "alias/aws/x", "1"]),
)
PROPOSED = re.compile(r" \(nearest accepted: (.*)\)", re.DOTALL)


def of_property(resource_type: str, name: str, value: str) -> list[Finding]:
    described = {"Type": resource_type, "Properties": {name: value}}
    return [f for f in check_template({"Resources": {"It": described}}) if f.property == name]


@pytest.mark.parametrize(("resource_type", "name"), NAMES, ids=str)
@given(TEXTS)
def test_what_is_proposed_is_accepted(resource_type: str, name: str, value: str) -> None:
    for finding in of_property(resource_type, name, value):
        match = PROPOSED.search(finding.message)
        if match is not None:
            left = of_property(resource_type, name, match[1])
            assert left == [], (value, match[1], [each.message for each in left])
