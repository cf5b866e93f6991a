from tests.checks.cases import Case, Json, resource

REF = {"Ref": "Api"}
ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}
LOG_ARN = "arn:aws:logs:us-east-1:111122223333:log-group:api"
MOCK = {"Type": "MOCK"}
LAMBDA = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:111122223333:function:f/invocations"
)


def api(**properties: object) -> Json:
    return {"Api": resource("AWS::ApiGateway::RestApi", **{"Name": "shop", **properties})}


def stage(**properties: object) -> Json:
    settings = {"StageName": "prod", "RestApiId": "a1b2c3", "DeploymentId": "d1", **properties}
    return {"Stage": resource("AWS::ApiGateway::Stage", **settings)}


def setting(**config: object) -> Json:
    found = {"HttpMethod": "*", "ResourcePath": "/*", **config}
    return stage(MethodSettings=[found], CacheClusterEnabled=True, CacheClusterSize="0.5")


def log(arn: object, format: object = "$context.requestId") -> Json:
    return stage(AccessLogSetting={"DestinationArn": arn, "Format": format})


def log_group(arn: object) -> Json:
    return {"Logs": resource("AWS::Logs::LogGroup", RetentionInDays=30), **log(arn)}


def part(path: str, parent: object = ROOT, id: str = "Part") -> Json:
    found = resource("AWS::ApiGateway::Resource", RestApiId=REF, ParentId=parent, PathPart=path)
    return {**api(), id: found}


def method(id: str = "Method", verb: str = "GET", **properties: object) -> Json:
    settings = {
        "RestApiId": REF,
        "ResourceId": ROOT,
        "HttpMethod": verb,
        "AuthorizationType": "NONE",
        "Integration": MOCK,
        **properties,
    }
    return {**api(), id: resource("AWS::ApiGateway::Method", **settings)}


def integration(**config: object) -> Json:
    return method(Integration={**MOCK, **config})


def mapped(request: object, passed: object) -> Json:
    found = {**MOCK, "RequestParameters": passed}
    return method(RequestParameters=request, Integration=found)


def answered(declared: object, code: str = "200", value: str = "'*'") -> Json:
    header = "method.response.header.Access-Control-Allow-Origin"
    responses = [{"StatusCode": code, "ResponseParameters": {header: value}}]
    return method(
        MethodResponses=[{"StatusCode": "200", "ResponseParameters": declared}],
        Integration={**MOCK, "IntegrationResponses": responses},
    )


def deployment(stage_name: str | None = None, **attributes: object) -> Json:
    named = {} if stage_name is None else {"StageName": stage_name}
    found = resource("AWS::ApiGateway::Deployment", RestApiId=REF, **named)
    return {**method(), "Deployment": {**found, **attributes}}


def staged(name: str) -> Json:
    found = resource(
        "AWS::ApiGateway::Stage", StageName=name, RestApiId=REF, DeploymentId={"Ref": "Deployment"}
    )
    return {**deployment("prod", DependsOn="Method"), "Stage": found}


def preflight(**config: object) -> Json:
    found = method(verb="OPTIONS", Integration={**MOCK, **config})
    return {**found, **api(BinaryMediaTypes=["*/*"])}


def private(**properties: object) -> Json:
    found = api(EndpointConfiguration={"Types": ["PRIVATE"]}, **properties)
    return {**deployment(DependsOn=["Method"]), **found}


def slow(milliseconds: int, *types: str) -> Json:
    return {
        **method(Integration={**MOCK, "TimeoutInMillis": milliseconds}),
        **api(EndpointConfiguration={"Types": list(types)}),
    }


def model(name: str) -> Json:
    found = resource("AWS::ApiGateway::Model", RestApiId="a1b2c3", Name=name, Schema={})
    return {"Model": found}


def gateway_response(**parameters: str) -> Json:
    found = {f"gatewayresponse.{name.replace('_', '.')}": v for name, v in parameters.items()}
    return {
        "Response": resource(
            "AWS::ApiGateway::GatewayResponse",
            RestApiId="a1b2c3",
            ResponseType="DEFAULT_4XX",
            ResponseParameters=found,
        )
    }


