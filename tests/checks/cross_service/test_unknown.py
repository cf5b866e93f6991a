"""Cross-service rules are silent about what is not in the template."""

import copy

import pytest

from serverless_stack.checks import check_template
from tests.checks.cases import Json, att, cases, ref, resource
from tests.checks.cross_service.cases_distributions import ALLOW, bucket, called, deny
from tests.checks.cross_service.cases_functions import allow, notified, permissions, role, worker
from tests.checks.cross_service.cases_network import CLIENT, SECRET, cache, network, reader

UNREACHED: Json = {**network(), **reader(SECRET)}
SHUT: Json = {**cache(), **CLIENT}


def findings_in(resources: Json, rule: str, **sections: object) -> bool:
    found = check_template({"Resources": resources, **sections}, "us-east-1")
    return rule in {each.rule for each in found}


def changed(resources: Json, logical_id: str, **properties: object) -> Json:
    found = copy.deepcopy(resources)
    described = found[logical_id]
    assert isinstance(described, dict)
    described["Properties"].update(properties)
    return found


def exporting(value: object) -> Json:
    return {"Out": {"Value": value, "Export": {"Name": "out"}}}


@pytest.mark.parametrize(
    "resources",
    [
        changed(UNREACHED, "Subnet", VpcId="vpc-1"),
        changed(UNREACHED, "Association", RouteTableId={"Fn::ImportValue": "table"}),
        changed(UNREACHED, "Association", SubnetId={"Fn::ImportValue": "subnet"}),
        changed(UNREACHED, "Function", VpcConfig={"SubnetIds": [ref("Subnet"), "subnet-1"]}),
        changed(UNREACHED, "Function", VpcConfig={"SubnetIds": {"Fn::ImportValue": "subnets"}}),
        changed(UNREACHED, "Function", Role="arn:aws:iam::123456789012:role/worker"),
        changed(UNREACHED, "Function", Environment={"Variables": {"HTTPS_PROXY": "proxy:80"}}),
        {**UNREACHED, "Route": resource("AWS::EC2::Route", RouteTableId=ref("AWS::Region"))},
        {
            **UNREACHED,
            "Endpoint": resource(
                "AWS::EC2::VPCEndpoint",
                VpcId=ref("Vpc"),
                ServiceName={"Fn::ImportValue": "service"},
            ),
        },
    ],
)
def test_networks_that_are_partly_in_other_stacks(resources: Json) -> None:
    assert findings_in(UNREACHED, "CROSS-SERVICE-030")
    assert not findings_in(resources, "CROSS-SERVICE-030")


@pytest.mark.parametrize("value", [ref("Vpc"), ref("Subnet"), ref("Table")])
def test_networks_that_other_stacks_can_add_to(value: object) -> None:
    assert not findings_in(UNREACHED, "CROSS-SERVICE-030", Outputs=exporting(value))
    assert findings_in(UNREACHED, "CROSS-SERVICE-030", Outputs={"Out": {"Value": value}})


@pytest.mark.parametrize(
    "resources",
    [
        changed(SHUT, "Cache", SecurityGroupIds=["sg-1"]),
        changed(SHUT, "Cache", SecurityGroupIds={"Fn::ImportValue": "groups"}),
        changed(SHUT, "Cache", Port={"Fn::ImportValue": "port"}),
        changed(SHUT, "CacheGroup", SecurityGroupIngress={"Fn::ImportValue": "rules"}),
        {**cache({"IpProtocol": "-1", "CidrIp": "10.0.0.0/16"}), **CLIENT},
        {**cache({"IpProtocol": "-1", "SourceSecurityGroupId": "sg-1"}), **CLIENT},
    ],
)
def test_caches_that_may_let_the_function_in(resources: Json) -> None:
    assert findings_in(SHUT, "CROSS-SERVICE-031")
    assert not findings_in(resources, "CROSS-SERVICE-031")


