import pytest

from serverless_stack.testing.review import review
from tests.constructs.templates import Json
from tests.testing.review.small import compared, only, resource, template


def warned(old: Json, new: Json) -> list[str]:
    found = compared(old, new) if old else review(template(), template(It=new))
    assert all(warning.startswith("network opened: ") for warning in only(found).warnings)
    return [warning.removeprefix("network opened: ") for warning in only(found).warnings]


def rule(first: object, last: object, protocol: str = "tcp", **peer: object) -> Json:
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **peer}


def group(*rules: Json, **more: object) -> Json:
    more = {"SecurityGroupEgress": [], **more}
    return resource(
        "AWS::EC2::SecurityGroup", GroupDescription="g", SecurityGroupIngress=list(rules), **more
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [rule(443, 443, CidrIp="0.0.0.0/0")], ["ingress tcp 443 from 0.0.0.0/0 (anywhere)"]),
        ([], [rule(80, 90, CidrIpv6="::/0")], ["ingress tcp 80-90 from ::/0 (anywhere)"]),
        (
            [rule(443, 443, CidrIp="10.0.0.0/16")],
            [rule(443, 443, CidrIp="10.0.0.0/8")],
            ["ingress tcp 443 from 10.0.0.0/8"],
        ),
        ([rule(443, 443, CidrIp="10.0.0.0/8")], [rule(443, 443, CidrIp="10.1.0.0/16")], []),
        ([rule(1, 99, CidrIp="10.0.0.0/8")], [rule("50", "60", CidrIp="10.0.0.0/8")], []),
        (
            [rule(1, 99, CidrIp="10.0.0.0/8")],
            [rule(50, 100, CidrIp="10.0.0.0/8")],
            ["ingress tcp 50-100 from 10.0.0.0/8"],
        ),
        ([rule(1, 2, "-1", CidrIp="0.0.0.0/0")], [rule(1, 2, "udp", CidrIp="1.2.3.4/32")], []),
        (
            [rule(1, 2, SourceSecurityGroupId={"Ref": "A"})],
            [{"IpProtocol": "-1", "SourceSecurityGroupId": {"Ref": "B"}}],
            ["ingress all protocols all ports from ${B}"],
        ),
        ([rule(1, 2, "6", CidrIp="1.1.1.1/32")], [rule(1, 2, "TCP", CidrIp="1.1.1.1/32")], []),
    ],
)
def test_rules_of_a_group(old: list[Json], new: list[Json], expected: list[str]) -> None:
    assert warned(group(*old, GroupName="a"), group(*new, GroupName="b")) == expected


def test_a_group_without_rules_allows_all_egress() -> None:
    closed = group(SecurityGroupEgress=[rule(1, 1, CidrIp="255.255.255.255/32")])
    opened = group()
    del opened["Properties"]["SecurityGroupEgress"]
    assert warned(closed, opened) == [
        "egress all protocols all ports to 0.0.0.0/0 (anywhere)",
        "egress all protocols all ports to ::/0 (anywhere)",
    ]
    assert warned(opened, closed) == []


@pytest.mark.parametrize(("direction", "way"), [("Ingress", "from"), ("Egress", "to")])
def test_separate_rules(direction: str, way: str) -> None:
    resource_type = f"AWS::EC2::SecurityGroup{direction}"
    old = resource(resource_type, GroupId="g", **rule(1, 1, CidrIp="10.0.0.0/8"))
    new = resource(resource_type, GroupId="g", **rule(1, 1, CidrIp="0.0.0.0/0"))
    expected = [f"{direction.lower()} tcp 1 {way} 0.0.0.0/0 (anywhere)"]
    assert (warned(old, new), warned({}, new), warned(new, old)) == (expected, expected, [])
    elsewhere = resource(resource_type, GroupId="h", **rule(1, 1, CidrIp="10.0.0.0/8"))
    assert warned(old, elsewhere) == [f"{direction.lower()} tcp 1 {way} 10.0.0.0/8"]


@pytest.mark.parametrize(
    ("resource_type", "name", "closed", "opened"),
    [
        ("AWS::RDS::DBInstance", "PubliclyAccessible", False, True),
        ("AWS::RDS::DBInstance", "PubliclyAccessible", None, "true"),
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", False, True),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Scheme", "internal", "internet-facing"),
        ("AWS::S3::Bucket", "AccessControl", "Private", "PublicRead"),
    ],
)
def test_switches(resource_type: str, name: str, closed: object, opened: object) -> None:
    old = resource(resource_type, Tags=[], **({} if closed is None else {name: closed}))
    new = resource(resource_type, Tags=[], **{name: opened})
    (warning,) = warned(old, new)
    assert warning.startswith(f"{name} ")
    assert (warned(new, old), len(warned({}, new))) == ([], 1)


def test_a_removed_public_access_block() -> None:
    def bucket(**block: bool) -> Json:
        return resource("AWS::S3::Bucket", PublicAccessBlockConfiguration=block)

    both = bucket(BlockPublicAcls=True, BlockPublicPolicy=True)
    assert warned(both, bucket(BlockPublicAcls=False, BlockPublicPolicy=True)) == [
        "PublicAccessBlockConfiguration.BlockPublicAcls true -> false"
    ]
    assert warned(both, resource("AWS::S3::Bucket", BucketName="b")) == [
        "PublicAccessBlockConfiguration.BlockPublicAcls true -> (absent)",
        "PublicAccessBlockConfiguration.BlockPublicPolicy true -> (absent)",
    ]
    assert warned(bucket(BlockPublicAcls=False), both) == []


def test_routes_to_a_gateway() -> None:
    def route(**more: object) -> Json:
        return resource("AWS::EC2::Route", RouteTableId="t", **more)

    public = route(DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Igw"})
    assert warned({}, public) == ["route of 0.0.0.0/0 to the gateway ${Igw}"]
    nat = route(DestinationCidrBlock="0.0.0.0/0", NatGatewayId={"Ref": "Nat"})
    assert (warned({}, nat), len(warned(nat, public)), warned(public, nat)) == ([], 1, [])


def test_endpoints_that_leave_their_vpc() -> None:
    domain = "AWS::OpenSearchService::Domain"
    old = resource(domain, VPCOptions={"SubnetIds": ["s"]}, DomainName="d")
    assert warned(old, resource(domain, DomainName="d")) == [
        "the endpoint is no longer in a VPC: VPCOptions was removed"
    ]
    old, new = (
        resource("AWS::ApiGateway::RestApi", EndpointConfiguration={"Types": [each]})
        for each in ("PRIVATE", "REGIONAL")
    )
    assert warned(old, new) == ["EndpointConfiguration.Types ['PRIVATE'] -> ['REGIONAL']"]


def test_a_network_acl_that_allows_anyone() -> None:
    entry = resource("AWS::EC2::NetworkAclEntry", RuleAction="allow", CidrBlock="0.0.0.0/0")
    assert warned({}, entry) == ["network ACL allows 0.0.0.0/0 (anywhere)"]
