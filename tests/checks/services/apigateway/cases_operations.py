from tests.checks.cases import Case, Json, join, policy, ref, resource, statement
from tests.checks.services.apigateway.cases import LAMBDA, MOCK, REF, ROOT, api, method
from tests.checks.services.apigateway.cases_access import CERTIFICATE, authorizer, domain

INTEGRATION = "x-amazon-apigateway-integration"
STREAMED = (
    "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/"
    "arn:aws:lambda:us-east-1:111122223333:function:f/response-streaming-invocations"
)
CALLED: Json = {"Type": "AWS_PROXY", "Uri": LAMBDA, "IntegrationHttpMethod": "POST"}
STREAM: Json = {**CALLED, "Uri": STREAMED, "ResponseTransferMode": "STREAM"}
HEADER = "method.request.header.Authorization"
PART = "method.request.path.proxy"


def defined(operation: Json, verb: str = "get", root: Json | None = None) -> Json:
    """Return an API with an OpenAPI definition of one operation."""
    body: Json = {"openapi": "3.0.1", "paths": {"/": {verb: operation}}, **(root or {})}
    return {"Api": resource("AWS::ApiGateway::RestApi", Body=body)}


def mocked(**config: object) -> Json:
    found = {"type": "mock", "requestTemplates": {"application/json": "{}"}, **config}
    types: Json = {"x-amazon-apigateway-binary-media-types": ["*/*"]}
    return defined({INTEGRATION: found}, verb="options", root=types)


def stage(*settings: Json, cluster: object = True) -> Json:
    found = resource(
        "AWS::ApiGateway::Stage",
        StageName="prod",
        RestApiId=REF,
        DeploymentId="d1",
        CacheClusterEnabled=cluster,
        CacheClusterSize="0.5",
        MethodSettings=list(settings),
    )
    return {"Stage": found}


def setting(place: str = "/*", verb: str = "*", caches: object = True) -> Json:
    return {"ResourcePath": place, "HttpMethod": verb, "CachingEnabled": caches}


CACHED = stage(setting())


def called(verb: str = "GET", kind: str = "AWS_IAM", **config: object) -> Json:
    declared = {HEADER: True, PART: True}
    return method(
        verb=verb,
        AuthorizationType=kind,
        RequestParameters=declared,
        Integration={**CALLED, **config},
    )


def by_token(source: str, key: str) -> Json:
    parameter = f"method.request.header.{key}"
    return {
        **method(
            AuthorizationType="CUSTOM",
            AuthorizerId=ref("Authorizer"),
            RequestParameters={parameter: True},
            Integration={**CALLED, "CacheKeyParameters": [parameter]},
        ),
        **authorizer(IdentitySource=f"method.request.header.{source}", RestApiId=REF),
        **CACHED,
    }


def cached_definition(**config: object) -> Json:
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization"}
    schemes = {"pool": {**scheme, "x-amazon-apigateway-authtype": "cognito_user_pools"}}
    root: Json = {"components": {"securitySchemes": schemes}}
    found = {"type": "aws_proxy", "uri": LAMBDA, "httpMethod": "POST", **config}
    return {**defined({"security": [{"pool": []}], INTEGRATION: found}, root=root), **CACHED}


def streaming(**config: object) -> Json:
    return method(Integration={**STREAM, **config})


def repeated(type_: str, count: int, **properties: object) -> Json:
    """Return an API with so many resources of a type."""
    found: Json = {
        f"R{number}": resource(
            type_,
            **{
                name: value.format(number) if isinstance(value, str) else value
                for name, value in properties.items()
            },
        )
        for number in range(count)
    }
    return {**api(), **found}


def paths(count: int) -> Json:
    return repeated(
        "AWS::ApiGateway::Resource", count, RestApiId=REF, ParentId=ROOT, PathPart="p{}"
    )


