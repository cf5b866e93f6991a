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
_PARAMETERS: Json = {
    "UnknownText": {"Type": "String"},
    "UnknownNumber": {"Type": "Number"},
    "UnknownList": {"Type": "CommaDelimitedList"},
    "UnknownParameter": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/text"},
    "UnknownParameters": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/shop"},
    "UnknownVpc": {"Type": "AWS::EC2::VPC::Id"},
    "UnknownEmpty": {"Type": "String", "Default": ""},
}
_TEXT: Json = {"Ref": "UnknownText"}
_DEPLOYED: tuple[object, ...] = (
    *_UNKNOWN,
    *({"Ref": name} for name in _PARAMETERS),
    {"Fn::Sub": "${UnknownText}"},
    {"Fn::Sub": ["${Part}", {"Part": _TEXT}]},
    {"Fn::Join": ["", [_TEXT, {"Ref": "UnknownNumber"}]]},
    {"Fn::Select": [0, {"Ref": "UnknownList"}]},
    {"Fn::Split": [",", _TEXT]},
    {"Fn::If": ["UnknownCondition", _TEXT, {"Ref": "UnknownList"}]},
    {"Fn::GetAtt": ["UnknownResource", "Value"]},
    {"Fn::Base64": _TEXT},
    {"Fn::ToJsonString": {"a": _TEXT}},
    "{{resolve:secretsmanager:shop:SecretString:name}}",
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


def literals(value: object, path: _Path = ()) -> Iterator[_Path]:
    """Where a single value is: not within a function."""
    for place in places(value, path):
        found: Any = value
        for key in place:
            found = found[key]
        if not isinstance(found, dict | list):
            yield place


def with_sections(resources: Json, sections: Json) -> Any:  # noqa: ANN401 - JSON
    """Return a template with parameters, a condition and a resource for unknown values."""
    template: Any = copy.deepcopy({"Resources": resources, **sections})
    template["Parameters"] = template.get("Parameters", {}) | _PARAMETERS
    condition = {"Fn::Equals": [_TEXT, "x"]}
    template["Conditions"] = template.get("Conditions", {}) | {"UnknownCondition": condition}
    token = "arn:aws:lambda:eu-west-1:123456789012:function:shop"
    template["Resources"]["UnknownResource"] = resource("Custom::Shop", ServiceToken=token)
    return template


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_an_unknown_value_adds_no_finding(seed: int) -> None:
    chance = random.Random(seed)
    alone = [case for case in cases() if not case.bad_others and len(str(case.bad)) < 5000]
    reported = []
    for _ in range(400):
        case = chance.choice(alone)
        template = with_sections(*chance.choice(_twins(case)))
        before = {(f.rule, f.resource) for f in check_template(template, case.region)}
        id = chance.choice([name for name in template["Resources"] if name != "UnknownResource"])
        described = template["Resources"][id]
        properties: Any = described.get("Properties") if isinstance(described, dict) else None
        known = [path for path in literals(properties) if path]
        if known:
            *above, last = path = chance.choice(known)
            for key in above:
                properties = properties[key]
            properties[last] = copy.deepcopy(chance.choice(_DEPLOYED))
            reported += [
                (str(case), path, properties[last], f.rule, f.message)
                for f in check_template(template, case.region)
                if (f.rule, f.resource) not in before and not _is_a_secret(properties[last], f.rule)
            ]
    assert reported == []


def _is_a_secret(value: object, rule: str) -> bool:
    """Whether a finding is about the reference itself, which is a mistake in an environment."""
    return rule.startswith("SECRETS-") and "{{resolve:secretsmanager:" in str(value)


def _twins(case: Case) -> list[tuple[Json, Json]]:
    return [(case.bad, case.bad_sections), (case.good, case.good_sections)]


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
