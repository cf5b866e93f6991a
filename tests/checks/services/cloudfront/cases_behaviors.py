from tests.checks.cases import Case, Json, resource
from tests.checks.services.cloudfront.cases import BEHAVIOR, behavior, distribution

NODE = "nodejs24.x"
FUNCTION_ARN = "arn:aws:cloudfront::111122223333:function/f"
EDGE_ARN = "arn:aws:lambda:us-east-1:111122223333:function:f:1"
EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
OLD = {name: value for name, value in BEHAVIOR.items() if name != "CachePolicyId"}


def patterns(*found: str) -> Json:
    return distribution(CacheBehaviors=[{**BEHAVIOR, "PathPattern": each} for each in found])


def old(**config: object) -> Json:
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    settings = {**OLD, "ForwardedValues": forwarded, **config}
    return distribution(DefaultCacheBehavior=settings)


def cookies(**config: object) -> Json:
    return old(ForwardedValues={"QueryString": False, "Cookies": config})


def functions(event: str, *more: str) -> Json:
    events = [event, *more]
    return behavior(
        FunctionAssociations=[{"EventType": each, "FunctionARN": FUNCTION_ARN} for each in events]
    )


def edge_arn(arn: object, event: str = "origin-request", **more: object) -> Json:
    found = {"EventType": event, "LambdaFunctionARN": arn, **more}
    return behavior(LambdaFunctionAssociations=[found])


def edge(
    event: str = "viewer-request",
    services: tuple[str, ...] = ("lambda.amazonaws.com", "edgelambda.amazonaws.com"),
    **config: object,
) -> Json:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": list(services)},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    settings = {
        "Runtime": NODE,
        "Handler": "index.handler",
        "Code": {"ZipFile": "exports.handler = async (e) => e.Records[0].cf.request"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        **config,
    }
    return {
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust),
        "Edge": resource("AWS::Lambda::Function", **settings),
        "Version": resource("AWS::Lambda::Version", FunctionName={"Ref": "Edge"}),
        **edge_arn({"Ref": "Version"}, event),
    }


