from tests.checks.cases import Case, Json, resource

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
SITE = {"Id": "site", "DomainName": "origin.example.com"}
CUSTOM = {"OriginProtocolPolicy": "https-only"}
BEHAVIOR = {
    "TargetOriginId": "site",
    "ViewerProtocolPolicy": "redirect-to-https",
    "CachePolicyId": OPTIMIZED,
}


def distribution(**config: object) -> Json:
    return {
        "Cdn": resource(
            "AWS::CloudFront::Distribution",
            DistributionConfig={
                "Enabled": True,
                "Origins": [{**SITE, "CustomOriginConfig": CUSTOM}],
                "DefaultCacheBehavior": BEHAVIOR,
                **config,
            },
        )
    }


def origin(**config: object) -> Json:
    return distribution(Origins=[{**SITE, "CustomOriginConfig": CUSTOM, **config}])


def custom(**config: object) -> Json:
    return origin(CustomOriginConfig={**CUSTOM, **config})


def behavior(**config: object) -> Json:
    return distribution(DefaultCacheBehavior={**BEHAVIOR, **config})


def errors(*responses: Json) -> Json:
    return distribution(CustomErrorResponses=list(responses))


def certificate(**config: object) -> Json:
    return distribution(ViewerCertificate=config)


def own(**config: object) -> Json:
    return certificate(
        **{"AcmCertificateArn": CERTIFICATE, "SslSupportMethod": "sni-only", **config}
    )


def aliases(*names: object, certified: bool = True) -> Json:
    given = {"AcmCertificateArn": CERTIFICATE, "SslSupportMethod": "sni-only"}
    if not certified:
        return distribution(Aliases=list(names))
    return distribution(Aliases=list(names), ViewerCertificate=given)


def countries(*codes: str, kind: str = "whitelist") -> Json:
    restriction = {"RestrictionType": kind, "Locations": list(codes)}
    return distribution(Restrictions={"GeoRestriction": restriction})


def web_acl(scope: str, value: object) -> Json:
    acl = resource(
        "AWS::WAFv2::WebACL",
        Scope=scope,
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "CloudWatchMetricsEnabled": True,
            "MetricName": "acl",
            "SampledRequestsEnabled": True,
        },
    )
    return {"Acl": acl, **distribution(WebACLId=value)}


def logged(bucket: Json, value: object, prefix: str = "cdn/") -> Json:
    found = resource("AWS::S3::Bucket", **bucket)
    return {"Logs": found, **distribution(Logging={"Bucket": value, "Prefix": prefix})}


def group(members: list[str], codes: list[int]) -> Json:
    items = [{"OriginId": member} for member in members]
    return distribution(
        Origins=[
            {**SITE, "CustomOriginConfig": CUSTOM},
            {"Id": "spare", "DomainName": "b.example.com", "CustomOriginConfig": CUSTOM},
        ],
        OriginGroups={
            "Quantity": 1,
            "Items": [
                {
                    "Id": "both",
                    "Members": {"Quantity": len(items), "Items": items},
                    "FailoverCriteria": {"StatusCodes": {"Quantity": len(codes), "Items": codes}},
                }
            ],
        },
    )


def staging(**traffic: object) -> Json:
    return {
        "Policy": resource(
            "AWS::CloudFront::ContinuousDeploymentPolicy",
            ContinuousDeploymentPolicyConfig={
                "Enabled": True,
                "StagingDistributionDnsNames": ["d111111abcdef8.cloudfront.net"],
                "TrafficConfig": traffic,
            },
        )
    }


TAKES_ACLS: Json = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}
DOMAIN = {"Fn::GetAtt": ["Logs", "DomainName"]}
ACL_ARN = {"Fn::GetAtt": ["Acl", "Arn"]}
TWICE = {
    **aliases("www.example.com"),
    "Other": aliases("WWW.example.com")["Cdn"],
}
APART = {
    **aliases("www.example.com"),
    "Other": aliases("shop.example.com")["Cdn"],
}

