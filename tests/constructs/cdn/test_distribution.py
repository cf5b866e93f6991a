import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import (
    Auth,
    Behavior,
    Cdn,
    CdnDomain,
    Countries,
    Origin,
    Profile,
    ProxyApi,
    ServerlessStack,
    StorageBucket,
    Waf,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    SHARED,
    Json,
    all_of,
    dependencies,
    new_app,
    properties,
    refused,
    require_no_cycle,
    synth,
    warnings,
)

DISTRIBUTION = "AWS::CloudFront::Distribution"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


def proxy_api(stack: cdk.Stack) -> ProxyApi:
    return ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))


def config(template: Json) -> Json:
    return dict(properties(template, DISTRIBUTION)["DistributionConfig"])


def allowed_to_cloudfront(template: Json) -> list[Json]:
    policy = properties(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    return [
        s
        for s in policy
        if s["Effect"] == "Allow" and s["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    ]


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"))
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test", env=cdk.Environment(region="us-east-1"))
    Cdn(
        stack,
        "Site",
        bucket=StorageBucket(stack, "Pages"),
        origin_path="/site",
        api=proxy_api(stack),
        api_path_pattern="/v1/*",
        default_root_object="home.html",
        domain=CdnDomain(
            "shop.example.com",
            certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        ),
        price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        waf=Waf.existing("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"),
    )
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_a_bucket_alone(minimal: Json) -> None:
    distribution = config(minimal)
    behavior = distribution["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behavior["ResponseHeadersPolicyId"] == SECURITY_HEADERS
    assert behavior["CachePolicyId"] == CACHING_OPTIMIZED
    assert behavior["Compress"] is True
    assert "CacheBehaviors" not in distribution
    assert distribution["DefaultRootObject"] == "index.html"
    assert distribution["HttpVersion"] == "http2and3"
    (origin,) = distribution["Origins"]
    assert origin["OriginAccessControlId"]["Fn::GetAtt"][0] in minimal["Resources"]


def test_only_the_distribution_reads_the_bucket(minimal: Json) -> None:
    statements = allowed_to_cloudfront(minimal)
    assert [s["Action"] for s in statements] == ["s3:GetObject", "s3:ListBucket"]
    for statement in statements:
        arn = statement["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Join"][1]
        assert any(isinstance(p, dict) and "SiteDistribution" in p.get("Ref", "") for p in arn)


def test_the_name_of_the_access_control_is_unique_over_regions(minimal: Json) -> None:
    control = minimal["Resources"][f"{SHARED}OriginAccessControl37D34B04"]
    name = control["Properties"]["OriginAccessControlConfig"]["Name"]["Fn::Join"][1]
    assert name[1] == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    uuid_length = 36
    assert len(name[0]) + uuid_length <= 64


def test_an_api_alone(stack: cdk.Stack) -> None:
    Cdn(stack, "Site", api=proxy_api(stack))
    distribution = config(synth(stack))
    assert distribution["DefaultCacheBehavior"]["CachePolicyId"] == CACHING_DISABLED
    assert "DefaultRootObject" not in distribution
    assert "CacheBehaviors" not in distribution


def test_bucket_and_api(maximal: Json) -> None:
    distribution = config(maximal)
    (behavior,) = distribution["CacheBehaviors"]
    assert behavior["PathPattern"] == "/v1/*"
    assert behavior["CachePolicyId"] == CACHING_DISABLED
    assert behavior["OriginRequestPolicyId"] == ALL_BUT_HOST
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behavior["ResponseHeadersPolicyId"] == SECURITY_HEADERS
    assert set(behavior["AllowedMethods"]) == {
        "GET",
        "HEAD",
        "OPTIONS",
        "PUT",
        "PATCH",
        "POST",
        "DELETE",
    }
    api = next(o for o in distribution["Origins"] if "CustomOriginConfig" in o)
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert "RestApiDeploymentStageprod" in str(api["OriginPath"])


def test_every_argument_is_passed_on(maximal: Json) -> None:
    distribution = config(maximal)
    assert distribution["DefaultRootObject"] == "home.html"
    assert distribution["Aliases"] == ["shop.example.com"]
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution["PriceClass"] == "PriceClass_100"
    assert distribution["WebACLId"].endswith("webacl/shop/1")


def test_the_origin_path_limits_what_the_distribution_reads(maximal: Json) -> None:
    read = next(s for s in allowed_to_cloudfront(maximal) if s["Action"] == "s3:GetObject")
    assert read["Resource"]["Fn::Join"][1][-1] == "/site/*"
    bucket = next(o for o in config(maximal)["Origins"] if "S3OriginConfig" in o)
    assert bucket["OriginPath"] == "/site"


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: Cdn(
            stack,
            "Site",
            origin_path="site/",
            api_path_pattern="*",
            default_root_object="/index.html",
            domain=CdnDomain("shop.example.com", ["SHOP.example.com"]),
            waf=Waf.existing("arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/0a"),
        )
    )
    assert message.splitlines() == [
        "7 problems in Test/Site:",
        "- `bucket`, `api` or `default` must be given, got: none of them; a distribution needs an "
        "origin",
        "- `api_path_pattern` must leave paths to the bucket, got: '*', which takes all of them",
        "- `default_root_object` must be the name of an object without a slash before it, "
        "got: '/index.html' (nearest accepted: index.html)",
        "- `origin_path` must begin with a slash, not end with one and have no wildcard, "
        "got: 'site/'",
        "- `domain.aliases` must not repeat `domain.name`, got: 'shop.example.com'",
        "- `domain` must have a `certificate`, or a `zone` in which one is validated, got: neither",
        "- `waf` must have the ARN of a web ACL with the scope CLOUDFRONT "
        "(arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID), "
        "got: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/0a'",
    ]
    assert stack.node.children == []


def test_a_certificate_of_another_region_is_refused(stack: cdk.Stack) -> None:
    arn = "arn:aws:acm:eu-west-1:111122223333:certificate/0a"
    certificate = acm.Certificate.from_certificate_arn(stack, "Certificate", arn)
    pages = StorageBucket(stack, "Pages")
    domain = CdnDomain("shop.example.com", certificate=certificate)
    assert refused(lambda: Cdn(stack, "Site", bucket=pages, domain=domain)) == (
        "`domain.certificate` must be of AWS Certificate Manager in us-east-1, "
        f"got: '{arn}' (in Test/Site)"
    )


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    root = cdk.CfnParameter(stack, "Root").value_as_string
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"), default_root_object=root)
    assert config(synth(stack))["DefaultRootObject"] == {"Ref": "Root"}


def test_a_bucket_of_cdk_is_accepted(stack: cdk.Stack) -> None:
    Cdn(stack, "Site", bucket=s3.Bucket(stack, "Pages"))
    assert len(allowed_to_cloudfront(synth(stack))) == 2
    assert warnings(stack) == []


def test_a_rest_api_of_cdk_is_accepted(stack: cdk.Stack) -> None:
    api = apigateway.RestApi(stack, "Api", cloud_watch_role=False)
    api.root.add_method("GET")
    Cdn(stack, "Site", api=api)
    (origin,) = config(synth(stack))["Origins"]
    assert "CustomOriginConfig" in origin


def test_an_imported_bucket_causes_a_warning_with_the_statements(stack: cdk.Stack) -> None:
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/0a")
    pages = s3.Bucket.from_bucket_attributes(
        stack, "Pages", bucket_name="shop-pages", encryption_key=key
    )
    Cdn(stack, "Site", bucket=pages, origin_path="/site")
    bucket, of_key = warnings(stack)
    assert bucket.startswith("the policy of Test/Pages is not in this app: add {")
    assert '"s3:GetObject", "Resource": "arn:aws:s3:::shop-pages/site/*"' in bucket
    assert '"s3:ListBucket", "Resource": "arn:aws:s3:::shop-pages"' in bucket
    assert '"AWS:SourceArn": "arn:aws:cloudfront::ACCOUNT:distribution/ID"' in bucket
    assert of_key.startswith("the policy of Test/Key is not in this app: add {")
    assert '"kms:Decrypt"' in of_key
    assert all_of(synth(stack), "AWS::S3::BucketPolicy") == []


def test_a_bucket_of_another_stack_causes_no_cycle(app: cdk.App) -> None:
    data = cdk.Stack(app, "Data")
    edge = cdk.Stack(app, "Edge")
    Cdn(edge, "Site", bucket=StorageBucket(data, "Pages", encryption_key=kms.Key(data, "Key")))
    assembly = app.synth()
    assert "Edge" not in [d.id for d in assembly.get_stack_by_name("Data").dependencies]
    statements = allowed_to_cloudfront(synth(data))
    assert {next(iter(s["Condition"])) for s in statements} == {"ArnLike"}


def test_the_distribution_may_decrypt_objects(stack: cdk.Stack) -> None:
    pages = StorageBucket(stack, "Pages", encryption_key=kms.Key(stack, "Key"))
    Cdn(stack, "Site", bucket=pages)
    key_policy = properties(synth(stack), "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    decrypt = [s for s in key_policy if s["Action"] == "kms:Decrypt"]
    assert [s["Principal"] for s in decrypt] == [{"Service": "cloudfront.amazonaws.com"}]
    assert "AWS:SourceArn" in decrypt[0]["Condition"]["ArnLike"]


def test_attributes_of_missing_parts_are_none(stack: cdk.Stack) -> None:
    cdn = Cdn(stack, "Site", api=proxy_api(stack))
    assert cdn.origin_access_control is None
    assert cdn.api_path_pattern is None
    assert cdn.default_root_object is None


def test_a_bucket_lists_its_objects_to_nobody(stack: cdk.Stack) -> None:
    pages, api = StorageBucket(stack, "Pages"), proxy_api(stack)
    cdn = Cdn(stack, "Site", default=Behavior(Origin.bucket(pages, path="/site")))
    Cdn(stack, "Group", default=Behavior(Origin.group(pages, Origin.http("example.com"))))
    distributions = all_of(synth(stack), DISTRIBUTION)
    roots = [
        each["Properties"]["DistributionConfig"]["DefaultRootObject"] for each in distributions
    ]
    assert roots == ["index.html", "index.html"]
    assert (cdn.default_root_object, cdn.origin_path) == ("index.html", "/site")
    home = {"/": Behavior("bucket")}
    message = refused(
        lambda: Cdn(stack, "Home", bucket=pages, default=Behavior(api), behaviors=home)
    )
    assert "`behaviors['/']` must not serve / from a bucket, which would list its" in message
    group = Behavior(Origin.group(Origin.http("example.com"), pages))
    message = refused(lambda: Cdn(stack, "Home", default=group))
    assert "`default` must not serve / from a bucket" in message
    message = refused(lambda: Cdn(stack, "Home", bucket=pages, default_root_object=""))
    assert "`default_root_object` must be" in message


def test_an_api_by_default_answers_the_root_itself(stack: cdk.Stack) -> None:
    api = proxy_api(stack)
    images = {"/img/*": Behavior("bucket")}
    bucket = StorageBucket(stack, "Pages")
    cdn = Cdn(stack, "Site", bucket=bucket, api=api, default=Behavior("api"), behaviors=images)
    assert "DefaultRootObject" not in config(synth(stack))
    assert cdn.default_root_object is None


def test_the_raw_resource_can_be_changed(stack: cdk.Stack) -> None:
    cdn = Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"))
    raw = cdn.distribution.node.default_child
    assert isinstance(raw, cloudfront.CfnDistribution)
    raw.add_property_override("DistributionConfig.Staging", True)
    assert config(synth(stack))["Staging"] is True
    assert stack.resolve(cdn.url)["Fn::Join"][1][0] == "https://"


def test_countries_are_an_allow_list(stack: cdk.Stack) -> None:
    countries = Countries.allow("DE", "FR")
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"), countries=countries)
    config = properties(synth(stack), "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["Restrictions"]["GeoRestriction"] == {
        "Locations": ["DE", "FR"],
        "RestrictionType": "whitelist",
    }


def test_the_access_log_can_be_turned_off(stack: cdk.Stack) -> None:
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages", access_log=False), access_log=False)
    template = synth(stack)
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert "Logging" not in config
    assert sum(r["Type"] == "AWS::S3::Bucket" for r in template["Resources"].values()) == 1


def test_the_log_bucket_is_emptied_after_its_sources_are_deleted(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Test")
    Profile.dev().apply(stack)
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages", access_log=True), access_log=True)
    template = synth(stack)
    require_no_cycle(template)
    needed = dependencies(template)
    (emptying,) = [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "Custom::S3AutoDeleteObjects" and name.startswith(SHARED)
    ]
    for name, resource in template["Resources"].items():
        if "Logging" in str(resource.get("Properties", {}).keys()) or (
            resource["Type"] == DISTRIBUTION
        ):
            assert emptying in needed[name], name


def test_a_long_path_is_shortened_in_the_comment(stack: cdk.Stack) -> None:
    Cdn(stack, "S" * 200, bucket=StorageBucket(stack, "Pages"))
    assert config(synth(stack))["Comment"] == f"Test/{'S' * 123}"


def test_invalid_countries_and_an_empty_path_are_refused(stack: cdk.Stack) -> None:
    pages = StorageBucket(stack, "Pages")
    message = refused(
        lambda: Cdn(stack, "S", bucket=pages, origin_path="", countries=Countries.allow("UK"))
    )
    assert "`origin_path` must be None for the whole bucket, got: ''" in message
    assert "`countries` must have ISO 3166-1 alpha-2 country codes, got: 'UK'" in message


def test_a_path_without_a_bucket_is_refused(stack: cdk.Stack) -> None:
    alone = Behavior(Origin.http("example.com"))
    message = refused(lambda: Cdn(stack, "S", default=alone, origin_path="/site"))
    assert "`origin_path` must go with `bucket`, got: a path alone" in message


def test_names_and_other_resources_are_refused(stack: cdk.Stack) -> None:
    api = sqs.Queue(stack, "Queue")
    message = refused(
        lambda: Cdn(stack, "Site", bucket="name", api=api)  # type: ignore[arg-type]
    )
    assert "- `bucket` must be a StorageBucket or an aws_s3.IBucket, got: 'name'" in message
    assert (
        "- `api` must be a ProxyApi, an aws_apigateway.IRestApi or an aws_apigatewayv2.IHttpApi, "
        "got: the aws_sqs.Queue Test/Queue"
    ) in message


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "us-gov-east-1"])
def test_a_region_without_distributions_is_refused(region: str, code: Path) -> None:
    app = new_app()
    env = cdk.Environment(account="1" * 12, region=region)
    stack = cdk.Stack(app, "Test", env=env)
    bucket = StorageBucket(stack, "Pages")
    assert refused(lambda: Cdn(stack, "Site", bucket=bucket)).startswith(
        f"`Cdn` must be left out in {region}, where CloudFront"
    )
    assert refused(lambda: ServerlessStack(app, "Shop", function=code, env=env)).startswith(
        f"`cdn` must be left out in {region}, where CloudFront"
    )


PARTITIONS = ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"]


@pytest.mark.parametrize("region", PARTITIONS)
@pytest.mark.parametrize("profile", [Profile.dev(), Profile.production(), Profile.regulated()])
def test_no_arn_names_a_partition(region: str, profile: Profile, code: Path) -> None:
    env = cdk.Environment(account="1" * 12, region=region)
    stack = ServerlessStack(
        new_app(),
        "Shop",
        function=code,
        api={"auth": Auth.public(reason="tested")},
        cdn=None,
        redis=True,
        memcached=True,
        env=env,
        profile=profile,
    )
    assert "arn:aws:" not in json.dumps(synth(stack))
