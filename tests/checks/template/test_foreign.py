"""What templates of other people have, and what must not be refused in them."""

from serverless_stack.checks import check_template
from tests.checks.cases import Json, ref


def test_resources_of_a_module_may_be_referred_to() -> None:
    template: Json = {
        "Resources": {"Site": {"Type": "Acme::S3::Site::MODULE", "Properties": {"Name": "shop"}}},
        "Outputs": {
            "Bucket": {"Value": ref("SiteBucket")},
            "Arn": {"Value": {"Fn::GetAtt": ["Site.Bucket", "Arn"]}},
        },
    }
    assert check_template(template) == []


def test_an_allowed_list_may_be_the_default() -> None:
    parameter = {
        "Type": "CommaDelimitedList",
        "AllowedValues": ["eu-west-1a,eu-west-1b", "eu-west-1c"],
        "Default": "eu-west-1a,eu-west-1b",
    }
    template: Json = {"Parameters": {"Zones": parameter}, "Resources": {}}
    assert check_template(template) == []
    parameter["Default"] = "eu-west-1a"
    assert [finding.rule for finding in check_template(template)] == ["TEMPLATE-040"]
