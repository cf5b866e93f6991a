"""Values that are known only at deploy time have no findings, anywhere in a template."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from serverless_stack.checks import Finding, check_template
from tests.checks.cases import Case, Json, cases, resource

_UNKNOWN: tuple[object, ...] = (
    {"Fn::ImportValue": "Network"},
    {"Fn::Transform": [{"Name": "AWS::Include", "Parameters": {"Location": "s3://shared/part"}}]},
    "{{resolve:ssm:/network/part}}",
)
_Path = tuple[str | int, ...]

ALONE = [
    case
    for case in cases()
    if not case.good_others and "Properties" in str(case.good) and len(str(case.good)) < 5000
]


def places(value: object, path: _Path = ()) -> Iterator[_Path]:
    """Where a value can be put: not within a function."""
    yield path
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict) and not any(str(key).startswith(("Fn::", "Ref")) for key in value):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, each in items:
        yield from places(each, (*path, key))


def with_unknown(case: Case, chance: random.Random) -> tuple[Json, str]:
    """Return a good template with one value that is not known, and where."""
    template = copy.deepcopy({"Resources": case.good, **case.good_sections})
    described: Any = template["Resources"]
    logical_id = chance.choice(sorted(id for id in described if "Properties" in described[id]))
    path = chance.choice(list(places(described[logical_id]["Properties"])))
    holder, (*above, last) = described[logical_id], ("Properties", *path)
    for key in above:
        holder = holder[key]
    holder[last] = chance.choice(_UNKNOWN)
    return template, ".".join(map(str, (logical_id, *path)))


@pytest.mark.parametrize("seed", range(8))
def test_unknown_values_in_good_templates(seed: int) -> None:
    chance = random.Random(seed)
    reported = []
    for _ in range(150):
        case = chance.choice(ALONE)
        template, where = with_unknown(case, chance)
        before = {(f.rule, f.resource) for f in _found(case)}
        reported += [
            (str(case), where, f.rule, f.message)
            for f in check_template(template, case.region)
            if (f.rule, f.resource) not in before
        ]
    assert reported == []


def _found(case: Case) -> list[Finding]:
    return check_template({"Resources": case.good, **case.good_sections}, case.region)


def test_a_bucket_policy_may_name_its_bucket() -> None:
    name = {"Fn::Sub": "${Name}-site"}
    cdn = {
        "Enabled": True,
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        "Origins": [
            {
                "Id": "site",
                "DomainName": {"Fn::GetAtt": ["Site", "RegionalDomainName"]},
                "S3OriginConfig": {},
                "OriginAccessControlId": "E2QWRUHAPOMQZL",
            }
        ],
    }
    allowed: Json = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "arn:aws:s3:::${Name}-site/*"},
    }
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    template: Json = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {
            "Site": resource("AWS::S3::Bucket", BucketName=name),
            "Policy": resource("AWS::S3::BucketPolicy", Bucket=name, PolicyDocument=policy),
            "Cdn": resource("AWS::CloudFront::Distribution", DistributionConfig=cdn),
        },
    }
    assert check_template(template) == []


def test_an_empty_default_asks_for_a_value() -> None:
    subscription = {"Protocol": "email", "Endpoint": {"Ref": "Mail"}}
    template: Json = {
        "Parameters": {"Mail": {"Type": "String", "Default": ""}},
        "Conditions": {"Told": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Mail"}, ""]}]}},
        "Resources": {
            "Topic": resource("AWS::SNS::Topic", Subscription=[subscription]),
            "Bad": {
                **resource("AWS::SNS::Topic", TopicName={"Fn::If": ["Told", "a b", "ab"]}),
            },
        },
    }
    assert check_template(template) == []
