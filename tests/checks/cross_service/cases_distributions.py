"""Distributions with what is behind and before them."""

from tests.checks.cases import Case, Json, att, join, ref, resource
from tests.checks.cross_service.cases_functions import function, role

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

NOTHING: Json = {}
BEHAVIOUR: Json = {
    "TargetOriginId": "one",
    "ViewerProtocolPolicy": "redirect-to-https",
    "CachePolicyId": DISABLED,
}
HTTPS: Json = {"OriginProtocolPolicy": "https-only"}
SITE: Json = {"Id": "one", "DomainName": "www.example.com", "CustomOriginConfig": HTTPS}
# As CDK writes the host of an API: the third part of its address.
API_ADDRESS = join(
    "https://",
    ref("Api"),
    ".execute-api.",
    ref("AWS::Region"),
    ".",
    ref("AWS::URLSuffix"),
    "/",
    ref("Stage"),
    "/",
)
API: Json = {
    "Id": "one",
    "DomainName": {"Fn::Select": [2, {"Fn::Split": ["/", API_ADDRESS]}]},
    "OriginPath": "/prod",
    "CustomOriginConfig": HTTPS,
}


def distribution(origin: Json, behaviour: Json = NOTHING, **config: object) -> Json:
    described = {
        "Enabled": True,
        "Origins": [origin],
        "DefaultCacheBehavior": {**BEHAVIOUR, **behaviour},
        **config,
    }
    return {"Cdn": resource("AWS::CloudFront::Distribution", DistributionConfig=described)}


def method(
    authorization: str = "NONE", *, verb: str = "GET", uri: object = None, **properties: object
) -> Json:
    integration: Json = {"Type": "MOCK"}
    if uri is not None:
        integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}
    return resource(
        "AWS::ApiGateway::Method",
        AuthorizationType=authorization,
        HttpMethod=verb,
        Integration={**integration, **properties},
        ResourceId=att("Api", "RootResourceId"),
        RestApiId=ref("Api"),
    )


def api(authorization: str = "NONE", depends: str = "Method", **methods: Json) -> Json:
    deployment = resource("AWS::ApiGateway::Deployment", RestApiId=ref("Api"))
    return {
        "Api": resource("AWS::ApiGateway::RestApi", Name="shop"),
        "Method": method(authorization),
        **methods,
        "Deployment": {**deployment, "DependsOn": depends.split()},
        "Stage": resource(
            "AWS::ApiGateway::Stage",
            DeploymentId=ref("Deployment"),
            RestApiId=ref("Api"),
            StageName="prod",
        ),
    }


def host_policy(*headers: str) -> Json:
    config = {
        "Name": "some",
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": list(headers)},
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
    }
    return {
        "Policy": resource("AWS::CloudFront::OriginRequestPolicy", OriginRequestPolicyConfig=config)
    }


URI = join(
    "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
    att("Function"),
    "/invocations",
)


def called(seconds: int, *, permitted: bool = True, **integration: object) -> Json:
    """Return an API that calls a function."""
    permission = resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=att("Function"),
        Principal="apigateway.amazonaws.com",
    )
    found = {
        **api(depends="Method Called"),
        "Called": method("NONE", verb="POST", uri=URI, **integration),
        "Function": function(Timeout=seconds),
        "Role": role(),
    }
    return {**found, "Permission": permission} if permitted else found


def http_api(seconds: int) -> Json:
    integration = resource(
        "AWS::ApiGatewayV2::Integration",
        ApiId=ref("Api"),
        IntegrationType="AWS_PROXY",
        IntegrationUri=att("Function"),
        PayloadFormatVersion="2.0",
    )
    return {
        "Api": resource("AWS::ApiGatewayV2::Api", Name="shop", ProtocolType="HTTP"),
        "Integration": integration,
        "Function": function(Timeout=seconds),
        "Role": role(),
    }


def function_url(control: str) -> Json:
    host = {"Fn::Select": [2, {"Fn::Split": ["/", att("Url", "FunctionUrl")]}]}
    origin: Json = {"Id": "one", "DomainName": host, "CustomOriginConfig": HTTPS}
    if control:
        origin["OriginAccessControlId"] = att("Control", "Id")
    return {
        "Url": resource("AWS::Lambda::Url", AuthType="AWS_IAM", TargetFunctionArn=att("Function")),
        "Function": function(),
        "Role": role(),
        **access_control("lambda"),
        **distribution(origin),
    }


