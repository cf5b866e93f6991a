import pytest

from serverless_stack.testing.review.access.wildcards import Wildcard, is_broad, wildcards
from tests.testing.review.small import resource, template


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("*", True),
        ("!arn:aws:s3:::bucket", True),
        ("arn:aws:s3:::*", True),
        ("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*", True),
        ("arn:aws:sqs:eu-west-1:1:*", True),
        ("arn:aws:logs:eu-west-1:1:log-group:*", True),
        ("?*", True),
        ("arn:*", True),
        ("arn:aws:s3*", True),
        ("arn:aws:s3:::?*", True),
        ("arn:aws:s3:::**/*", True),
        ("arn:aws:dynamodb:*", True),
        ("arn:aws:dynamodb:${AWS::Region}:*", True),
        ("arn:aws:dynamodb:eu-west-1:1:table/?*", True),
        ("arn:aws:dynamodb:eu-west-1:1:table/?", False),
        ("arn:aws:sqs:eu-west-1:1:jobs-*", False),
        ("arn:aws:dynamodb:eu-west-1:1:table/${Name}/index/*", False),
        ("arn:aws:s3:::${Bucket}/*", False),
        ("${Bucket.Arn}/*", False),
    ],
)
def test_resources_that_stand_for_all_of_a_service_or_type(arn: str, expected: bool) -> None:
    assert is_broad(arn) is expected


def test_a_wildcard_has_its_place() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": statement}}
    role = resource("AWS::IAM::Role", Policies=[policy])
    assert list(wildcards(template(Role=role))) == [
        Wildcard("Role", "Policies.0.PolicyDocument.Statement.0", "s3:*", statement)
    ]