def link(kind: str) -> Json:
    return {
        "Balancer": resource(
            "AWS::ElasticLoadBalancingV2::LoadBalancer", Type=kind, Scheme="internal"
        ),
        "Link": resource("AWS::ApiGateway::VpcLink", Name="link", TargetArns=[{"Ref": "Balancer"}]),
    }


QUERY = "method.request.querystring.page"
PASSED = {"integration.request.querystring.page": QUERY}
ORIGIN = {"method.response.header.Access-Control-Allow-Origin": True}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}},
        }
    ],
}

CASES = [
    Case(
        "APIGATEWAY-001", "stage name with a slash", stage(StageName="a/b"), stage(), "got: 'a/b'"
    ),
    Case(
        "APIGATEWAY-002",
        "cache size '2'",
        stage(CacheClusterEnabled=True, CacheClusterSize="2"),
        stage(CacheClusterEnabled=True, CacheClusterSize=1.6),
        "got: '2' (nearest accepted: 1.6)",
    ),
    Case(
        "APIGATEWAY-003",
        "cache TTL 4000 s",
        setting(CacheTtlInSeconds=4000),
        setting(CacheTtlInSeconds=3600),
        "seconds, got: 4000 (nearest accepted: 3600)",
    ),
    Case(
        "APIGATEWAY-004",
        "negative throttling rate",
        setting(ThrottlingRateLimit=-1),
        setting(ThrottlingRateLimit=0),
        "must be 0 or more, got: -1 (nearest accepted: 0)",
    ),
    Case(
        "APIGATEWAY-005",
        "access-log format without requestId",
        log(LOG_ARN, "$context.identity.sourceIp"),
        log(LOG_ARN, "$context.extendedRequestId $context.identity.sourceIp"),
        "must have $context.requestId",
    ),
    Case(
        "APIGATEWAY-005",
        "access log without format",
        stage(AccessLogSetting={"DestinationArn": LOG_ARN}),
        log(LOG_ARN),
        "`AccessLogSetting.Format` must be set",
    ),
    Case(
        "APIGATEWAY-006",
        "access log to an HTTP endpoint type typo",
        log("https://logs.example.com/api"),
        log(LOG_ARN),
        "must be the ARN of a log group or a delivery stream",
    ),
    Case(
        "APIGATEWAY-006",
        "access log to the name of a log group",
        log_group({"Ref": "Logs"}),
        log_group({"Fn::GetAtt": ["Logs", "Arn"]}),
        "must be the `Arn` of Logs",
    ),
    Case(
        "APIGATEWAY-006",
        "access log to a stream of another name",
        log("arn:aws:firehose:us-east-1:111122223333:deliverystream/api"),
        log("arn:aws:firehose:us-east-1:111122223333:deliverystream/amazon-apigateway-api"),
        "must be a stream whose name begins with amazon-apigateway-",
    ),
    Case(
        "APIGATEWAY-007",
        "setting of a path without slash",
        setting(ResourcePath="orders"),
        setting(ResourcePath="/orders"),
        "(nearest accepted: /orders)",
    ),
    Case(
        "APIGATEWAY-008",
        "cached methods without a cache",
        stage(MethodSettings=[{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": True}]),
        setting(CachingEnabled=True),
        "must be used with `CacheClusterEnabled`",
    ),
    Case(
        "APIGATEWAY-009",
        "stage variable with a space",
        stage(Variables={"url": "a b"}),
        stage(Variables={"url": "https://example.com/?a=b"}),
        "`Variables.url` must have letters, digits",
    ),
    Case(
        "APIGATEWAY-009",
        "stage variable with a hyphen in its name",
        stage(Variables={"my-url": "a"}),
        stage(Variables={"my_url": "a"}),
        "must have names of letters, digits and underscores",
    ),
    Case(
        "APIGATEWAY-010",
        "canary of 101 percent",
        stage(CanarySetting={"PercentTraffic": 101}),
        stage(CanarySetting={"PercentTraffic": 100}),
        "got: 101 (nearest accepted: 100)",
    ),
    Case(
        "APIGATEWAY-013",
        "settings of ANY",
        setting(HttpMethod="ANY"),
        setting(HttpMethod="GET"),
        "`MethodSettings.0.HttpMethod` must be a verb or *, got: 'ANY' (nearest accepted: *)",
    ),
    Case(
        "APIGATEWAY-011",
        "stage made twice",
        staged("prod"),
        staged("next"),
        "differ from that of Deployment",
    ),
    Case(
        "APIGATEWAY-020",
        "compression size 20 MiB",
        api(MinimumCompressionSize=20 * 1024 * 1024),
        api(MinimumCompressionSize=10 * 1024 * 1024),
        "(nearest accepted: 10485760)",
    ),
    Case(
        "APIGATEWAY-021",
        "binary media type without a slash",
        api(BinaryMediaTypes=["png"]),
        api(BinaryMediaTypes=["image/png", "*/*", "application~1zip"]),
        "must have media types such as image/png or */*, got: 'png'",
    ),
    Case(
        "APIGATEWAY-021",
        "binary media type twice",
        api(BinaryMediaTypes=["*/*", "*/*"]),
        api(BinaryMediaTypes=["*/*"]),
        "must not repeat a media type",
    ),
    Case(
        "APIGATEWAY-022",
        "access log to an HTTP endpoint type typo",
        api(EndpointConfiguration={"Types": ["REGIONAL", "EDGE"]}),
        api(EndpointConfiguration={"Types": ["REGIONAL"]}),
        "must have one type, got: ['REGIONAL', 'EDGE'] (nearest accepted: REGIONAL)",
    ),
    Case(
        "APIGATEWAY-022",
        "endpoint type typo",
        api(EndpointConfiguration={"Types": ["REGIONALL"]}),
        api(EndpointConfiguration={"Types": ["EDGE"]}),
        "must be one of EDGE, REGIONAL, PRIVATE, got: 'REGIONALL'",
    ),
    Case(
        "APIGATEWAY-023",
        "private API without policy",
        private(),
        private(Policy=POLICY),
        "`Policy` must be set for a private API",
    ),
    Case(
        "APIGATEWAY-024",
        "API without name",
        {"Api": resource("AWS::ApiGateway::RestApi")},
        api(),
        "`Name` must be set without a `Body`",
    ),
    Case(
        "APIGATEWAY-025",
        "model name with hyphen",
        model("new-order"),
        model("neworder"),
        "got: 'new-order' (nearest accepted: neworder)",
    ),
    Case(
        "APIGATEWAY-026",
        "answer with a header without quotes",
        gateway_response(header_Origin="*"),
        gateway_response(header_Origin="'*'"),
        "(nearest accepted: '*')",
    ),
    Case(
        "APIGATEWAY-026",
        "answer with a parameter that is no header",
        gateway_response(headers_Origin="'*'"),
        gateway_response(header_Origin="'*'"),
        "(nearest accepted: gatewayresponse.header.Origin)",
    ),
    Case(
        "APIGATEWAY-027",
        "VPC link to an application load balancer",
        link("application"),
        link("network"),
        "must be a Network Load Balancer",
    ),
    Case(
        "APIGATEWAY-030",
        "path part with a space",
        part("my orders"),
        part("my-orders"),
        "got: 'my orders' (nearest accepted: my-orders)",
    ),
    Case(
        "APIGATEWAY-030",
        "variable in the middle of a path part",
        part("order-{id}"),
        part("{id}"),
        "or be a variable such as {id}",
    ),
    Case(
        "APIGATEWAY-031",
        "path part twice",
        {**part("orders"), **part("orders", id="Other")},
        {**part("orders"), **part("order", id="Other")},
        "must differ from that of Part",
    ),
    Case(
        "APIGATEWAY-031",
        "two variables below one path",
        {**part("{id}"), **part("{name}", id="Other")},
        {**part("{id}"), **part("{proxy+}", id="Other")},
        "must be the same variable as that of Part",
    ),
    Case(
        "APIGATEWAY-032",
        "part below a greedy variable",
        {**part("{proxy+}"), **part("more", {"Ref": "Part"}, "Other")},
        {**part("{id}"), **part("more", {"Ref": "Part"}, "Other")},
        "must not be a part that takes the rest of the path ({proxy+})",
    ),
    Case(
        "APIGATEWAY-033",
        "HTTP verb FETCH",
        method(verb="FETCH"),
        method(verb="ANY"),
        "got: 'FETCH' (nearest accepted: ANY)",
    ),
    Case(
        "APIGATEWAY-034",
        "duplicate method on one resource",
        {**method(), **method("Other")},
        {**method(), **method("Other", "ANY")},
        "must differ from that of Method",
    ),
    Case(
        "APIGATEWAY-040",
        "request parameter location typo",
        method(RequestParameters={"method.request.query.page": True}),
        method(RequestParameters={QUERY: True}),
        "(nearest accepted: method.request.querystring.page)",
    ),
    Case(
        "APIGATEWAY-040",
        "request parameter of the integration location typo",
        mapped({QUERY: True}, {"integration.request.query.page": QUERY}),
        mapped({QUERY: True}, PASSED),
        "(nearest accepted: integration.request.querystring.page)",
    ),
    Case(
        "APIGATEWAY-040",
        "request parameter of a text without quotes",
        mapped({}, {"integration.request.header.X-Shop": "shop"}),
        mapped({}, {"integration.request.header.X-Shop": "'shop'"}),
        "got: 'shop' (nearest accepted: 'shop')",
    ),
    Case(
        "APIGATEWAY-041",
        "request parameter that the method has not",
        mapped({}, PASSED),
        mapped({QUERY: False}, PASSED),
        "must come from one of the method's `RequestParameters`",
    ),
    Case(
        "APIGATEWAY-042",
        "header of an answer that the method has not",
        answered({}),
        answered(ORIGIN),
        "must have headers of the `MethodResponses` with 200",
    ),
    Case(
        "APIGATEWAY-047",
        "status of an answer that the method has not",
        answered(ORIGIN, "404"),
        answered(ORIGIN),
        "must be a `StatusCode` of `MethodResponses`, got: '404' (nearest accepted: 200)",
    ),
    Case(
        "APIGATEWAY-042",
        "header of an answer without quotes",
        answered(ORIGIN, value="*"),
        answered(ORIGIN),
        "or come from the integration, got: '*'",
    ),
    Case(
        "APIGATEWAY-043",
        "integration timeout 49 ms",
        slow(49, "REGIONAL"),
        slow(50, "REGIONAL"),
        "must be between 50 and 29000 milliseconds, got: 49 (nearest accepted: 50)",
    ),
    Case(
        "APIGATEWAY-043",
        "integration timeout 29,001 ms at the edge",
        slow(29_001, "EDGE"),
        slow(29_000, "EDGE"),
        "got: 29001 (nearest accepted: 29000)",
    ),
    Case(
        "APIGATEWAY-044",
        "integration timeout 29,001 ms",
        slow(29_001, "REGIONAL"),
        slow(29_000, "REGIONAL"),
        "unless AWS has raised the quota",
    ),
    Case(
        "APIGATEWAY-045",
        "integration without verb",
        integration(Type="HTTP_PROXY", Uri="https://example.com"),
        integration(Type="HTTP_PROXY", Uri="https://example.com", IntegrationHttpMethod="GET"),
        "`Integration.IntegrationHttpMethod` must be set",
    ),
    Case(
        "APIGATEWAY-045",
        "VPC link without its id",
        integration(
            Type="HTTP_PROXY",
            Uri="https://example.com",
            IntegrationHttpMethod="GET",
            ConnectionType="VPC_LINK",
        ),
        integration(
            Type="HTTP_PROXY",
            Uri="https://example.com",
            IntegrationHttpMethod="GET",
            ConnectionType="VPC_LINK",
            ConnectionId="l1",
        ),
        "must be set with VPC_LINK",
    ),
    Case(
        "APIGATEWAY-046",
        "function called with GET",
        integration(Type="AWS_PROXY", Uri=LAMBDA, IntegrationHttpMethod="GET"),
        integration(Type="AWS_PROXY", Uri=LAMBDA, IntegrationHttpMethod="POST"),
        "must be POST for a function, got: 'GET'",
    ),
    Case(
        "APIGATEWAY-048",
        "preflight of an API that treats all as binary",
        preflight(),
        preflight(ContentHandling="CONVERT_TO_TEXT"),
        "`Integration.ContentHandling` must be CONVERT_TO_TEXT, as Api treats */* as binary",
    ),
    Case(
        "APIGATEWAY-048",
        "mock of an API with binary images and more",
        {**integration(), **api(BinaryMediaTypes=["image/png", "*/*"])},
        {**integration(), **api(BinaryMediaTypes=["image/png", "image/*"])},
        "`Integration.ContentHandling` must be CONVERT_TO_TEXT",
    ),
]
