from tests.checks.cases import Case, Json, resource

KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEexampleexampleexampleexample\n"
    "-----END PUBLIC KEY-----\n"
)


def function(code: object = "function handler(e) { return e.request; }", **more: object) -> Json:
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0", **more}
    return {
        "Function": resource(
            "AWS::CloudFront::Function", Name="rewrite", FunctionCode=code, FunctionConfig=config
        )
    }


def named(name: str) -> Json:
    found = function()
    return {"Function": {**resource("AWS::CloudFront::Function", Name=name, **_config(found))}}


def _config(found: Json) -> dict[str, object]:
    each = found["Function"]
    assert isinstance(each, dict)
    return {k: v for k, v in each["Properties"].items() if k != "Name"}


def store(runtime: str) -> Json:
    arn = "arn:aws:cloudfront::111122223333:key-value-store/0a"
    return function(Runtime=runtime, KeyValueStoreAssociations=[{"KeyValueStoreARN": arn}])


def invalidation(*paths: object) -> Json:
    token = "arn:aws:lambda:us-east-1:111122223333:function:invalidate"
    found = resource("Custom::Invalidation", ServiceToken=token, Paths=list(paths))
    return {"Invalidation": found}


def cache_policy(max_ttl: int = 60, name: str = "policy", **parameters: object) -> Json:
    settings = {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
        **parameters,
    }
    config = {
        "Name": name,
        "MinTTL": 0,
        "DefaultTTL": 0,
        "MaxTTL": max_ttl,
        "ParametersInCacheKeyAndForwardedToOrigin": settings,
    }
    return {"Policy": resource("AWS::CloudFront::CachePolicy", CachePolicyConfig=config)}


def request_policy(behavior: str, *headers: str) -> Json:
    config = {
        "Name": "policy",
        "HeadersConfig": {"HeaderBehavior": behavior, "Headers": list(headers)},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
    }
    found = resource("AWS::CloudFront::OriginRequestPolicy", OriginRequestPolicyConfig=config)
    return {"Policy": found}


def response_policy(**config: object) -> Json:
    settings = {"Name": "policy", **config}
    found = resource("AWS::CloudFront::ResponseHeadersPolicy", ResponseHeadersPolicyConfig=settings)
    return {"Policy": found}


def cors(credentials: bool, **lists: list[str]) -> Json:
    allowed = {
        "AccessControlAllowHeaders": ["X-Total"],
        "AccessControlAllowMethods": ["GET"],
        "AccessControlAllowOrigins": ["https://example.com"],
        **lists,
    }
    items = {name: {"Items": found} for name, found in allowed.items()}
    config = {"AccessControlAllowCredentials": credentials, "OriginOverride": True, **items}
    return response_policy(CorsConfig=config)


def header(name: str) -> Json:
    found = {"Header": name, "Value": "1", "Override": True}
    return response_policy(CustomHeadersConfig={"Items": [found]})


def key(encoded: str) -> Json:
    config = {"CallerReference": "1", "Name": "key", "EncodedKey": encoded}
    return {"Key": resource("AWS::CloudFront::PublicKey", PublicKeyConfig=config)}


def group(*keys: str) -> Json:
    config = {"Name": "group", "Items": list(keys)}
    return {"Group": resource("AWS::CloudFront::KeyGroup", KeyGroupConfig=config)}


