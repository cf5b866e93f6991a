"""The configuration of a distribution, read from the API's XML."""

from serverless_stack.local.emulator.cdn.config import (
    Behaviour,
    Countries,
    EdgeAssociation,
    ErrorResponse,
    Origin,
    OriginGroup,
)
from serverless_stack.local.emulator.cdn.config_xml import parse_config
from serverless_stack.local.emulator.cdn.freshness import Lifetimes
from serverless_stack.local.emulator.cdn.policies import UNCACHED, Selection

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
MINIMAL = """
<DistributionConfig>
  <Origins><Items><Origin><Id>a</Id><DomainName>a.example</DomainName></Origin></Items></Origins>
  <DefaultCacheBehavior><TargetOriginId>a</TargetOriginId></DefaultCacheBehavior>
</DistributionConfig>
"""
MAXIMAL = f"""
<DistributionConfig xmlns="{NAMESPACE}">
  <Aliases><Items><CNAME>www.example.com</CNAME></Items></Aliases>
  <DefaultRootObject>index.html</DefaultRootObject>
  <Origins><Items>
    <Origin>
      <Id>bucket</Id><DomainName>b.s3.eu-west-1.amazonaws.com</DomainName>
      <OriginPath>/site</OriginPath><OriginAccessControlId>E1</OriginAccessControlId>
      <S3OriginConfig>
        <OriginAccessIdentity>origin-access-identity/cloudfront/E2</OriginAccessIdentity>
      </S3OriginConfig>
      <ConnectionAttempts>2</ConnectionAttempts><ConnectionTimeout>4</ConnectionTimeout>
      <ResponseCompletionTimeout>90</ResponseCompletionTimeout>
    </Origin>
    <Origin>
      <Id>web</Id><DomainName>w.example</DomainName>
      <CustomHeaders><Items><OriginCustomHeader>
        <HeaderName>X-Own</HeaderName><HeaderValue>1</HeaderValue>
      </OriginCustomHeader></Items></CustomHeaders>
      <CustomOriginConfig>
        <HTTPPort>8080</HTTPPort><HTTPSPort>8443</HTTPSPort>
        <OriginProtocolPolicy>https-only</OriginProtocolPolicy>
        <OriginReadTimeout>60</OriginReadTimeout>
      </CustomOriginConfig>
    </Origin>
    <Origin>
      <Id>vpc</Id><DomainName>v.example</DomainName>
      <VpcOriginConfig>
        <VpcOriginId>vo_1</VpcOriginId><OriginReadTimeout>7</OriginReadTimeout>
      </VpcOriginConfig>
    </Origin>
  </Items></Origins>
  <OriginGroups><Items><OriginGroup>
    <Id>group</Id>
    <FailoverCriteria><StatusCodes><Items>
      <StatusCode>500</StatusCode><StatusCode>404</StatusCode>
    </Items></StatusCodes></FailoverCriteria>
    <Members><Items>
      <OriginGroupMember><OriginId>web</OriginId></OriginGroupMember>
      <OriginGroupMember><OriginId>bucket</OriginId></OriginGroupMember>
    </Items></Members>
  </OriginGroup></Items></OriginGroups>
  <DefaultCacheBehavior>
    <TargetOriginId>bucket</TargetOriginId>
    <TrustedSigners><Enabled>false</Enabled><Items>
      <AwsAccountNumber>self</AwsAccountNumber>
    </Items></TrustedSigners>
    <TrustedKeyGroups><Enabled>true</Enabled><Items><KeyGroup>k1</KeyGroup></Items></TrustedKeyGroups>
    <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>
    <AllowedMethods>
      <Items><Method>GET</Method><Method>HEAD</Method><Method>OPTIONS</Method></Items>
      <CachedMethods><Items><Method>GET</Method><Method>HEAD</Method></Items></CachedMethods>
    </AllowedMethods>
    <Compress>true</Compress>
    <LambdaFunctionAssociations><Items><LambdaFunctionAssociation>
      <LambdaFunctionARN>arn:lambda</LambdaFunctionARN><EventType>origin-request</EventType>
      <IncludeBody>true</IncludeBody>
    </LambdaFunctionAssociation></Items></LambdaFunctionAssociations>
    <FunctionAssociations><Items><FunctionAssociation>
      <FunctionARN>arn:function</FunctionARN><EventType>viewer-request</EventType>
    </FunctionAssociation></Items></FunctionAssociations>
    <FieldLevelEncryptionId>f1</FieldLevelEncryptionId>
    <CachePolicyId>c1</CachePolicyId>
    <OriginRequestPolicyId>o1</OriginRequestPolicyId>
    <ResponseHeadersPolicyId>r1</ResponseHeadersPolicyId>
  </DefaultCacheBehavior>
  <CacheBehaviors><Items><CacheBehavior>
    <PathPattern>/old/*</PathPattern><TargetOriginId>group</TargetOriginId>
    <ForwardedValues>
      <QueryString>true</QueryString>
      <Cookies><Forward>whitelist</Forward><WhitelistedNames><Items>
        <Name>session*</Name>
      </Items></WhitelistedNames></Cookies>
      <Headers><Items><Name>Accept</Name></Items></Headers>
      <QueryStringCacheKeys><Items><Name>q</Name></Items></QueryStringCacheKeys>
    </ForwardedValues>
    <MinTTL>1</MinTTL><DefaultTTL>2</DefaultTTL><MaxTTL>3</MaxTTL>
  </CacheBehavior></Items></CacheBehaviors>
  <CustomErrorResponses><Items>
    <CustomErrorResponse>
      <ErrorCode>404</ErrorCode><ResponsePagePath>/404.html</ResponsePagePath>
      <ResponseCode>200</ResponseCode><ErrorCachingMinTTL>0</ErrorCachingMinTTL>
    </CustomErrorResponse>
    <CustomErrorResponse><ErrorCode>500</ErrorCode></CustomErrorResponse>
  </Items></CustomErrorResponses>
  <Enabled>false</Enabled>
  <Restrictions><GeoRestriction>
    <RestrictionType>blacklist</RestrictionType>
    <Items><Location>DE</Location><Location>FR</Location></Items>
  </GeoRestriction></Restrictions>
  <WebACLId>arn:acl</WebACLId>
  <ContinuousDeploymentPolicyId>p1</ContinuousDeploymentPolicyId>
  <Staging>true</Staging>
  <CacheTagConfig><HeaderName>X-Tag</HeaderName></CacheTagConfig>
</DistributionConfig>
"""