def defined_paths(count: int) -> Json:
    """Return an API whose definition has so many paths, half of them below the other half."""
    body: Json = {"paths": {f"/a{number}/b": {} for number in range(count // 2)}}
    return {"Api": resource("AWS::ApiGateway::RestApi", Body=body)}


def routes(count: int) -> Json:
    return repeated("AWS::ApiGatewayV2::Route", count, ApiId="h1", RouteKey="GET /p{}")


def authorizers(count: int) -> Json:
    return repeated(
        "AWS::ApiGateway::Authorizer",
        count,
        RestApiId=REF,
        Name="a{}",
        Type="TOKEN",
        AuthorizerUri=LAMBDA,
        IdentitySource=HEADER,
    )


def stages(count: int) -> Json:
    return repeated(
        "AWS::ApiGateway::Stage", count, RestApiId=REF, StageName="s{}", DeploymentId="d1"
    )


def protected(size: int) -> Json:
    allowed = statement(
        Principal="*",
        Action="execute-api:Invoke",
        Resource=join(ref("AWS::Region"), "x" * size),
    )
    return api(Policy=policy(allowed))


PLAN = resource(
    "AWS::ApiGateway::UsagePlan",
    ApiStages=[{"ApiId": REF, "Stage": "prod"}],
    Quota={"Limit": 1000, "Period": "DAY"},
)


def planned(key: bool = False) -> Json:
    return {**method(ApiKeyRequired=key), "Plan": PLAN}


def planned_definition(*security: object) -> Json:
    scheme = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    root: Json = {"components": {"securitySchemes": {"key": scheme}}}
    found = {"type": "mock"}
    return {
        **defined({"security": list(security), INTEGRATION: found}, root=root),
        "Plan": PLAN,
    }


def keyed(*plans: object) -> Json:
    stage_keys = [{"RestApiId": REF, "StageName": "prod"}]
    key = resource("AWS::ApiGateway::ApiKey", Enabled=True, StageKeys=stage_keys)
    return {**method(ApiKeyRequired=True), "Key": key, **({"Plan": PLAN} if plans else {})}


def secured(type_: str = "REGIONAL", **properties: object) -> Json:
    return api(EndpointConfiguration={"Types": [type_]}, **properties)


def mutual(**properties: object) -> Json:
    found = domain(
        EndpointConfiguration={"Types": ["REGIONAL"]},
        RegionalCertificateArn=CERTIFICATE,
        SecurityPolicy="TLS_1_2",
        MutualTlsAuthentication={"TruststoreUri": "s3://trust/store.pem"},
    )
    mapping = resource(
        "AWS::ApiGateway::BasePathMapping", DomainName=ref("Domain"), RestApiId=REF, Stage="prod"
    )
    return {**api(**properties), **found, "Mapping": mapping}


POLICY = "SecurityPolicy_TLS13_1_3_2025_09"
EDGE = "SecurityPolicy_TLS13_2025_EDGE"

CASES = [
    Case(
        "APIGATEWAY-012",
        "cache of a method with IAM",
        {**called(), **CACHED},
        {**called(CacheKeyParameters=[HEADER]), **CACHED},
        "`Integration.CacheKeyParameters` must have the caller's identity",
    ),
    Case(
        "APIGATEWAY-012",
        "cache by the path alone",
        {**called(CacheKeyParameters=[PART]), **CACHED},
        {**called(kind="NONE", CacheKeyParameters=[PART]), **CACHED},
        "Stage caches answers to authorized callers",
    ),
    Case(
        "APIGATEWAY-012",
        "cache by a header that is no identity",
        by_token("X-Pass", "Accept"),
        by_token("X-Pass", "X-Pass"),
        "must have the caller's identity",
    ),
    Case(
        "APIGATEWAY-012",
        "cache switched on for the method itself",
        {**called("POST"), **stage(setting("/", "POST"), setting(caches=False))},
        {**called("POST"), **stage(setting("/", "GET"), setting(caches=True))},
        "must have the caller's identity",
    ),
    Case(
        "APIGATEWAY-012",
        "cache not switched off for the method",
        {**called("ANY"), **stage(setting(), setting("/other", "GET", False))},
        {**called("ANY"), **stage(setting(), setting("/", "GET", False))},
        "must have the caller's identity",
    ),
    Case(
        "APIGATEWAY-012",
        "cache of an OpenAPI operation with Cognito",
        cached_definition(cacheKeyParameters=["method.request.querystring.page"]),
        cached_definition(cacheKeyParameters=[HEADER]),
        "`Body.paths./.get.x-amazon-apigateway-integration.cacheKeyParameters` must have",
    ),
    Case(
        "APIGATEWAY-043",
        "streamed response of 15 minutes and more",
        method(Integration={**STREAM, "TimeoutInMillis": 900_001}),
        method(Integration={**STREAM, "TimeoutInMillis": 900_000}),
        "got: 900001 (nearest accepted: 900000)",
    ),
    Case(
        "APIGATEWAY-048",
        "preflight of an API with escaped binary media types",
        {**method(verb="OPTIONS"), **api(BinaryMediaTypes=["*~1*"])},
        {**method(verb="OPTIONS"), **api(BinaryMediaTypes=["image~1png"])},
        "as Api treats *~1* as binary, got: None (nearest accepted: CONVERT_TO_TEXT)",
    ),
    Case(
        "APIGATEWAY-048",
        "preflight that is converted to binary",
        {
            **method(verb="OPTIONS", Integration={**MOCK, "ContentHandling": "CONVERT_TO_BINARY"}),
            **api(BinaryMediaTypes=["*/*"]),
        },
        {
            **method(verb="OPTIONS", Integration={**MOCK, "ContentHandling": "CONVERT_TO_TEXT"}),
            **api(BinaryMediaTypes=["*/*"]),
        },
        "must be CONVERT_TO_TEXT, as Api treats */* as binary, got: 'CONVERT_TO_BINARY'",
    ),
    Case(
        "APIGATEWAY-048",
        "preflight of an OpenAPI definition",
        mocked(),
        mocked(contentHandling="CONVERT_TO_TEXT"),
        "`Body.paths./.options.x-amazon-apigateway-integration.contentHandling` must be",
    ),
    Case(
        "APIGATEWAY-056",
        "usage plan of an API without keys",
        planned(),
        planned(key=True),
        "`ApiStages.0.ApiId` must be an API with a method that has `ApiKeyRequired`, got: 'Api'",
    ),
    Case(
        "APIGATEWAY-056",
        "usage plan of an OpenAPI definition without keys",
        planned_definition(),
        planned_definition({"key": []}),
        "must be an API with a method that has `ApiKeyRequired`",
    ),
    Case(
        "APIGATEWAY-057",
        "key without a usage plan",
        keyed(),
        keyed("plan"),
        "`StageKeys.0` must be a stage of a usage plan that has the key, got: 'prod'",
    ),
    Case(
        "APIGATEWAY-064",
        "enhanced policy of an API without access mode",
        secured(SecurityPolicy=POLICY),
        secured(SecurityPolicy=POLICY, EndpointAccessMode="STRICT"),
        f"`EndpointAccessMode` must be set with the `SecurityPolicy` {POLICY}",
    ),
    Case(
        "APIGATEWAY-064",
        "enhanced policy of a domain name without access mode",
        domain(CertificateArn=CERTIFICATE, SecurityPolicy=EDGE),
        domain(CertificateArn=CERTIFICATE, SecurityPolicy="TLS_1_2"),
        "must be set with the `SecurityPolicy` SecurityPolicy_TLS13_2025_EDGE",
    ),
    Case(
        "APIGATEWAY-065",
        "edge policy of a regional API",
        secured(SecurityPolicy=EDGE, EndpointAccessMode="BASIC"),
        secured("EDGE", SecurityPolicy=EDGE, EndpointAccessMode="BASIC"),
        "`SecurityPolicy` must be one for REGIONAL endpoints",
    ),
    Case(
        "APIGATEWAY-065",
        "regional policy at the edge",
        secured("EDGE", SecurityPolicy=POLICY, EndpointAccessMode="BASIC"),
        secured("REGIONAL", SecurityPolicy=POLICY, EndpointAccessMode="BASIC"),
        f"must be one for EDGE endpoints, got: '{POLICY}' (nearest accepted: {EDGE})",
    ),
    Case(
        "APIGATEWAY-066",
        "default endpoint beside mutual TLS",
        mutual(),
        mutual(DisableExecuteApiEndpoint=True),
        "`DisableExecuteApiEndpoint` must be true, as Domain requires mutual TLS, got: None",
    ),
    Case(
        "APIGATEWAY-080",
        "streamed response of an integration that is no proxy",
        method(Integration={**STREAM, "Type": "AWS"}),
        method(Integration=STREAM),
        "`Integration.Type` must be AWS_PROXY or HTTP_PROXY with the `ResponseTransferMode` STREAM",
    ),
    Case(
        "APIGATEWAY-080",
        "streamed mock of an OpenAPI definition",
        defined({INTEGRATION: {"type": "mock", "responseTransferMode": "STREAM"}}),
        defined({INTEGRATION: {"type": "mock", "responseTransferMode": "BUFFERED"}}),
        "x-amazon-apigateway-integration.type` must be AWS_PROXY or HTTP_PROXY",
    ),
    Case(
        "APIGATEWAY-081",
        "streamed response of a usual invocation",
        streaming(Uri=LAMBDA),
        streaming(),
        "`Integration.Uri` must invoke the function for a streamed response",
    ),
    Case(
        "APIGATEWAY-081",
        "streamed invocation for a buffered response",
        streaming(ResponseTransferMode="BUFFERED"),
        streaming(ResponseTransferMode="BUFFERED", Uri=LAMBDA),
        "`Integration.ResponseTransferMode` must be STREAM with a URI of response-streaming-",
    ),
    Case(
        "APIGATEWAY-082",
        "streamed response and compression",
        {**streaming(), **api(MinimumCompressionSize=1024)},
        {**streaming(ResponseTransferMode=None, Uri=LAMBDA), **api(MinimumCompressionSize=1024)},
        "must be BUFFERED with the `MinimumCompressionSize` of Api",
    ),
    Case(
        "APIGATEWAY-082",
        "streamed response and a cache",
        {**streaming(), **CACHED},
        {**streaming(), **stage(setting(), setting("/", "GET", False))},
        "must be BUFFERED with the cache of Stage, got: 'STREAM'",
    ),
    Case(
        "APIGATEWAY-082",
        "streamed response and templates",
        streaming(
            IntegrationResponses=[{"StatusCode": "200", "ResponseTemplates": {"text/plain": "a"}}]
        ),
        streaming(IntegrationResponses=[{"StatusCode": "200"}]),
        "must be BUFFERED with response templates",
    ),
    Case(
        "APIGATEWAY-090",
        "301 resources",
        paths(301),
        paths(300),
        "must have at most 300 resources unless AWS has raised the quota, got: 301 of Api; handle "
        "many paths by one `{proxy+}`, or split the API",
    ),
    Case(
        "APIGATEWAY-090",
        "302 resources of an OpenAPI definition",
        defined_paths(302),
        defined_paths(300),
        "`Body.paths` must have at most 300 resources unless AWS has raised the quota, got: 302",
    ),
    Case(
        "APIGATEWAY-090",
        "301 routes of an HTTP API",
        routes(301),
        routes(300),
        "must have at most 300 routes unless AWS has raised the quota, got: 301 of h1",
    ),
    Case(
        "APIGATEWAY-091",
        "11 authorizers",
        authorizers(11),
        authorizers(10),
        "must have at most 10 authorizers unless AWS has raised the quota, got: 11 of Api",
    ),
    Case(
        "APIGATEWAY-092",
        "11 stages",
        stages(11),
        stages(10),
        "must have at most 10 stages unless AWS has raised the quota, got: 11 of Api",
    ),
    Case(
        "APIGATEWAY-093",
        "resource policy of more than 8,192 characters",
        protected(8100),
        protected(8000),
        "or more; values known only at deploy time are not counted",
    ),
]