def access_control(kind: str) -> Json:
    config = {
        "Name": "control",
        "OriginAccessControlOriginType": kind,
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    return {
        "Control": resource(
            "AWS::CloudFront::OriginAccessControl", OriginAccessControlConfig=config
        )
    }


FALLBACK = {"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}
ALLOW: Json = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Resource": join(att("Bucket"), "/*"),
    "Condition": {
        "StringEquals": {
            "aws:SourceArn": join("arn:aws:cloudfront::", ref("AWS::AccountId"), ":distribution/x")
        }
    },
}


def deny(**condition: Json) -> Json:
    found: Json = {
        "Sid": "Inside",
        "Effect": "Deny",
        "Action": "s3:*",
        "Principal": "*",
        "Resource": [att("Bucket"), join(att("Bucket"), "/*")],
    }
    return {**found, "Condition": condition} if condition else found


def bucket(*statements: Json) -> Json:
    origin: Json = {
        "Id": "one",
        "DomainName": att("Bucket", "RegionalDomainName"),
        "OriginAccessControlId": att("Control", "Id"),
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    found = {
        "Bucket": resource("AWS::S3::Bucket"),
        **access_control("s3"),
        **distribution(origin, {"CachePolicyId": OPTIMIZED}),
    }
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        found["Policy"] = resource(
            "AWS::S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document
        )
    return found


OUTSIDE: Json = {"aws:SourceVpce": "vpce-0123456789abcdef0"}
NOT_AWS: Json = {"aws:PrincipalIsAWSService": "false"}
CERTIFICATE = "arn:aws:acm:{}:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def named(**certificate: object) -> Json:
    described: Json = {"ViewerCertificate": certificate} if certificate else {}
    return distribution(SITE, NOTHING, Aliases=["www.example.com"], **described)


def certified(region: str) -> Json:
    return named(
        AcmCertificateArn=CERTIFICATE.format(region),
        MinimumProtocolVersion="TLSv1.2_2021",
        SslSupportMethod="sni-only",
    )


SITE_AND_API: Json = {
    "Origins": [SITE, {**API, "Id": "two"}],
    "CacheBehaviors": [{**BEHAVIOUR, "TargetOriginId": "two", "PathPattern": "/api/*"}],
}

CASES = [
    Case(
        "CROSS-SERVICE-001",
        "function that outlasts its API",
        called(60),
        called(29),
        "`Timeout` must be at most 29 seconds, after which Called stops waiting",
    ),
    Case(
        "CROSS-SERVICE-001",
        "function that outlasts its integration",
        called(10, TimeoutInMillis=5000),
        called(5, TimeoutInMillis=5000),
        "`Timeout` must be at most 5 seconds",
    ),
    Case(
        "CROSS-SERVICE-002",
        "function that outlasts its HTTP API",
        http_api(31),
        http_api(30),
        "`Timeout` must be at most 30 seconds, after which Integration stops waiting",
    ),
    Case(
        "CROSS-SERVICE-020",
        "Host to an API by a managed policy",
        {**api(), **distribution(API, {"OriginRequestPolicyId": ALL_VIEWER})},
        {**api(), **distribution(API, {"OriginRequestPolicyId": EXCEPT_HOST})},
        "must not send the Host header to an API, got: '216adef6-5c7f-47e4-b989-5492eafa07d3 "
        "(AllViewer)'",
    ),
    Case(
        "CROSS-SERVICE-020",
        "Host to an API by a policy",
        {
            **api(),
            **host_policy("Accept", "Host"),
            **distribution(API, {"OriginRequestPolicyId": ref("Policy")}),
        },
        {
            **api(),
            **host_policy("Accept"),
            **distribution(API, {"OriginRequestPolicyId": ref("Policy")}),
        },
        "must not send the Host header to an API, got: 'Policy'",
    ),
    Case(
        "CROSS-SERVICE-021",
        "IAM authorised API behind CloudFront",
        {**api("AWS_IAM"), **distribution(API)},
        {**api(), **distribution(API)},
        "must lead to an API without IAM authorization",
    ),
    Case(
        "CROSS-SERVICE-022",
        "signed function URL without a control",
        function_url(""),
        function_url("Control"),
        "must be an origin access control of type lambda, as Url takes signed requests only",
    ),
    Case(
        "CROSS-SERVICE-025",
        "single page over an API",
        {**api(), **distribution(SITE, NOTHING, CustomErrorResponses=[FALLBACK], **SITE_AND_API)},
        {**api(), **distribution(SITE, NOTHING, **SITE_AND_API)},
        "must not turn errors of the API of DistributionConfig.CacheBehaviors.0 into pages",
    ),
    Case(
        "CROSS-SERVICE-054",
        "API without a permission",
        called(29, permitted=False),
        called(29),
        "must be a function with a permission for apigateway.amazonaws.com, got: 'Function'",
    ),
    Case(
        "CROSS-SERVICE-060",
        "bucket that does not let CloudFront in",
        bucket(),
        bucket(ALLOW),
        "must have the policy of Bucket with it, which allows s3:GetObject",
    ),
    Case(
        "CROSS-SERVICE-061",
        "bucket that denies what is outside of a network",
        bucket(ALLOW, deny(StringNotEquals=OUTSIDE)),
        bucket(ALLOW, deny(StringNotEquals=OUTSIDE, Bool=NOT_AWS)),
        "`PolicyDocument.Statement.1` must except CloudFront, as it is an origin of Cdn",
    ),
    Case(
        "CROSS-SERVICE-061",
        "bucket that denies all",
        bucket(ALLOW, deny()),
        bucket(ALLOW, deny(Bool={"aws:SecureTransport": "false"})),
        "must except CloudFront",
    ),
    Case(
        "CROSS-SERVICE-080",
        "deployment before its methods",
        api(depends="Api"),
        api(depends="Method"),
        "`DependsOn` must have the methods of its API",
    ),
    Case(
        "CROSS-SERVICE-081",
        "deployment before some methods",
        api(depends="Method", Other=method(verb="PUT")),
        api(depends="Method Other", Other=method(verb="PUT")),
        "`DependsOn` must have all methods of its API; those created later are missing in it, "
        "got: 'none of Other'",
    ),
]
