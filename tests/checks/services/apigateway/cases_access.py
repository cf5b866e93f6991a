from tests.checks.cases import Case, Json, resource
from tests.checks.services.apigateway.cases import method

AUTHORIZER = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
POOL = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_a"
HEADER = "method.request.header.Authorization"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a"
HTTP = {"Ref": "Http"}


def authorizer(kind: str = "TOKEN", **properties: object) -> Json:
    settings = {
        "RestApiId": "a1b2c3",
        "Name": "users",
        "Type": kind,
        "AuthorizerUri": AUTHORIZER,
        "IdentitySource": HEADER,
        **properties,
    }
    found = {name: value for name, value in settings.items() if value is not None}
    return {"Authorizer": resource("AWS::ApiGateway::Authorizer", **found)}


def authorized(kind: str, by: str) -> Json:
    ours = authorizer(by, ProviderARNs=[POOL] if by == "COGNITO_USER_POOLS" else None)
    return {**method(AuthorizationType=kind, AuthorizerId={"Ref": "Authorizer"}), **ours}


def plan(**properties: object) -> Json:
    return {"Plan": resource("AWS::ApiGateway::UsagePlan", **properties)}


def key(value: str) -> Json:
    return {"Key": resource("AWS::ApiGateway::ApiKey", Enabled=True, Value=value)}


def domain(**properties: object) -> Json:
    settings = {"DomainName": "api.example.com", **properties}
    return {"Domain": resource("AWS::ApiGateway::DomainName", **settings)}


def regional(**properties: object) -> Json:
    return domain(
        EndpointConfiguration={"Types": ["REGIONAL"]},
        RegionalCertificateArn=CERTIFICATE,
        **properties,
    )


def base_path(path: str) -> Json:
    found = resource(
        "AWS::ApiGateway::BasePathMapping",
        DomainName="api.example.com",
        RestApiId="a1b2c3",
        BasePath=path,
    )
    return {"Mapping": found}


def http(**properties: object) -> Json:
    settings = {"Name": "shop", "ProtocolType": "HTTP", **properties}
    return {"Http": resource("AWS::ApiGatewayV2::Api", **settings)}


def socket(**properties: object) -> Json:
    return http(ProtocolType="WEBSOCKET", **properties)


def cors(**config: object) -> Json:
    return http(CorsConfiguration=config)


def route(key: str, id: str = "Route", **properties: object) -> Json:
    found = resource("AWS::ApiGatewayV2::Route", ApiId=HTTP, RouteKey=key, **properties)
    return {**http(), id: found}


def integration(**properties: object) -> Json:
    settings = {
        "ApiId": HTTP,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": "arn:aws:lambda:us-east-1:111122223333:function:f",
        "PayloadFormatVersion": "2.0",
        **properties,
    }
    found = {name: value for name, value in settings.items() if value is not None}
    return {**http(), "Integration": resource("AWS::ApiGatewayV2::Integration", **found)}


def stage(name: str) -> Json:
    found = resource("AWS::ApiGatewayV2::Stage", ApiId=HTTP, StageName=name, AutoDeploy=True)
    return {**http(), "Stage": found}


def jwt(**config: object) -> Json:
    settings = {"Issuer": "https://example.com", "Audience": ["shop"], **config}
    found = resource(
        "AWS::ApiGatewayV2::Authorizer",
        ApiId=HTTP,
        Name="users",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration=settings,
    )
    return {**http(), "Authorizer": found}


