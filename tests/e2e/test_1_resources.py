"""Every resource of the templates is there, with every property that was asked for."""

from typing import TYPE_CHECKING

import pytest

from tests.e2e.resources import differences, known_types, read
from tests.e2e.run import Phase, Run

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef


def test_every_type_has_a_reader(created: Run) -> None:
    stacks = created.stacks[Phase.CREATED].values()
    deployed = {resource.type for stack in stacks for resource in stack.resources.values()}
    assert deployed == known_types()


@pytest.mark.parametrize("resource_type", sorted(known_types()))
def test_resources_are_as_asked_for(created: Run, resource_type: str) -> None:
    assert wrong_resources(created, Phase.CREATED, resource_type) == []


def wrong_resources(run: Run, phase: Phase, resource_type: str) -> list[str]:
    resources = [
        resource
        for stack in run.stacks[phase].values()
        for resource in stack.of_type(resource_type)
    ]
    assert resources
    return [
        f"{resource.logical_id}{line}"
        for resource in resources
        for line in differences(resource.properties, read(run.account, resource))
    ]


def test_outputs_name_what_is_there(created: Run) -> None:
    outputs, urls = created.main().outputs, created.cloud.urls()
    (distribution,) = urls.distributions
    assert outputs["CdnUrl"] == f"https://{distribution.domain}/"
    assert {api.name: api.stage for api in urls.apis} == {
        "EndToEnd-Api": "prod",
        "Kept-Api": "prod",
    }
    api_id = created.main().one("Api", "AWS::ApiGateway::RestApi").physical_id
    assert outputs["ApiUrl"] == f"https://{api_id}.execute-api.us-east-1.amazonaws.com/prod/"


def test_no_security_group_lets_in_more(created: Run) -> None:
    stack = created.main()
    groups = stack.of_type("AWS::EC2::SecurityGroup")
    alone = [rule.properties for rule in stack.of_type("AWS::EC2::SecurityGroupIngress")]
    for group in groups:
        wanted = [
            *group.properties.get("SecurityGroupIngress", []),
            *(rule for rule in alone if rule["GroupId"] == group.physical_id),
        ]
        real = read(created.account, group)["SecurityGroupIngress"]
        assert len(real) == len(wanted), group.logical_id


@pytest.mark.parametrize("cache", ["Redis", "Memcached"])
def test_only_the_function_gets_to_a_cache(created: Run, cache: str) -> None:
    stack = created.main()
    group = stack.one(cache, "AWS::EC2::SecurityGroup").physical_id
    function = stack.one("Function", "AWS::EC2::SecurityGroup").physical_id
    answer = created.account.ec2.describe_security_groups(GroupIds=[group])
    (rule,) = answer["SecurityGroups"][0]["IpPermissions"]
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [function]
    assert not rule.get("IpRanges")
    assert rule["FromPort"] == rule["ToPort"] == {"Redis": 6379, "Memcached": 11211}[cache]


def test_the_network_has_no_way_out(created: Run) -> None:
    vpc = created.main().one("Vpc", "AWS::EC2::VPC").physical_id
    ec2 = created.account.ec2
    here: FilterTypeDef = {"Name": "vpc-id", "Values": [vpc]}
    assert ec2.describe_nat_gateways(Filters=[here])["NatGateways"] == []
    attached: FilterTypeDef = {"Name": "attachment.vpc-id", "Values": [vpc]}
    assert ec2.describe_internet_gateways(Filters=[attached])["InternetGateways"] == []
    subnets = ec2.describe_subnets(Filters=[here])["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2


def test_the_token_stands_in_no_template(created: Run) -> None:
    template = created.account.cloudformation.get_template(StackName="EndToEnd")["TemplateBody"]
    assert created.token() not in str(template)
    assert len(created.token()) == 64
