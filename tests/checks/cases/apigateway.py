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
    Case("AG-001", "stage name with a slash", stage(StageName="a/b"), stage(), "got: 'a/b'"),
    Case(
        "AG-002",
        "cache size '2'",
        stage(CacheClusterEnabled=True, CacheClusterSize="2"),
        stage(CacheClusterEnabled=True, CacheClusterSize=1.6),
        "got: '2' (nearest accepted: 1.6)",
    ),
    Case(
        "AG-003",
        "cache TTL 4000 s",
        setting(CacheTtlInSeconds=4000),
        setting(CacheTtlInSeconds=3600),
        "seconds, got: 4000 (nearest accepted: 3600)",
    ),
    Case(
        "AG-004",
        "negative throttling rate",
        setting(ThrottlingRateLimit=-1),
        setting(ThrottlingRateLimit=0),
        "must be 0 or more, got: -1 (nearest accepted: 0)",
    ),
    Case(
        "AG-005",
        "access-log format without requestId",
        log(LOG_ARN, "$context.identity.sourceIp"),
        log(LOG_ARN, "$context.extendedRequestId $context.identity.sourceIp"),
        "must have $context.requestId",
    ),
    Case(
        "AG-005",
        "access log without format",
        stage(AccessLogSetting={"DestinationArn": LOG_ARN}),
        log(LOG_ARN),
        "`AccessLogSetting.Format` must be given",
    ),
    Case(
        "AG-006",
        "access log to an HTTP endpoint type typo",
        log("https://logs.example.com/api"),
        log(LOG_ARN),
        "must be the ARN of a log group or a delivery stream",
    ),
    Case(
        "AG-006",
        "access log to the name of a log group",
        log_group({"Ref": "Logs"}),
        log_group({"Fn::GetAtt": ["Logs", "Arn"]}),
        "must be the `Arn` of Logs",
    ),
    Case(
        "AG-006",
        "access log to a stream of another name",
        log("arn:aws:firehose:us-east-1:111122223333:deliverystream/api"),
        log("arn:aws:firehose:us-east-1:111122223333:deliverystream/amazon-apigateway-api"),
        "must be a stream whose name begins with amazon-apigateway-",
    ),
    Case(
        "AG-007",
        "setting of a path without slash",
        setting(ResourcePath="orders"),
        setting(ResourcePath="/orders"),
        "(nearest accepted: /orders)",
    ),
    Case(
        "AG-008",
        "cached methods without a cache",
        stage(MethodSettings=[{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": True}]),
        setting(CachingEnabled=True),
        "must go with `CacheClusterEnabled`",
    ),
    Case(
        "AG-009",
        "stage variable with a space",
        stage(Variables={"url": "a b"}),
        stage(Variables={"url": "https://example.com/?a=b"}),
        "`Variables.url` must have letters, digits",
    ),
    Case(
        "AG-009",
        "stage variable with a hyphen in its name",
        stage(Variables={"my-url": "a"}),
        stage(Variables={"my_url": "a"}),
        "must have names of letters, digits and underscores",
    ),
    Case(
        "AG-010",
        "canary of 101 per cent",
        stage(CanarySetting={"PercentTraffic": 101}),
        stage(CanarySetting={"PercentTraffic": 100}),
        "got: 101 (nearest accepted: 100)",
    ),
    Case("AG-011", "stage made twice", staged("prod"), staged("next"), "than that of Deployment"),
    Case(
        "AG-020",
        "compression size 20 MiB",
        api(MinimumCompressionSize=20 * 1024 * 1024),
        api(MinimumCompressionSize=10 * 1024 * 1024),
        "(nearest accepted: 10485760)",
    ),
    Case(
        "AG-021",
        "binary media type without a slash",
        api(BinaryMediaTypes=["png"]),
        api(BinaryMediaTypes=["image/png", "*/*", "application~1zip"]),
        "must have media types such as image/png or */*, got: 'png'",
    ),
    Case(
        "AG-021",
        "binary media type twice",
        api(BinaryMediaTypes=["*/*", "*/*"]),
        api(BinaryMediaTypes=["*/*"]),
        "must have each media type once",
    ),
    Case(
        "AG-022",
        "access log to an HTTP endpoint type typo",
        api(EndpointConfiguration={"Types": ["REGIONAL", "EDGE"]}),
        api(EndpointConfiguration={"Types": ["REGIONAL"]}),
        "must have one type, got: ['REGIONAL', 'EDGE'] (nearest accepted: REGIONAL)",
    ),
    Case(
        "AG-022",
        "endpoint type typo",
        api(EndpointConfiguration={"Types": ["REGIONALL"]}),
        api(EndpointConfiguration={"Types": ["EDGE"]}),
        "must be one of EDGE, REGIONAL, PRIVATE, got: 'REGIONALL'",
    ),
    Case(
        "AG-023",
        "private API without policy",
        private(),
        private(Policy=POLICY),
        "`Policy` must be given for a private API",
    ),
    Case(
        "AG-024",
        "API without name",
        {"Api": resource("AWS::ApiGateway::RestApi")},
        api(),
        "`Name` must be given without a `Body`",
    ),
    Case(
        "AG-025",
        "model name with hyphen",
        model("new-order"),
        model("neworder"),
        "got: 'new-order' (nearest accepted: neworder)",
    ),
    Case(
        "AG-026",
        "answer with a header without quotes",
        gateway_response(header_Origin="*"),
        gateway_response(header_Origin="'*'"),
        "(nearest accepted: '*')",
    ),
    Case(
        "AG-026",
        "answer with a parameter that is no header",
        gateway_response(headers_Origin="'*'"),
        gateway_response(header_Origin="'*'"),
        "(nearest accepted: gatewayresponse.header.Origin)",
    ),
    Case(
        "AG-027",
        "VPC link to an application load balancer",
        link("application"),
        link("network"),
        "must be a Network Load Balancer",
    ),
    Case(
        "AG-030",
        "path part with a space",
        part("my orders"),
        part("my-orders"),
        "got: 'my orders' (nearest accepted: my-orders)",
    ),
    Case(
        "AG-030",
        "variable in the middle of a path part",
        part("order-{id}"),
        part("{id}"),
        "or be a variable such as {id}",
    ),
    Case(
        "AG-031",
        "path part twice",
        {**part("orders"), **part("orders", id="Other")},
        {**part("orders"), **part("order", id="Other")},
        "must be another part than that of Part",
    ),
    Case(
        "AG-031",
        "two variables below one path",
        {**part("{id}"), **part("{name}", id="Other")},
        {**part("{id}"), **part("{proxy+}", id="Other")},
        "must be no other variable than that of Part",
    ),
    Case(
        "AG-032",
        "part below a greedy variable",
        {**part("{proxy+}"), **part("more", {"Ref": "Part"}, "Other")},
        {**part("{id}"), **part("more", {"Ref": "Part"}, "Other")},
        "must be no part that takes the rest of the path ({proxy+})",
    ),
    Case(
        "AG-033",
        "HTTP verb FETCH",
        method(verb="FETCH"),
        method(verb="ANY"),
        "got: 'FETCH' (nearest accepted: ANY)",
    ),
    Case(
        "AG-034",
        "duplicate method on one resource",
        {**method(), **method("Other")},
        {**method(), **method("Other", "ANY")},
        "must be another verb than that of Method",
    ),
    Case(
        "AG-040",
        "request parameter location typo",
        method(RequestParameters={"method.request.query.page": True}),
        method(RequestParameters={QUERY: True}),
        "(nearest accepted: method.request.querystring.page)",
    ),
    Case(
        "AG-040",
        "request parameter of the integration location typo",
        mapped({QUERY: True}, {"integration.request.query.page": QUERY}),
        mapped({QUERY: True}, PASSED),
        "(nearest accepted: integration.request.querystring.page)",
    ),
    Case(
        "AG-040",
        "request parameter of a text without quotes",
        mapped({}, {"integration.request.header.X-Shop": "shop"}),
        mapped({}, {"integration.request.header.X-Shop": "'shop'"}),
        "got: 'shop' (nearest accepted: 'shop')",
    ),
    Case(
        "AG-041",
        "request parameter that the method has not",
        mapped({}, PASSED),
        mapped({QUERY: False}, PASSED),
        "must come from one of the method's `RequestParameters`",
    ),
    Case(
        "AG-042",
        "header of an answer that the method has not",
        answered({}),
        answered(ORIGIN),
        "must have headers of the `MethodResponses` with 200",
    ),
    Case(
        "AG-047",
        "status of an answer that the method has not",
        answered(ORIGIN, "404"),
        answered(ORIGIN),
        "must be a `StatusCode` of `MethodResponses`, got: '404' (nearest accepted: 200)",
    ),
    Case(
        "AG-042",
        "header of an answer without quotes",
        answered(ORIGIN, value="*"),
        answered(ORIGIN),
        "or come from the integration, got: '*'",
    ),
    Case(
        "AG-043",
        "integration timeout 49 ms",
        slow(49, "REGIONAL"),
        slow(50, "REGIONAL"),
        "must be 50 to 29000 milliseconds, got: 49 (nearest accepted: 50)",
    ),
    Case(
        "AG-043",
        "integration timeout 29,001 ms at the edge",
        slow(29_001, "EDGE"),
        slow(29_000, "EDGE"),
        "got: 29001 (nearest accepted: 29000)",
    ),
    Case(
        "AG-044",
        "integration timeout 29,001 ms",
        slow(29_001, "REGIONAL"),
        slow(29_000, "REGIONAL"),
        "unless AWS has raised the quota",
    ),
    Case(
        "AG-045",
        "integration without verb",
        integration(Type="HTTP_PROXY", Uri="https://example.com"),
        integration(Type="HTTP_PROXY", Uri="https://example.com", IntegrationHttpMethod="GET"),
        "`Integration.IntegrationHttpMethod` must be given",
    ),
    Case(
        "AG-045",
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
        "must be given with VPC_LINK",
    ),
    Case(
        "AG-046",
        "function called with GET",
        integration(Type="AWS_PROXY", Uri=LAMBDA, IntegrationHttpMethod="GET"),
        integration(Type="AWS_PROXY", Uri=LAMBDA, IntegrationHttpMethod="POST"),
        "must be POST for a function, got: 'GET'",
    ),
]