CASES = [
    Case(
        "APIGATEWAY-004",
        "usage plan with a negative burst",
        plan(Throttle={"RateLimit": 1, "BurstLimit": -1}),
        plan(Throttle={"RateLimit": 1, "BurstLimit": 1}),
        "`Throttle.BurstLimit` must be 0 or more",
    ),
    Case(
        "APIGATEWAY-050",
        "method without its authoriser",
        method(AuthorizationType="CUSTOM"),
        method(AuthorizationType="CUSTOM", AuthorizerId="a1"),
        "`AuthorizerId` must be set",
    ),
    Case(
        "APIGATEWAY-050",
        "method with an authoriser of another kind",
        authorized("COGNITO_USER_POOLS", "TOKEN"),
        authorized("COGNITO_USER_POOLS", "COGNITO_USER_POOLS"),
        "an authorizer of TOKEN, got: 'COGNITO_USER_POOLS' (nearest accepted: CUSTOM)",
    ),
    Case(
        "APIGATEWAY-051",
        "authoriser without function",
        authorizer(AuthorizerUri=None),
        authorizer(),
        "`AuthorizerUri` must be set with the `Type` TOKEN",
    ),
    Case(
        "APIGATEWAY-051",
        "authoriser without user pool",
        authorizer("COGNITO_USER_POOLS"),
        authorizer("COGNITO_USER_POOLS", ProviderARNs=[POOL]),
        "must have a user pool",
    ),
    Case(
        "APIGATEWAY-052",
        "authoriser without source",
        authorizer("REQUEST", IdentitySource=None),
        authorizer("REQUEST", IdentitySource=None, AuthorizerResultTtlInSeconds=0),
        "unless `AuthorizerResultTtlInSeconds` is 0",
    ),
    Case(
        "APIGATEWAY-052",
        "token in the query string",
        authorizer(IdentitySource="method.request.querystring.token"),
        authorizer("REQUEST", IdentitySource="method.request.querystring.token"),
        "must be one header",
    ),
    Case(
        "APIGATEWAY-053",
        "authoriser that is asked every two hours",
        authorizer(AuthorizerResultTtlInSeconds=7200),
        authorizer(AuthorizerResultTtlInSeconds=3600),
        "got: 7200 (nearest accepted: 3600)",
    ),
    Case(
        "APIGATEWAY-054",
        "quota from the 29th on",
        plan(Quota={"Limit": 1, "Period": "MONTH", "Offset": 28}),
        plan(Quota={"Limit": 1, "Period": "MONTH", "Offset": 27}),
        "must be between 0 and 27 with the `Period` MONTH, got: 28 (nearest accepted: 27)",
    ),
    Case(
        "APIGATEWAY-055",
        "short API key",
        key("k" * 19),
        key("example-example-example"),
        "must have 20 to 128 characters, got: 19",
    ),
    Case(
        "APIGATEWAY-060",
        "domain name in upper case",
        domain(DomainName="API.example.com"),
        domain(DomainName="*.example.com"),
        "(nearest accepted: api.example.com)",
    ),
    Case(
        "APIGATEWAY-061",
        "certificate of the edge in eu-west-1",
        domain(CertificateArn=CERTIFICATE.replace("us-east-1", "eu-west-1")),
        domain(CertificateArn=CERTIFICATE),
        "must be of us-east-1",
        region="eu-west-1",
    ),
    Case(
        "APIGATEWAY-061",
        "certificate in another region",
        regional(),
        domain(CertificateArn=CERTIFICATE),
        "`RegionalCertificateArn` must be of eu-west-1",
        region="eu-west-1",
    ),
    Case(
        "APIGATEWAY-062",
        "truststore without bucket",
        regional(MutualTlsAuthentication={"TruststoreUri": "https://b/ca.pem"}),
        regional(MutualTlsAuthentication={"TruststoreUri": "s3://b/ca.pem"}),
        "must begin with s3://",
    ),
    Case(
        "APIGATEWAY-063",
        "base path with a slash",
        base_path("/shop"),
        base_path("shop"),
        "got: '/shop' (nearest accepted: shop)",
    ),
    Case(
        "APIGATEWAY-070",
        "WebSocket API without selection",
        socket(),
        socket(RouteSelectionExpression="$request.body.action"),
        "must be set for a WebSocket API",
    ),
    Case(
        "APIGATEWAY-070",
        "HTTP API with a selection of its own",
        http(RouteSelectionExpression="$request.body.action"),
        http(RouteSelectionExpression="$request.method $request.path"),
        "(nearest accepted: $request.method $request.path)",
    ),
    Case(
        "APIGATEWAY-071",
        "HTTP API with credentials for all",
        cors(AllowCredentials=True, AllowOrigins=["*"]),
        cors(AllowCredentials=True, AllowOrigins=["https://example.com"]),
        "must not have * with `AllowCredentials`",
    ),
    Case(
        "APIGATEWAY-072",
        "route without slash",
        route("get orders"),
        route("GET /orders/{id}"),
        "got: 'get orders' (nearest accepted: GET /orders)",
    ),
    Case(
        "APIGATEWAY-073",
        "route twice",
        {**route("GET /"), **route("GET /", "Other")},
        {**route("GET /"), **route("$default", "Other")},
        "must differ from the route Route",
    ),
    Case(
        "APIGATEWAY-074",
        "route without its authoriser",
        route("GET /", AuthorizationType="JWT"),
        route("GET /", AuthorizationType="JWT", AuthorizerId="a1"),
        "`AuthorizerId` must be set",
    ),
    Case(
        "APIGATEWAY-075",
        "HTTP API that waits 31 s",
        integration(TimeoutInMillis=30_001),
        integration(TimeoutInMillis=30_000),
        "got: 30001 (nearest accepted: 30000)",
    ),
    Case(
        "APIGATEWAY-075",
        "function without version of its events",
        integration(PayloadFormatVersion=None),
        integration(PayloadFormatVersion="1.0"),
        "(nearest accepted: 2.0)",
    ),
    Case(
        "APIGATEWAY-076",
        "stage with a space",
        stage("my stage"),
        stage("$default"),
        "got: 'my stage'",
    ),
    Case(
        "APIGATEWAY-077",
        "issuer without scheme",
        jwt(Issuer="example.com"),
        jwt(),
        "(nearest accepted: https://example.com)",
    ),
    Case("APIGATEWAY-077", "no audience", jwt(Audience=[]), jwt(), "must have an audience"),
]