def control(name: str) -> Json:
    config = {
        "Name": name,
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    found = resource("AWS::CloudFront::OriginAccessControl", OriginAccessControlConfig=config)
    return {"Control": found}


def xss(**config: object) -> Json:
    protection = {"Protection": True, "Override": True, **config}
    return response_policy(SecurityHeadersConfig={"XSSProtection": protection})


CASES = [
    Case(
        "CLOUDFRONT-050",
        "function code > 10 KB",
        function("f" * 10_241),
        function("f" * 10_240),
        "must have at most 10,240 bytes, got: 10241",
    ),
    Case(
        "CLOUDFRONT-050",
        "function code > 10 KB around a parameter",
        function({"Fn::Sub": "f" * 10_241 + "${AWS::Region}"}),
        function({"Fn::Sub": "f" * 10_240 + "${AWS::Region}"}),
        "must have at most 10,240 bytes, got: 10241",
    ),
    Case(
        "CLOUDFRONT-051",
        "key value store in the first runtime",
        store("cloudfront-js-1.0"),
        store("cloudfront-js-2.0"),
        "(nearest accepted: cloudfront-js-2.0)",
    ),
    Case(
        "CLOUDFRONT-052",
        "function name with a period",
        named("rewrite.js"),
        named("rewrite_js-2"),
        "`Name` must have 1 to 64 letters",
    ),
    Case(
        "CLOUDFRONT-053",
        "public key without its lines",
        key("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"),
        key(KEY),
        "must be PEM with a BEGIN PUBLIC KEY",
    ),
    Case(
        "CLOUDFRONT-054",
        "public key twice in a group",
        group("K1", "K1"),
        group("K1", "K2"),
        "must not repeat a public key, got: 'K1'",
    ),
    Case(
        "CLOUDFRONT-055",
        "access control with a name of 65 chars",
        control("c" * 65),
        control("c" * 64),
        "must have 1 to 64 characters, got: 65",
    ),
    Case(
        "CLOUDFRONT-056",
        "path without leading slash",
        invalidation("index.html"),
        invalidation("/index.html", {"Ref": "AWS::StackName"}),
        "`Paths` must begin with a slash, got: 'index.html'",
    ),
    Case(
        "CLOUDFRONT-056",
        "3001 paths",
        invalidation(*(f"/{number}" for number in range(3001))),
        invalidation(*(f"/{number}" for number in range(3000))),
        "must have at most 3,000 paths, got: 3,001",
    ),
    Case(
        "CLOUDFRONT-056",
        "path with space",
        invalidation("/a b"),
        invalidation("/a%20b"),
        "must be percent-encoded, got: '/a b'",
    ),
    Case(
        "CLOUDFRONT-056",
        "empty path list",
        invalidation(),
        invalidation("/*"),
        "must have at least one path, got: none",
    ),
    Case(
        "CLOUDFRONT-056",
        "path without leading slash of CDK's deployment",
        {"Upload": resource("Custom::CDKBucketDeployment", DistributionPaths=["a*"])},
        {"Upload": resource("Custom::CDKBucketDeployment", DistributionPaths=["/a*"])},
        "`DistributionPaths` must begin with a slash",
    ),
    Case(
        "CLOUDFRONT-060",
        "cache policy name with a space",
        cache_policy(name="my policy"),
        cache_policy(name="my-policy"),
        "got: 'my policy'",
    ),
    Case(
        "CLOUDFRONT-061",
        "list of headers without one",
        request_policy("whitelist"),
        request_policy("whitelist", "X-Shop"),
        "must have a name with the `HeaderBehavior` whitelist",
    ),
    Case(
        "CLOUDFRONT-061",
        "headers that are not listed",
        request_policy("allViewer", "X-Shop"),
        request_policy("allExcept", "Host"),
        "must be absent with the `HeaderBehavior` allViewer",
    ),
    Case(
        "CLOUDFRONT-062",
        "Authorization in an origin request policy",
        request_policy("whitelist", "Authorization"),
        request_policy("whitelist", "X-Authorization"),
        "must leave Authorization to a cache policy",
    ),
    Case(
        "CLOUDFRONT-062",
        "Accept-Encoding in a cache policy",
        cache_policy(
            EnableAcceptEncodingGzip=True,
            HeadersConfig={"HeaderBehavior": "whitelist", "Headers": ["Accept-Encoding"]},
        ),
        cache_policy(
            EnableAcceptEncodingGzip=True,
            HeadersConfig={"HeaderBehavior": "whitelist", "Headers": ["Authorization"]},
        ),
        "must leave Accept-Encoding to `EnableAcceptEncodingGzip`",
    ),
    Case(
        "CLOUDFRONT-062",
        "viewer header among those of CloudFront",
        request_policy("allViewerAndWhitelistCloudFront", "X-Shop"),
        request_policy("allViewerAndWhitelistCloudFront", "CloudFront-Viewer-Country"),
        "must have CloudFront-* headers only",
    ),
    Case(
        "CLOUDFRONT-063",
        "key of a cache that is off",
        cache_policy(0, QueryStringsConfig={"QueryStringBehavior": "all"}),
        cache_policy(1, QueryStringsConfig={"QueryStringBehavior": "all"}),
        "must be none with a `MaxTTL` of 0, got: 'all'",
    ),
    Case(
        "CLOUDFRONT-064",
        "credentials for every origin",
        cors(True, AccessControlAllowOrigins=["*"]),
        cors(False, AccessControlAllowOrigins=["*"]),
        "must not have * with `AccessControlAllowCredentials`",
    ),
    Case(
        "CLOUDFRONT-064",
        "credentials for some headers by a wildcard",
        cors(True, AccessControlAllowHeaders=["X-*"]),
        cors(True, AccessControlAllowOrigins=["https://*.example.com"]),
        "got: 'X-*'",
    ),
    Case(
        "CLOUDFRONT-064",
        "all methods and one",
        cors(False, AccessControlAllowMethods=["ALL", "GET"]),
        cors(False, AccessControlAllowMethods=["ALL"]),
        "must have ALL alone",
    ),
    Case(
        "CLOUDFRONT-065",
        "Content-Length by a policy",
        header("Content-Length"),
        header("X-Length"),
        "must not be a header that CloudFront sets, got: 'Content-Length'",
    ),
    Case(
        "CLOUDFRONT-066",
        "block and report",
        xss(ModeBlock=True, ReportUri="https://example.com/report"),
        xss(ModeBlock=False, ReportUri="https://example.com/report"),
        "must be absent with `ModeBlock`",
    ),
    Case(
        "CLOUDFRONT-067",
        "sampling rate 101",
        response_policy(ServerTimingHeadersConfig={"Enabled": True, "SamplingRate": 101}),
        response_policy(ServerTimingHeadersConfig={"Enabled": True, "SamplingRate": 0.0001}),
        "got: 101 (nearest accepted: 100)",
    ),
]
