"""Domains of APIs: certificates, records, base paths, and what does not go together."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import Cdn, Domain, ProxyApi, Tls
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

ARN = "arn:aws:acm:{}:111122223333:certificate/0a1b2c3d-0000-0000-0000-000000000000"
DOMAIN, MAPPING = "AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"
Make = Callable[[cdk.Stack], Domain]


def stack_in(region: str) -> cdk.Stack:
    environment = cdk.Environment(account="111122223333", region=region)
    return cdk.Stack(new_app(), "Test", env=environment)


def certificate(stack: cdk.Stack, region: str) -> acm.ICertificate:
    return acm.Certificate.from_certificate_arn(stack, "Given", ARN.format(region))


def zone(stack: cdk.Stack, name: str = "example.com") -> route53.IHostedZone:
    return route53.PublicHostedZone(stack, "Zone", zone_name=name)


def private_zone(stack: cdk.Stack) -> route53.PrivateHostedZone:
    vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0, max_azs=1)
    return route53.PrivateHostedZone(stack, "Private", zone_name="example.com", vpc=vpc)


@pytest.fixture(scope="module")
def shared() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    function = plain_function(stack, "Plain")
    domain = Domain("api.example.com", hosted_zone=zone(stack), base_path="v1")
    first = ProxyApi(stack, "One", handler=function, domain=domain)
    again = Domain.existing(first.domain_name, base_path="v2", stage="dev")
    ProxyApi(stack, "Two", handler=function, stages=("prod", "dev"), domain=again)
    assert first.url == "https://api.example.com/v1/"
    return synth(stack)


def test_a_domain_with_a_certificate_of_its_own(shared: Json) -> None:
    assert properties(shared, "AWS::CertificateManager::Certificate")["ValidationMethod"] == "DNS"
    domain = properties(shared, DOMAIN)
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert domain["SecurityPolicy"] == "TLS_1_2"
    assert "RegionalCertificateArn" in domain
    records = [record["Properties"] for record in all_of(shared, "AWS::Route53::RecordSet")]
    assert sorted(record["Type"] for record in records) == ["A", "AAAA"]
    assert {record["Name"] for record in records} == {"api.example.com."}


def test_versions_of_an_api_share_a_domain_by_base_path(shared: Json) -> None:
    mappings = [mapping["Properties"] for mapping in all_of(shared, MAPPING)]
    assert [mapping["BasePath"] for mapping in mappings] == ["v1", "v2"]
    assert [mapping["Stage"]["Ref"][:-8] for mapping in mappings] == [
        "OneRestApiDeploymentStageprod",
        "TwoRestApiStagedev",
    ]


def test_an_edge_optimized_domain(function: lambda_.Function, stack: cdk.Stack) -> None:
    domain = Domain("api.example.com", certificate=certificate(stack, "us-east-1"), edge=True)
    ProxyApi(stack, "Api", handler=function, domain=domain)
    properties_ = properties(synth(stack), DOMAIN)
    assert properties_["EndpointConfiguration"] == {"Types": ["EDGE"]}
    assert properties_["CertificateArn"] == ARN.format("us-east-1")


def test_mutual_tls_closes_the_default_endpoint(
    function: lambda_.Function, stack: cdk.Stack
) -> None:
    trust = apigateway.MTLSConfig(bucket=s3.Bucket(stack, "Trust"), key="roots.pem")
    domain = Domain(
        "api.example.com", certificate=certificate(stack, "eu-west-1"), mutual_tls=trust
    )
    api = ProxyApi(stack, "Api", handler=function, domain=domain)
    message = refused(lambda: Cdn(stack, "Cdn", api=api))
    assert "must have a default endpoint, which CloudFront calls" in message
    template = synth(stack)
    assert properties(template, "AWS::ApiGateway::RestApi")["DisableExecuteApiEndpoint"] is True
    uri = properties(template, DOMAIN)["MutualTlsAuthentication"]["TruststoreUri"]
    assert uri["Fn::Join"][1][-1] == "/roots.pem"


def test_base_paths_of_several_segments_and_enhanced_tls(
    function: lambda_.Function, stack: cdk.Stack
) -> None:
    domain = Domain(
        "api.example.com",
        certificate=certificate(stack, "eu-west-1"),
        base_path="shop/v1",
        tls=Tls(apigateway.SecurityPolicy.TLS13_1_3_2025_09),
        disable_default_endpoint=False,
    )
    ProxyApi(stack, "Api", handler=function, domain=domain)
    template = synth(stack)
    mapping = properties(template, "AWS::ApiGatewayV2::ApiMapping")
    assert mapping["ApiMappingKey"] == "shop/v1"
    found = properties(template, DOMAIN)
    assert found["SecurityPolicy"] == "SecurityPolicy_TLS13_1_3_2025_09"
    assert found["EndpointAccessMode"] == "STRICT"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda s: Domain("api.example.com"), "must have a `certificate`, or a `hosted_zone`"),
        (
            lambda s: Domain("API.example.com", certificate=certificate(s, "eu-west-1")),
            "got: 'API.example.com' (nearest accepted: api.example.com)",
        ),
        (
            lambda s: Domain("api.example.com", certificate=certificate(s, "us-east-1")),
            "`domain.certificate` must be in eu-west-1, got: one in us-east-1",
        ),
        (
            lambda s: Domain("a.example.com", certificate=certificate(s, "eu-west-1"), edge=True),
            "`domain.certificate` must be in us-east-1, got: one in eu-west-1",
        ),
        (
            lambda s: Domain("api.example.com", hosted_zone=zone(s), edge=True),
            "must be given for an edge-optimized domain in eu-west-1",
        ),
        (
            lambda s: Domain("api.example.org", hosted_zone=zone(s)),
            "`domain.name` must be in the `hosted_zone` example.com, got: 'api.example.org'",
        ),
        (
            lambda s: Domain("api.example.com", hosted_zone=private_zone(s)),
            "`domain.hosted_zone` must be a public one",
        ),
        (
            lambda s: Domain("api.example.com", hosted_zone=zone(s), base_path="/v1"),
            "no slash around it, got: '/v1' (nearest accepted: v1)",
        ),
        (
            lambda s: Domain("api.example.com", hosted_zone=zone(s), stage="test"),
            "`domain.stage` must be one of `stages`: prod, got: 'test'",
        ),
        (
            lambda s: Domain(
                "api.example.com",
                hosted_zone=zone(s),
                mutual_tls=apigateway.MTLSConfig(bucket=s3.Bucket(s, "Trust"), key="a.pem"),
                tls=Tls(apigateway.SecurityPolicy.TLS13_1_3_2025_09),
            ),
            "`domain.tls` must be TLS_1_2, or left out, for mutual TLS",
        ),
        (
            lambda s: Domain(
                "api.example.com",
                hosted_zone=zone(s),
                tls=Tls(apigateway.SecurityPolicy.TLS13_2025_EDGE),
            ),
            "`domain.tls.policy` must be a policy for a regional or private endpoint",
        ),
    ],
)
def test_refused_domains(make: Make, message: str) -> None:
    stack = stack_in("eu-west-1")
    function = plain_function(stack, "Plain")
    assert message in refused(lambda: ProxyApi(stack, "Api", handler=function, domain=make(stack)))


def test_an_api_without_a_domain_has_none(function: lambda_.Function, stack: cdk.Stack) -> None:
    api = ProxyApi(stack, "Api", handler=function)
    with pytest.raises(AttributeError, match="`domain` was left out of Test/Api"):
        _ = api.domain_name


def test_the_name_of_a_domain_can_be_a_token(function: lambda_.Function, stack: cdk.Stack) -> None:
    name = cdk.CfnParameter(stack, "Name").value_as_string
    ProxyApi(stack, "Api", handler=function, domain=Domain(name, hosted_zone=zone(stack)))
    for record in all_of(synth(stack), "AWS::Route53::RecordSet"):
        assert record["Properties"]["Name"] == {"Fn::Join": ["", [{"Ref": "Name"}, "."]]}
