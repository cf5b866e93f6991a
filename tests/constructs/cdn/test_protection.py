"""Web ACLs, countries and Shield in front of a distribution."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import Cdn, Countries, Profile, StorageBucket, Waf
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

ACL = "AWS::WAFv2::WebACL"
DISTRIBUTION = "AWS::CloudFront::Distribution"


def make(stack: cdk.Stack, **arguments: object) -> Cdn:
    pages = StorageBucket(stack, "Pages")
    return Cdn(stack, "Site", bucket=pages, **arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def templates() -> dict[str, Json]:
    """A stack of Europe in the profile `regulated`, and its stacks in us-east-1."""
    app = new_app()
    Profile.regulated().apply(app)
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="eu-central-1"))
    make(stack)
    return {stack.stack_name: dict(stack.template) for stack in app.synth().stacks}


def test_a_regulated_distribution_has_a_web_acl_in_us_east_1(templates: dict[str, Json]) -> None:
    assert list(templates) == [
        "Shop-eu-central-1-global",
        "Shop",
        "Shop-eu-central-1-monitoring",
    ]
    acl = properties(templates["Shop-eu-central-1-global"], ACL)
    assert acl["Scope"] == "CLOUDFRONT"
    assert acl["DefaultAction"] == {"Allow": {}}
    assert [rule["Name"] for rule in acl["Rules"]] == [
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "RatePerAddress",
    ]
    config = properties(templates["Shop"], DISTRIBUTION)["DistributionConfig"]
    (output,) = templates["Shop-eu-central-1-global"]["Outputs"]
    reference = {"StackName": "Shop-eu-central-1-global", "OutputName": output}
    assert config["WebACLId"] == {"Fn::GetStackOutput": {**reference, "Region": "us-east-1"}}
    assert not all_of(templates["Shop"], ACL)


def test_its_log_is_in_us_east_1_too(templates: dict[str, Json]) -> None:
    template = templates["Shop-eu-central-1-global"]
    name = properties(template, "AWS::Logs::LogGroup")["LogGroupName"]["Fn::Join"][1][0]
    assert name == "aws-waf-logs-"
    logging = properties(template, "AWS::WAFv2::LoggingConfiguration")
    assert logging["ResourceArn"] == {"Fn::GetAtt": [next(iter(template["Resources"])), "Arn"]}


def test_in_us_east_1_everything_is_in_one_stack(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
    make(stack, waf=Waf(rate_per_5_minutes=100, managed_groups=()))
    (artifact,) = app.synth().stacks
    rules = properties(artifact.template, ACL)["Rules"]
    assert [rule["Statement"]["RateBasedStatement"]["Limit"] for rule in rules] == [100]
    config = properties(artifact.template, DISTRIBUTION)["DistributionConfig"]
    assert list(config["WebACLId"]) == ["Fn::GetAtt"]


def test_a_stack_without_a_region(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    make(stack, waf=Waf())
    assert [stack.stack_name for stack in app.synth().stacks] == ["Shop-global", "Shop"]


def test_an_existing_web_acl_and_none(stack: cdk.Stack) -> None:
    Profile.regulated().apply(stack)
    arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"
    pages = StorageBucket(stack, "Pages")
    Cdn(stack, "A", bucket=pages, waf=Waf.existing(arn), alarms=False)
    Cdn(stack, "B", bucket=pages, waf=Waf.none(), alarms=False)
    found = [
        item["Properties"]["DistributionConfig"] for item in all_of(synth(stack), DISTRIBUTION)
    ]
    assert [config.get("WebACLId") for config in found] == [arn, None]


@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        (
            Countries.allow("DE", "FR"),
            {"RestrictionType": "whitelist", "Locations": ["DE", "FR"]},
        ),
        (Countries.deny("US"), {"RestrictionType": "blacklist", "Locations": ["US"]}),
    ],
)
def test_countries(stack: cdk.Stack, countries: Countries, expected: Json) -> None:
    make(stack, countries=countries)
    config = properties(synth(stack), DISTRIBUTION)["DistributionConfig"]
    assert config["Restrictions"] == {"GeoRestriction": expected}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda: {"countries": Countries.allow()}, "must have a country, got: none"),
        (lambda: {"countries": Countries.deny("UK")}, "got: 'UK' (nearest accepted: GB)"),
        (lambda: {"countries": Countries.allow("DE", "DE")}, "must not repeat a country"),
        (
            lambda: {"countries": Countries.allow(cdk.Fn.ref("Country"))},
            "must be known at synthesis, got: a token",
        ),
        (
            lambda: {"waf": Waf.existing("arn:aws:wafv2:eu-west-1:123456789012:global/webacl/a/b")},
            "a web ACL with the scope CLOUDFRONT",
        ),
        (lambda: {"waf": Waf(managed_groups=["Mine"])}, "got: 'Mine'"),
        (lambda: {"waf": "none"}, "`waf` must be"),
    ],
)
def test_refused(
    stack: cdk.Stack, arguments: Callable[[], dict[str, object]], message: str
) -> None:
    assert message in refused(lambda: make(stack, **arguments()))