def test_security_groups_without_outbound_rules() -> None:
    shut = {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}
    rule: Json = {
        "IpProtocol": "tcp",
        "FromPort": 6379,
        "ToPort": 6379,
        "SourceSecurityGroupId": att("Group", "GroupId"),
    }
    resources: Json = {**cache(rule), **CLIENT}
    assert not findings_in(resources, "CROSS-SERVICE-031")
    assert findings_in(changed(resources, "Group", SecurityGroupEgress=[shut]), "CROSS-SERVICE-031")


def test_a_role_with_policies_that_are_not_known() -> None:
    lacking = worker()
    assert findings_in(lacking, "CROSS-SERVICE-052")
    for managed in ("arn:aws:iam::aws:policy/AdministratorAccess", {"Fn::ImportValue": "policy"}):
        known = role()
        described = known["Properties"]
        assert isinstance(described, dict)
        described["ManagedPolicyArns"].append(managed)
        assert not findings_in({**lacking, "Role": known}, "CROSS-SERVICE-052")


def test_permissions_of_unknown_functions_count() -> None:
    resources = notified("/out/*", "in/", permitted=False)
    permission = resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Fn::ImportValue": "function"},
        Principal="s3.amazonaws.com",
    )
    assert findings_in(resources, "CROSS-SERVICE-053")
    assert not findings_in({**resources, "Permission": permission}, "CROSS-SERVICE-053")


def test_writing_with_a_suffix_or_everywhere_is_no_loop() -> None:
    everywhere = worker(allow("*", "sqs:SendMessage"))
    assert not findings_in(everywhere, "CROSS-SERVICE-040")
    resources = notified("/*", None)
    assert findings_in(resources, "CROSS-SERVICE-041")
    event: Json = {"Event": "s3:ObjectCreated:*", "Function": att("Function")}
    suffix = {**event, "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".jpg"}]}}}
    removed = {**event, "Event": "s3:ObjectRemoved:*"}
    for each in (suffix, removed):
        configured = {"LambdaConfigurations": [each]}
        assert not findings_in(
            changed(resources, "Uploads", NotificationConfiguration=configured), "CROSS-SERVICE-041"
        )


def test_buckets_with_a_policy_in_another_stack() -> None:
    assert findings_in(bucket(), "CROSS-SERVICE-060")
    assert not findings_in(bucket(), "CROSS-SERVICE-060", Outputs=exporting(ref("Bucket")))


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"StringNotEquals": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/x"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    ],
)
def test_denials_that_do_not_meet_cloudfront(condition: Json) -> None:
    statement = {**deny(), "Condition": condition}
    assert findings_in(bucket(ALLOW, deny()), "CROSS-SERVICE-061")
    assert not findings_in(bucket(ALLOW, statement), "CROSS-SERVICE-061")


def test_an_asynchronous_call_does_not_wait() -> None:
    header = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    assert findings_in(called(60), "CROSS-SERVICE-001")
    assert not findings_in(called(60, RequestParameters=header), "CROSS-SERVICE-001")


def test_permissions_under_conditions_do_not_count() -> None:
    resources = copy.deepcopy(permissions(100))
    assert findings_in(resources, "CROSS-SERVICE-050")
    for described in resources.values():
        assert isinstance(described, dict)
        if described["Type"] == "AWS::Lambda::Permission":
            described["Condition"] = "Some"
    assert not findings_in(resources, "CROSS-SERVICE-050")


@pytest.mark.parametrize(
    "properties", [{"Fn::ImportValue": "Rule"}, "{{resolve:ssm:/rule}}"], ids=["import", "ssm"]
)
def test_a_security_group_rule_that_is_defined_elsewhere(properties: object) -> None:
    (case,) = [each for each in cases() if each.name == "cache that lets in on another port"]
    rule = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}
    assert check_template({"Resources": {**case.good, "Rule": rule}}) == []