CASES = [
    Case(
        "CLOUDFRONT-001",
        "default root object '/index.html'",
        distribution(DefaultRootObject="/index.html"),
        distribution(DefaultRootObject="index.html"),
        "got: '/index.html' (nearest accepted: index.html)",
    ),
    Case(
        "CLOUDFRONT-001",
        "default root object with a slash before a parameter",
        distribution(DefaultRootObject={"Fn::Sub": "/${AWS::Region}.html"}),
        distribution(DefaultRootObject={"Fn::Sub": "${AWS::Region}.html"}),
        "without a slash before it",
    ),
    Case(
        "CLOUDFRONT-002",
        "error code 418",
        errors({"ErrorCode": 418}),
        errors({"ErrorCode": 416}),
        "got: 418 (nearest accepted: 416)",
    ),
    Case(
        "CLOUDFRONT-002",
        "error code twice",
        errors({"ErrorCode": 404}, {"ErrorCode": 404, "ErrorCachingMinTTL": 1}),
        errors({"ErrorCode": 404}, {"ErrorCode": 403, "ErrorCachingMinTTL": 1}),
        "must be in one error response only, got: 404",
    ),
    Case(
        "CLOUDFRONT-003",
        "response status without page",
        errors({"ErrorCode": 404, "ResponseCode": 200}),
        errors({"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}),
        "must be used with a `DistributionConfig.CustomErrorResponses.0.ResponsePagePath`",
    ),
    Case(
        "CLOUDFRONT-003",
        "error page without slash",
        errors({"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "404.html"}),
        errors({"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}),
        "(nearest accepted: /404.html)",
    ),
    Case(
        "CLOUDFRONT-003",
        "response status 302",
        errors({"ErrorCode": 404, "ResponseCode": 302, "ResponsePagePath": "/a"}),
        errors({"ErrorCode": 404, "ResponseCode": "200", "ResponsePagePath": "/a"}),
        "got: 302",
    ),
    Case(
        "CLOUDFRONT-004",
        "alias without certificate",
        aliases("www.example.com", certified=False),
        aliases("www.example.com"),
        "`DistributionConfig.Aliases` must be used with a certificate",
    ),
    Case(
        "CLOUDFRONT-005",
        "duplicate aliases",
        aliases("www.example.com", "WWW.example.com"),
        aliases("www.example.com", "*.example.com", {"Ref": "AWS::StackName"}),
        "not repeat a domain name, got: 'www.example.com' more than once",
    ),
    Case(
        "CLOUDFRONT-005",
        "wildcard in the middle of an alias",
        aliases("www.*.example.com"),
        aliases("*.www.example.com"),
        "with a `*` only as the whole first part",
    ),
    Case(
        "CLOUDFRONT-006",
        "one alias of two distributions",
        TWICE,
        APART,
        "of another distribution (Cdn)",
    ),
    Case(
        "CLOUDFRONT-007",
        "certificate in eu-west-1",
        own(AcmCertificateArn=CERTIFICATE.replace("us-east-1", "eu-west-1")),
        own(),
        "must be of AWS Certificate Manager in us-east-1",
    ),
    Case(
        "CLOUDFRONT-007",
        "certificate of a stack in eu-west-1",
        {
            "Cert": resource("AWS::CertificateManager::Certificate", DomainName="a.example.com"),
            **own(AcmCertificateArn={"Ref": "Cert"}),
        },
        own(AcmCertificateArn={"Fn::ImportValue": "certificate"}),
        "got: 'eu-west-1'",
        region="eu-west-1",
    ),
    Case(
        "CLOUDFRONT-008",
        "TLS policy without certificate",
        certificate(CloudFrontDefaultCertificate=True, MinimumProtocolVersion="TLSv1.2_2021"),
        own(MinimumProtocolVersion="TLSv1.2_2021"),
        "be used with a certificate; without one, CloudFront takes TLSv1",
    ),
    Case(
        "CLOUDFRONT-009",
        "certificate without a way to serve it",
        certificate(AcmCertificateArn=CERTIFICATE),
        own(),
        "(nearest accepted: sni-only)",
    ),
    Case(
        "CLOUDFRONT-009",
        "two certificates",
        own(IamCertificateId="ASCAEXAMPLE"),
        certificate(IamCertificateId="ASCAEXAMPLE", SslSupportMethod="sni-only"),
        "must have one certificate only, got: 'acm, iam'",
    ),
    Case(
        "CLOUDFRONT-009",
        "dedicated addresses with TLS 1.2",
        own(SslSupportMethod="vip", MinimumProtocolVersion="TLSv1.2_2021"),
        own(SslSupportMethod="vip", MinimumProtocolVersion="TLSv1"),
        "(nearest accepted: TLSv1)",
    ),
    Case(
        "CLOUDFRONT-009",
        "SSLv3 with SNI",
        own(MinimumProtocolVersion="SSLv3"),
        own(MinimumProtocolVersion="TLSv1"),
        "must be TLSv1 or higher with sni-only",
    ),
    Case(
        "CLOUDFRONT-010",
        "country code USA",
        countries("USA"),
        countries("US", "XK"),
        "got: 'USA' (nearest accepted: US)",
    ),
    Case(
        "CLOUDFRONT-010",
        "country code UK",
        countries("UK"),
        countries("GB"),
        "got: 'UK' (nearest accepted: GB)",
    ),
    Case(
        "CLOUDFRONT-010",
        "countries that are not restricted",
        countries("DE", kind="none"),
        countries(kind="none"),
        "must be empty with the `RestrictionType` none",
    ),
    Case(
        "CLOUDFRONT-010",
        "list of countries without one",
        countries(kind="blacklist"),
        countries("DE", kind="blacklist"),
        "must have a country with the `RestrictionType` blacklist",
    ),
    Case(
        "CLOUDFRONT-011",
        "REGIONAL web ACL",
        web_acl("REGIONAL", ACL_ARN),
        web_acl("CLOUDFRONT", ACL_ARN),
        "got: 'REGIONAL' (nearest accepted: CLOUDFRONT)",
    ),
    Case(
        "CLOUDFRONT-011",
        "web ACL in eu-west-1",
        distribution(WebACLId="arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/0a"),
        distribution(WebACLId="arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/0a"),
        "must be a web ACL with the scope CLOUDFRONT, in us-east-1",
    ),
    Case(
        "CLOUDFRONT-011",
        "web ACL of a stack in eu-west-1",
        web_acl("CLOUDFRONT", ACL_ARN),
        distribution(WebACLId={"Fn::ImportValue": "acl"}),
        "created in us-east-1, got: 'eu-west-1'",
        region="eu-west-1",
    ),
    Case(
        "CLOUDFRONT-011",
        "web ACL by its reference",
        web_acl("CLOUDFRONT", {"Ref": "Acl"}),
        web_acl("CLOUDFRONT", ACL_ARN),
        "must be the `Arn` of Acl",
    ),
    Case(
        "CLOUDFRONT-012",
        "log bucket by its name",
        logged(TAKES_ACLS, {"Ref": "Logs"}),
        logged(TAKES_ACLS, DOMAIN),
        "must be the `DomainName` of Logs",
    ),
    Case(
        "CLOUDFRONT-012",
        "log bucket without access control lists",
        logged({}, DOMAIN),
        logged(TAKES_ACLS, DOMAIN),
        "must be a bucket that takes access control lists",
    ),
    Case(
        "CLOUDFRONT-012",
        "log prefix with a slash",
        logged(TAKES_ACLS, DOMAIN, "/cdn"),
        logged(TAKES_ACLS, DOMAIN, "cdn"),
        "must not begin with a slash, got: '/cdn' (nearest accepted: cdn)",
    ),
    Case(
        "CLOUDFRONT-012",
        "log bucket without domain",
        distribution(Logging={"Bucket": "logs"}),
        distribution(Logging={"Bucket": "logs.s3.amazonaws.com"}),
        "(nearest accepted: logs.s3.amazonaws.com)",
    ),
    Case(
        "CLOUDFRONT-013",
        "comment 129 chars",
        distribution(Comment="c" * 129),
        distribution(Comment="c" * 128),
        "must have at most 128 characters, got: 129",
    ),
    Case(
        "CLOUDFRONT-014",
        "staging traffic of 20 percent",
        staging(Type="SingleWeight", SingleWeightConfig={"Weight": 0.2}),
        staging(Type="SingleWeight", SingleWeightConfig={"Weight": 0.15}),
        "got: 0.2 (nearest accepted: 0.15)",
    ),
    Case(
        "CLOUDFRONT-014",
        "staging header of another name",
        staging(Type="SingleHeader", SingleHeaderConfig={"Header": "beta", "Value": "1"}),
        staging(Type="SingleHeader", SingleHeaderConfig={"Header": "aws-cf-cd-beta", "Value": "1"}),
        "(nearest accepted: aws-cf-cd-beta)",
    ),
    Case(
        "CLOUDFRONT-020",
        "behaviour of an origin that is not there",
        behavior(TargetOriginId="sites"),
        behavior(),
        "got: 'sites' (nearest accepted: site)",
    ),
    Case(
        "CLOUDFRONT-020",
        "origin id twice",
        distribution(
            Origins=[
                {**SITE, "CustomOriginConfig": CUSTOM},
                {**SITE, "DomainName": "b.example.com", "CustomOriginConfig": CUSTOM},
            ]
        ),
        distribution(
            Origins=[
                {**SITE, "CustomOriginConfig": CUSTOM},
                {"Id": "b", "DomainName": "b.example.com", "CustomOriginConfig": CUSTOM},
            ]
        ),
        "must not repeat an `Id`, got: 'site'",
    ),
    Case(
        "CLOUDFRONT-021",
        "origin domain with https://",
        origin(DomainName="https://origin.example.com/"),
        origin(DomainName="origin.example.com"),
        "(nearest accepted: origin.example.com)",
    ),
    Case(
        "CLOUDFRONT-021",
        "origin domain of a stage with its path",
        origin(DomainName={"Fn::Sub": "${AWS::StackName}.example.com/prod"}),
        origin(DomainName={"Fn::Sub": "${AWS::StackName}.example.com"}),
        "must be a domain name alone",
    ),
    Case(
        "CLOUDFRONT-021",
        "origin domain with a port",
        origin(DomainName="origin.example.com:8443"),
        custom(HTTPSPort=8443),
        "got: 'origin.example.com:8443' (nearest accepted: origin.example.com)",
    ),
    Case(
        "CLOUDFRONT-021",
        "IP address as origin",
        origin(DomainName="192.0.2.1"),
        origin(DomainName="ec2-192-0-2-1.compute-1.amazonaws.com"),
        "and no IP address",
    ),
    Case(
        "CLOUDFRONT-022",
        "origin path with a slash at its end",
        origin(OriginPath="/prod/"),
        origin(OriginPath="/prod"),
        "must begin with a slash, not end with one",
    ),
    Case(
        "CLOUDFRONT-023",
        "connection attempts 4",
        origin(ConnectionAttempts=4),
        origin(ConnectionAttempts=3),
        "got: 4 (nearest accepted: 3)",
    ),
    Case(
        "CLOUDFRONT-023",
        "connection timeout 11 s",
        origin(ConnectionTimeout=11),
        origin(ConnectionTimeout=10),
        "seconds, got: 11 (nearest accepted: 10)",
    ),
    Case(
        "CLOUDFRONT-024",
        "origin read timeout 181 s",
        custom(OriginReadTimeout=181),
        custom(OriginReadTimeout=120, OriginKeepaliveTimeout=1),
        "be between 1 and 120 seconds, 180 with a raised quota, got: 181 (nearest accepted: 120)",
    ),
    Case(
        "CLOUDFRONT-025",
        "origin read timeout 121 s",
        custom(OriginReadTimeout=121),
        custom(OriginReadTimeout=120),
        "unless AWS has raised the quota, got: 121",
    ),
    Case(
        "CLOUDFRONT-026",
        "whole answer in less time than a part",
        origin(ResponseCompletionTimeout=29),
        origin(ResponseCompletionTimeout=30),
        "must be at least the `OriginReadTimeout` (30), got: 29 (nearest accepted: 30)",
    ),
    Case(
        "CLOUDFRONT-027",
        "origin of two kinds",
        origin(S3OriginConfig={}),
        origin(),
        "got: 'S3OriginConfig, CustomOriginConfig'",
    ),
    Case(
        "CLOUDFRONT-027",
        "access control and access identity",
        distribution(
            Origins=[
                {
                    **SITE,
                    "DomainName": "b.s3.us-east-1.amazonaws.com",
                    "OriginAccessControlId": "E1",
                    "S3OriginConfig": {
                        "OriginAccessIdentity": "origin-access-identity/cloudfront/E"
                    },
                }
            ]
        ),
        distribution(
            Origins=[
                {
                    **SITE,
                    "DomainName": "b.s3.us-east-1.amazonaws.com",
                    "OriginAccessControlId": "E1",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ]
        ),
        "must be empty with an `OriginAccessControlId`",
    ),
    Case(
        "CLOUDFRONT-027",
        "website endpoint as a bucket",
        distribution(
            Origins=[
                {
                    **SITE,
                    "DomainName": "b.s3-website-us-east-1.amazonaws.com",
                    "S3OriginConfig": {},
                }
            ]
        ),
        origin(DomainName="b.s3-website-us-east-1.amazonaws.com"),
        "must be used with `CustomOriginConfig`, as it is a website endpoint",
    ),
    Case(
        "CLOUDFRONT-028",
        "header that is CloudFront's own",
        origin(OriginCustomHeaders=[{"HeaderName": "Host", "HeaderValue": "a.example.com"}]),
        origin(OriginCustomHeaders=[{"HeaderName": "X-Host", "HeaderValue": "a.example.com"}]),
        "must not be a header that CloudFront sets, got: 'Host'",
    ),
    Case(
        "CLOUDFRONT-029",
        "port 81",
        custom(HTTPPort=81),
        custom(HTTPPort=1024),
        "must be 80, 443 or 1024 to 65535, got: 81 (nearest accepted: 80)",
    ),
    Case(
        "CLOUDFRONT-029",
        "shield without region",
        origin(OriginShield={"Enabled": True}),
        origin(OriginShield={"Enabled": True, "OriginShieldRegion": "us-east-1"}),
        "OriginShieldRegion` must be set",
    ),
    Case(
        "CLOUDFRONT-030",
        "group of one origin",
        group(["site"], [500]),
        group(["site", "spare"], [500, 404]),
        "must have two origins, got: 1",
    ),
    Case(
        "CLOUDFRONT-030",
        "group with an origin that is not there",
        group(["site", "other"], [500]),
        group(["site", "spare"], [500]),
        "must be the `Id` of an origin, got: 'other'",
    ),
    Case(
        "CLOUDFRONT-030",
        "failover on 501",
        group(["site", "spare"], [501]),
        group(["site", "spare"], [502]),
        "got: 501",
    ),
]
