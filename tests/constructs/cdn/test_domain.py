"""Domain names of a distribution: certificate, records and TLS."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_route53 as route53

from serverless_stack.constructs import Cdn, CdnDomain, StorageBucket
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

CERTIFICATE = "AWS::CertificateManager::Certificate"
RECORD = "AWS::Route53::RecordSet"
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"
EUROPE = cdk.Environment(region="eu-central-1")


def zone(stack: cdk.Stack, name: str = "example.com") -> route53.IHostedZone:
    return route53.HostedZone.from_hosted_zone_attributes(
        stack, f"Zone-{name}", hosted_zone_id=f"Z-{name}", zone_name=name
    )


def make(stack: cdk.Stack, domain: CdnDomain) -> Cdn:
    return Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"), domain=domain)


def viewer_certificate(template: Json) -> Json:
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return dict(config["ViewerCertificate"])


@pytest.fixture(scope="module")
def templates() -> list[Json]:
    """A stack of Europe with names in two zones, after its stack in us-east-1."""
    app = new_app()
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    domain = CdnDomain(
        "example.com",
        aliases=["*.shop.example.com", "example.de"],
        zone=[zone(stack), zone(stack, "shop.example.com"), zone(stack, "example.de")],
        tls=cloudfront.SecurityPolicyProtocol.TLS_V1_3_2025,
    )
    make(stack, domain)
    return [dict(stack.template) for stack in app.synth().stacks]


def test_a_certificate_is_created_in_us_east_1(templates: list[Json]) -> None:
    certificate = properties(templates[0], CERTIFICATE)
    assert certificate["DomainName"] == "example.com"
    assert certificate["SubjectAlternativeNames"] == ["*.shop.example.com", "example.de"]
    assert certificate["ValidationMethod"] == "DNS"
    assert certificate["DomainValidationOptions"] == [
        {"DomainName": "example.com", "HostedZoneId": "Z-example.com"},
        {"DomainName": "*.shop.example.com", "HostedZoneId": "Z-shop.example.com"},
        {"DomainName": "example.de", "HostedZoneId": "Z-example.de"},
    ]
    (output,) = templates[0]["Outputs"]
    reference = {"StackName": "Shop-eu-central-1-global", "OutputName": output}
    used = viewer_certificate(templates[1])
    assert used["AcmCertificateArn"] == {"Fn::GetStackOutput": {**reference, "Region": "us-east-1"}}
    assert used["MinimumProtocolVersion"] == "TLSv1.3_2025"
    assert not all_of(templates[1], CERTIFICATE)


def test_each_name_has_three_records_in_its_zone(templates: list[Json]) -> None:
    records = [item["Properties"] for item in all_of(templates[1], RECORD)]
    assert {(item["Name"], item["Type"], item["HostedZoneId"]) for item in records} == {
        (f"{name}.", kind, f"Z-{place}")
        for name, place in (
            ("example.com", "example.com"),
            ("*.shop.example.com", "shop.example.com"),
            ("example.de", "example.de"),
        )
        for kind in ("A", "AAAA", "HTTPS")
    }
    assert all(list(item["AliasTarget"]["DNSName"]) == ["Fn::GetAtt"] for item in records)
    config = properties(templates[1], "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["Aliases"] == ["example.com", "*.shop.example.com", "example.de"]


def test_in_us_east_1_the_zone_may_be_of_the_stack(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
    own = route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    make(stack, CdnDomain("www.example.com", zone=own))
    template = synth(stack)
    assert viewer_certificate(template)["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert list(viewer_certificate(template)["AcmCertificateArn"]) == ["Ref"]
    assert len(all_of(template, RECORD)) == 3


def test_the_zone_of_another_stack(app: cdk.App) -> None:
    dns = cdk.Stack(app, "Dns", env=EUROPE)
    own = route53.PublicHostedZone(dns, "Zone", zone_name="example.com")
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    make(stack, CdnDomain("example.com", zone=own))
    names = [stack.stack_name for stack in app.synth().stacks]
    assert names == ["Dns", "Shop-eu-central-1-global", "Shop"]
    second = app.synth().get_stack_by_name("Shop-eu-central-1-global").template
    (option,) = properties(second, CERTIFICATE)["DomainValidationOptions"]
    assert option["HostedZoneId"]["Fn::GetStackOutput"]["Region"] == "eu-central-1"


def test_a_certificate_of_another_stack_in_us_east_1(app: cdk.App) -> None:
    there = cdk.Stack(app, "Certificates", env=cdk.Environment(region="us-east-1"))
    certificate = acm.Certificate(there, "Certificate", domain_name="example.com")
    stack = cdk.Stack(app, "Shop")  # without a region, which CDK's references need
    make(stack, CdnDomain("example.com", certificate=certificate))
    assert [stack.stack_name for stack in app.synth().stacks] == ["Certificates", "Shop"]
    template = app.synth().get_stack_by_name("Shop").template
    reference = viewer_certificate(template)["AcmCertificateArn"]["Fn::GetStackOutput"]
    assert (reference["StackName"], reference["Region"]) == ("Certificates", "us-east-1")
    assert not all_of(template, RECORD)


def test_a_given_certificate_and_records(stack: cdk.Stack) -> None:
    certificate = acm.Certificate.from_certificate_arn(stack, "Certificate", ARN)
    make(stack, CdnDomain("example.com", zone=zone(stack), certificate=certificate))
    template = synth(stack)
    assert viewer_certificate(template)["AcmCertificateArn"] == ARN
    assert len(all_of(template, RECORD)) == 3


def of_region(stack: cdk.Stack) -> acm.ICertificate:
    own = cdk.Stack(cdk.App(), "Own", env=EUROPE)
    return acm.Certificate(own, "Certificate", domain_name="example.com")


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        (lambda stack: CdnDomain("example.com"), "`certificate`, or a `zone`"),
        (lambda stack: CdnDomain("*", zone=zone(stack)), "`domain.name` must have domain names"),
        (
            lambda stack: CdnDomain("example.com", ["Example.com"], zone=zone(stack)),
            "`domain.aliases` must not repeat `domain.name`",
        ),
        (
            lambda stack: CdnDomain("example.com", ["a.io", "a.io"], zone=zone(stack)),
            "`domain.aliases` must not repeat a domain name, got: 'a.io'",
        ),
        (
            lambda stack: CdnDomain("notexample.com", zone=zone(stack)),
            "`domain.zone` must hold all names, got: 'notexample.com' outside example.com",
        ),
        (
            lambda stack: CdnDomain(
                "example.com",
                zone=route53.PrivateHostedZone(
                    stack, "Zone", zone_name="example.com", vpc=ec2.Vpc(stack, "Vpc")
                ),
                certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", ARN),
            ),
            "`domain.zone` must be public",
        ),
        (
            lambda stack: CdnDomain(
                "example.com",
                zone=route53.PublicHostedZone(stack, "Zone", zone_name="example.com"),
            ),
            "`domain.zone` must be of another stack, or imported",
        ),
        (
            lambda stack: CdnDomain("example.com", certificate=of_region(stack)),
            "must be in us-east-1, got: Own/Certificate in eu-central-1",
        ),
        (
            lambda stack: CdnDomain(
                "example.com", zone=zone(stack), tls=cloudfront.SecurityPolicyProtocol.TLS_V1_2016
            ),
            "`domain.tls` must be one of TLS_V1_2_2021, TLS_V1_2_2025, TLS_V1_3_2025",
        ),
    ],
)
def test_refused(stack: cdk.Stack, domain: Callable[[cdk.Stack], CdnDomain], message: str) -> None:
    given = domain(stack)
    assert message in refused(lambda: make(stack, given))


def test_a_zone_of_a_stack_without_a_region(app: cdk.App) -> None:
    own = route53.PublicHostedZone(cdk.Stack(app, "Dns"), "Zone", zone_name="example.com")
    stack = cdk.Stack(app, "Shop", env=EUROPE)
    message = refused(lambda: make(stack, CdnDomain("example.com", zone=own)))
    assert "set env=cdk.Environment(region=…) of Dns" in message


def late(app: cdk.App, region: str) -> tuple[cdk.Stack, CdnDomain]:
    env = cdk.Environment(account="111122223333", region=region)
    stack = cdk.Stack(app, "Test", env=env)
    names = [cdk.CfnParameter(stack, name).value_as_string for name in ("One", "Two", "Three")]
    return stack, CdnDomain(names[0], names[1:], zone=zone(stack))


def test_names_that_are_tokens(app: cdk.App) -> None:
    stack, domain = late(app, "us-east-1")
    make(stack, domain)
    assert len(all_of(synth(stack), RECORD)) == 9
    other, refused_domain = late(new_app(), "eu-west-1")
    message = refused(lambda: make(other, refused_domain))
    assert "`domain` must have names that are known at synthesis unless" in message