def test_minimal() -> None:
    config = parse_config(MINIMAL)
    assert config.origins == {"a": Origin("a", "a.example")}
    assert config.behaviours == (Behaviour("*", "a"),)
    assert (config.groups, config.errors, config.countries) == ({}, {}, Countries())
    assert config.enabled


def test_maximal() -> None:
    config = parse_config(MAXIMAL)
    assert config.origins["bucket"] == Origin(
        "bucket",
        "b.s3.eu-west-1.amazonaws.com",
        path="/site",
        is_s3=True,
        access_control="E1",
        access_identity="E2",
        attempts=2,
        connection_timeout=4,
        completion_timeout=90,
    )
    assert config.origins["web"] == Origin(
        "web",
        "w.example",
        headers=(("X-Own", "1"),),
        http_port=8080,
        https_port=8443,
        protocol="https-only",
        read_timeout=60,
    )
    assert config.origins["vpc"] == Origin("vpc", "v.example", vpc_origin="vo_1", read_timeout=7)
    group = OriginGroup("group", ("web", "bucket"), frozenset({404, 500}))
    assert config.groups == {"group": group}
    assert [each.id for each in config.target("group").origins] == ["web", "bucket"]
    (old, default) = config.behaviours
    assert default == Behaviour(
        "*",
        "bucket",
        viewer_protocol="redirect-to-https",
        methods=("GET", "HEAD", "OPTIONS"),
        compress=True,
        cache_policy="c1",
        origin_request_policy="o1",
        response_headers_policy="r1",
        functions=(("viewer-request", "arn:function"),),
        edge=(("origin-request", EdgeAssociation("arn:lambda", include_body=True)),),
        key_groups=("k1",),
        field_encryption="f1",
    )
    assert old.legacy is not None
    assert old.legacy.lifetimes == Lifetimes(1, 2, 3)
    assert old.legacy.key.headers == Selection("whitelist", frozenset({"accept"}))
    assert old.legacy.key.cookies.includes("session-1")
    assert old.legacy.key.queries == Selection("whitelist", frozenset({"q"}))
    assert config.errors == {
        404: ErrorResponse(404, 0, "/404.html", 200),
        500: ErrorResponse(500, 10, "", 500),
    }
    assert config.countries == Countries("blacklist", frozenset({"DE", "FR"}))
    assert (config.web_acl, config.continuous_deployment) == ("arn:acl", "p1")
    assert (config.enabled, config.staging) == (False, True)
    assert config.aliases == ("www.example.com",)
    assert (config.default_root_object, config.cache_tag_header) == ("index.html", "x-tag")


def test_legacy_settings_with_all_headers_cache_nothing() -> None:
    config = parse_config(MAXIMAL.replace("<Name>Accept</Name>", "<Name>*</Name>"))
    legacy = config.behaviours[0].legacy
    assert legacy is not None
    assert legacy.lifetimes == UNCACHED
    assert legacy.key.headers.includes("x-anything")