QUEUE = "arn:aws:sqs:us-east-1:111122223333:dead"
CASES = [
    Case(
        "CLOUDFRONT-031",
        "path pattern with a space",
        patterns("/my images/*"),
        patterns("images/*.jpg"),
        "got: '/my images/*'",
    ),
    Case(
        "CLOUDFRONT-031",
        "path pattern twice",
        patterns("/api/*", "/api/*"),
        patterns("/api/*", "/v2/*"),
        "must not repeat a `PathPattern`, got: '/api/*'",
    ),
    Case(
        "CLOUDFRONT-032",
        "methods GET and POST",
        behavior(AllowedMethods=["GET", "POST"]),
        behavior(AllowedMethods=EVERY_METHOD, CachedMethods=["HEAD", "GET"]),
        "DELETE GET HEAD OPTIONS PATCH POST PUT)",
    ),
    Case(
        "CLOUDFRONT-033",
        "cache policy min TTL > max TTL",
        {
            "Policy": resource(
                "AWS::CloudFront::CachePolicy",
                CachePolicyConfig={"Name": "p", "MinTTL": 60, "DefaultTTL": 60, "MaxTTL": 30},
            )
        },
        {
            "Policy": resource(
                "AWS::CloudFront::CachePolicy",
                CachePolicyConfig={"Name": "p", "MinTTL": 60, "DefaultTTL": 60, "MaxTTL": 60},
            )
        },
        "must not be above `MaxTTL` (30), got: 60 (nearest accepted: 30)",
    ),
    Case(
        "CLOUDFRONT-033",
        "behaviour with min TTL > default TTL",
        old(MinTTL=10, DefaultTTL=5),
        old(MinTTL=5, DefaultTTL=5),
        "must not be above `DefaultTTL` (5), got: 10",
    ),
    Case(
        "CLOUDFRONT-034",
        "behaviour without cache policy",
        distribution(DefaultCacheBehavior=OLD),
        old(),
        "must have a `CachePolicyId` or `ForwardedValues`",
    ),
    Case(
        "CLOUDFRONT-034",
        "origin request policy without cache policy",
        old(OriginRequestPolicyId="b689b0a8-53d0-40ab-baf2-68738e2966ac"),
        behavior(OriginRequestPolicyId="b689b0a8-53d0-40ab-baf2-68738e2966ac"),
        "must be used with a `CachePolicyId`",
    ),
    Case(
        "CLOUDFRONT-035",
        "cookies by name without names",
        cookies(Forward="whitelist"),
        cookies(Forward="whitelist", WhitelistedNames=["session"]),
        "must have a name with whitelist",
    ),
    Case(
        "CLOUDFRONT-036",
        "gRPC without POST",
        behavior(GrpcConfig={"Enabled": True}),
        behavior(GrpcConfig={"Enabled": True}, AllowedMethods=EVERY_METHOD),
        "must have POST for gRPC",
    ),
    Case(
        "CLOUDFRONT-037",
        "TTL beside a cache policy",
        behavior(MinTTL=0),
        behavior(),
        "must be absent with a `CachePolicyId`, got: 0",
    ),
    Case(
        "CLOUDFRONT-040",
        "two functions for one event",
        functions("viewer-request", "viewer-request"),
        functions("viewer-request", "viewer-response"),
        "must have one function for each event",
    ),
    Case(
        "CLOUDFRONT-040",
        "CloudFront function at the origin",
        functions("origin-request"),
        functions("viewer-request"),
        "(nearest accepted: viewer-request)",
    ),
    Case(
        "CLOUDFRONT-040",
        "both kinds of functions for viewers",
        behavior(
            FunctionAssociations=[{"EventType": "viewer-request", "FunctionARN": FUNCTION_ARN}],
            LambdaFunctionAssociations=[
                {"EventType": "viewer-response", "LambdaFunctionARN": EDGE_ARN}
            ],
        ),
        behavior(
            FunctionAssociations=[{"EventType": "viewer-request", "FunctionARN": FUNCTION_ARN}],
            LambdaFunctionAssociations=[
                {"EventType": "origin-response", "LambdaFunctionARN": EDGE_ARN}
            ],
        ),
        "must not have a viewer event beside that of a CloudFront function",
    ),
    Case(
        "CLOUDFRONT-041",
        "Lambda@Edge without version",
        edge_arn(EDGE_ARN.removesuffix(":1")),
        edge_arn(EDGE_ARN),
        "must be a numbered version",
    ),
    Case(
        "CLOUDFRONT-041",
        "Lambda@Edge in eu-west-1",
        edge_arn(EDGE_ARN.replace("us-east-1", "eu-west-1")),
        edge_arn({"Fn::ImportValue": "version"}),
        "must be of a function in us-east-1",
    ),
    Case(
        "CLOUDFRONT-041",
        "Lambda@Edge by the function itself",
        {**edge(), **edge_arn({"Fn::GetAtt": ["Edge", "Arn"]})},
        edge(),
        "must be a numbered version, got: 'the function Edge'",
    ),
    Case(
        "CLOUDFRONT-041",
        "Lambda@Edge of a stack in eu-west-1",
        edge(),
        edge_arn({"Fn::ImportValue": "version"}),
        "got: 'eu-west-1' (nearest accepted: us-east-1)",
        region="eu-west-1",
    ),
    Case(
        "CLOUDFRONT-041",
        "body of a response",
        edge_arn(EDGE_ARN, "origin-response", IncludeBody=True),
        edge_arn(EDGE_ARN, "origin-request", IncludeBody=True),
        "must be false for the event of a response",
    ),
    Case(
        "CLOUDFRONT-042",
        "Lambda@Edge viewer 10 s timeout",
        edge(Timeout=10),
        edge(Timeout=5),
        "`Timeout` must be at most 5 seconds at the edge (viewer-request), got: 10",
    ),
    Case(
        "CLOUDFRONT-042",
        "Lambda@Edge origin 31 s timeout",
        edge("origin-request", Timeout=31, MemorySize=256),
        edge("origin-request", Timeout=30, MemorySize=256),
        "got: 31 (nearest accepted: 30)",
    ),
    Case(
        "CLOUDFRONT-042",
        "Lambda@Edge viewer 256 MiB",
        edge(MemorySize=256),
        edge(MemorySize=128),
        "`MemorySize` must be 128 MiB at the edge",
    ),
    Case(
        "CLOUDFRONT-043",
        "Lambda@Edge on arm64",
        edge(Architectures=["arm64"]),
        edge(Architectures=["x86_64"]),
        "got: 'arm64' (nearest accepted: x86_64)",
    ),
    Case(
        "CLOUDFRONT-043",
        "Lambda@Edge in Java",
        edge(Runtime="java21", Code={"S3Bucket": "b", "S3Key": "k"}),
        edge(Runtime="python3.13", Code={"S3Bucket": "b", "S3Key": "k"}),
        "must be Node.js or Python at the edge",
    ),
    Case(
        "CLOUDFRONT-044",
        "Lambda@Edge with reserved concurrency 0 / DLQ",
        edge(ReservedConcurrentExecutions=0, DeadLetterConfig={"TargetArn": QUEUE}),
        edge(ReservedConcurrentExecutions=1),
        "which does not support a dead-letter queue",
    ),
    Case(
        "CLOUDFRONT-044",
        "Lambda@Edge with reserved concurrency 0",
        edge(ReservedConcurrentExecutions=0),
        edge(ReservedConcurrentExecutions=1),
        "must be 1 or more, or absent, at the edge, got: 0",
    ),
    Case(
        "CLOUDFRONT-044",
        "Lambda@Edge with environment variables",
        edge(Environment={"Variables": {"STAGE": "prod"}}),
        edge(Environment={"Variables": {}}),
        "which has no environment variables",
    ),
    Case(
        "CLOUDFRONT-045",
        "Lambda@Edge with a role for Lambda alone",
        edge(services=("lambda.amazonaws.com",)),
        edge(),
        "must allow edgelambda.amazonaws.com",
    ),
]
