"""AWS WAF, resource policies, private APIs, TLS policies and Shield in front of an API."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import Access, Auth, Cdn, Cors, ProxyApi, Route, Tls, Waf
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

API = "AWS::ApiGateway::RestApi"
ACL = "AWS::WAFv2::WebACL"
Policy, Mode = apigateway.SecurityPolicy, apigateway.EndpointAccessMode


@pytest.fixture(scope="module")
def protected() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    ProxyApi(
        stack,
        "Api",
        handler=plain_function(stack, "Plain"),
        stages=("dev", "prod"),
        waf=Waf(rate_per_5_minutes=500, managed_groups=["AWSManagedRulesSQLiRuleSet"]),
        access=Access.cidrs("203.0.113.0/24", "198.51.100.0/24", deny=["203.0.113.7/32"]),
        tls=Tls(Policy.TLS13_1_3_2025_09),
        client_certificate=True,
        access_log=False,
    )
    return synth(stack)


def test_the_web_acl_has_the_groups_and_a_rate_rule(protected: Json) -> None:
    group, rate = properties(protected, ACL)["Rules"]
    managed = group["Statement"]["ManagedRuleGroupStatement"]
    assert managed["Name"] == "AWSManagedRulesSQLiRuleSet"
    assert rate["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": 500,
    }
    assert (group["Priority"], rate["Priority"]) == (0, 1)
    assert rate["Action"] == {"Block": {}}


def test_every_stage_is_behind_the_web_acl(protected: Json) -> None:
    associations = all_of(protected, "AWS::WAFv2::WebACLAssociation")
    stages = [item["Properties"]["ResourceArn"]["Fn::Join"][1][-1] for item in associations]
    assert [stage["Ref"][:-8] for stage in stages] == [
        "ApiRestApiDeploymentStagedev",
        "ApiRestApiStageprod",
    ]


def test_every_stage_has_the_client_certificate(protected: Json) -> None:
    stages = all_of(protected, "AWS::ApiGateway::Stage")
    certificates = [stage["Properties"]["ClientCertificateId"]["Ref"] for stage in stages]
    assert certificates == [certificates[0]] * 2


def test_what_is_not_allowed_is_denied(protected: Json) -> None:
    allow, unless, within = properties(protected, API)["Policy"]["Statement"]
    assert (allow["Effect"], "Condition" in allow) == ("Allow", False)
    assert (unless["Effect"], unless["Condition"]) == (
        "Deny",
        {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}},
    )
    assert (within["Effect"], within["Condition"]) == (
        "Deny",
        {"IpAddress": {"aws:SourceIp": ["203.0.113.7/32"]}},
    )
    assert {item["Resource"] for item in (allow, unless, within)} == {"execute-api:/*"}


def test_an_enhanced_policy_has_an_access_mode(protected: Json) -> None:
    api = properties(protected, API)
    assert api["SecurityPolicy"] == "SecurityPolicy_TLS13_1_3_2025_09"
    assert api["EndpointAccessMode"] == "STRICT"


def test_the_policy_of_an_api_with_iam_allows_nobody(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    """With an Allow for everybody, API Gateway would admit every principal of the account."""
    access = Access.cidrs("203.0.113.0/24")
    ProxyApi(stack, "Api", handler=function, auth=Auth.iam(), access=access)
    statements = properties(synth(stack), API)["Policy"]["Statement"]
    assert [statement["Effect"] for statement in statements] == ["Deny"]


def test_preflights_pass_the_policy_of_an_api_with_iam(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    """Nobody signs a preflight: without an Allow, API Gateway answers 403."""
    access, cors = Access.cidrs("203.0.113.0/24"), Cors(origins=["https://example.com"])
    ProxyApi(stack, "Api", handler=function, auth=Auth.iam(), access=access, cors=cors)
    allow, deny = properties(synth(stack), API)["Policy"]["Statement"]
    assert (allow["Effect"], allow["Resource"]) == ("Allow", "execute-api:/*/OPTIONS/*")
    assert deny["Effect"] == "Deny"


def test_routes_that_the_policy_of_an_api_with_iam_refuses(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    access = Access.cidrs("203.0.113.0/24")
    api = ProxyApi(stack, "Api", handler=function, auth=Auth.iam(), access=access)
    public = Route(function, auth=Auth.public(reason="tested"))
    message = refused(lambda: api.add_route("GET /open", public))
    assert "got: 'GET /open' with another one; put the route into a ProxyApi of its own" in message


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        (Tls(Policy.TLS_1_2), ("TLS_1_2", None)),
        (
            Tls("SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09", Mode.BASIC),
            ("SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09", "BASIC"),
        ),
    ],
)
def test_other_tls_policies(
    stack: cdk.Stack, function: lambda_.Function, tls: Tls, expected: tuple[str, str | None]
) -> None:
    ProxyApi(stack, "Api", handler=function, tls=tls)
    api = properties(synth(stack), API)
    assert (api["SecurityPolicy"], api.get("EndpointAccessMode")) == expected


def endpoint(stack: cdk.Stack, service: ec2.InterfaceVpcEndpointAwsService) -> Access:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    return Access.vpc_endpoint(vpc.add_interface_endpoint("Endpoint", service=service))


def test_a_private_api(stack: cdk.Stack, function: lambda_.Function) -> None:
    access = endpoint(stack, ec2.InterfaceVpcEndpointAwsService.APIGATEWAY)
    api = ProxyApi(stack, "Api", handler=function, access=access)
    message = refused(lambda: Cdn(stack, "Cdn", api=api))
    assert "`api` must have a public endpoint" in message
    resource = properties(synth(stack), API)
    (name,) = resource["EndpointConfiguration"]["VpcEndpointIds"]
    assert resource["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    allow, deny = resource["Policy"]["Statement"]
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": [name]}} or deny[
        "Condition"
    ] == {"StringNotEquals": {"aws:SourceVpce": name}}
    assert allow["Effect"] == "Allow"
    assert api.is_private


@pytest.mark.parametrize(
    ("access", "message"),
    [
        (lambda: Access.cidrs(), "at least one VPC endpoint, got: neither"),
        (lambda: Access.vpc_endpoint(), "at least one VPC endpoint, got: neither"),
        (lambda: Access.cidrs("11.0.0.1/8"), "(nearest accepted: 11.0.0.0/8)"),
        (lambda: Access.cidrs("10.1.0.0/16"), "must have public addresses, because callers"),
        (lambda: Access.cidrs("fd00::/8"), "must have public addresses, because callers"),
        (lambda: Access.cidrs("office"), "must have ranges such as 203.0.113.0/24, got: 'office'"),
        (lambda: Access.cidrs("11.0.0.0/8", "11.0.0.0/8"), "'11.0.0.0/8' more than once"),
        (
            lambda: Access.cidrs("11.1.0.0/16", deny=["11.0.0.0/8"]),
            "must leave a part of each range, got: 11.0.0.0/8, which denies all of 11.1.0.0/16",
        ),
        (
            lambda: Access.cidrs(*(f"11.{i // 250}.{i % 250}.0/24" for i in range(600))),
            "8,192 characters at most, got: ",
        ),
    ],
)
def test_refused_access(
    stack: cdk.Stack, function: lambda_.Function, access: Callable[[], Access], message: str
) -> None:
    assert message in refused(lambda: ProxyApi(stack, "Api", handler=function, access=access()))


def test_a_token_passes_as_a_range(stack: cdk.Stack, function: lambda_.Function) -> None:
    office = cdk.CfnParameter(stack, "Office").value_as_string
    ProxyApi(stack, "Api", handler=function, access=Access.cidrs(office))
    statement = properties(synth(stack), API)["Policy"]["Statement"][1]
    assert {"Ref": "Office"} in statement["Condition"]["NotIpAddress"].values() or (
        statement["Condition"]["NotIpAddress"]["aws:SourceIp"] == [{"Ref": "Office"}]
    )


def test_an_endpoint_of_another_service_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    access = endpoint(stack, ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, access=access))
    assert "VPC endpoints of the service execute-api, got: Test/Vpc/Endpoint" in message


def test_all_problems_are_reported_together(stack: cdk.Stack, function: lambda_.Function) -> None:
    message = refused(
        lambda: ProxyApi(
            stack,
            "Api",
            handler=function,
            waf=Waf(rate_per_5_minutes=9, managed_groups=["AWSManagedRulesBotControlRuleSet"]),
            tls=Tls(Policy.TLS13_2025_EDGE),
            access=Access.cidrs("10.0.0.1/8"),
            shield=True,
        )
    )
    assert message.startswith("5 problems in Test/Api:")
    assert "`waf.rate_per_5_minutes` must be between 10 and 2000000000 requests, got: 9" in message
    assert "got: 'AWSManagedRulesBotControlRuleSet'; create a web ACL with other groups" in message
    assert "`tls.policy` must be a policy for a regional or private endpoint" in message
    assert "put a `Cdn` with `shield=True` in front of the API" in message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Tls(Policy.TLS_1_2, apigateway.EndpointAccessMode.STRICT),
            "legacy policy TLS_1_2",
        ),
        (lambda: Tls("TLS_1_3"), "got: 'TLS_1_3'"),
    ],
)
def test_refused_tls(
    stack: cdk.Stack, function: lambda_.Function, make: Callable[[], Tls], message: str
) -> None:
    assert message in refused(lambda: ProxyApi(stack, "Api", handler=function, tls=make()))


def test_no_rate_and_no_group_is_no_web_acl(stack: cdk.Stack, function: lambda_.Function) -> None:
    waf = Waf(rate_per_5_minutes=None, managed_groups=())
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, waf=waf))
    assert "Waf.none() is no web ACL" in message


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1", "a regional web ACL"),
        (
            "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1",
            "must have a web ACL in eu-central-1, the region of the stack",
        ),
    ],
)
def test_a_web_acl_of_another_scope_or_region(app: cdk.App, arn: str, message: str) -> None:
    stack = cdk.Stack(app, "Europe", env=cdk.Environment(region="eu-central-1"))
    handler = plain_function(stack, "Plain")
    waf = Waf.existing(arn)
    assert message in refused(lambda: ProxyApi(stack, "Api", handler=handler, waf=waf))


def test_shield_protects_a_distribution(stack: cdk.Stack, function: lambda_.Function) -> None:
    Cdn(stack, "Cdn", api=ProxyApi(stack, "Api", handler=function), shield=True, access_log=False)
    protection = properties(synth(stack), "AWS::Shield::Protection")
    assert protection["ResourceArn"]["Fn::Join"][1][-2] == ":distribution/"
    assert len(protection["Name"]) <= 128
