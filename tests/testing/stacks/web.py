"""Stacks for browsers: CloudFront, API Gateway, Cognito."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3


def website(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A site in a private bucket behind a distribution."""
    bucket = s3.Bucket(stack, "Site", encryption=s3.BucketEncryption.S3_MANAGED)
    cloudfront.Distribution(
        stack,
        "Cdn",
        default_root_object="index.html",
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        ),
        error_responses=[
            cloudfront.ErrorResponse(
                http_status=404, response_http_status=200, response_page_path="/index.html"
            )
        ],
    )


def members(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """An HTTP API for signed-in users."""
    pool = cognito.UserPool(
        stack,
        "Members",
        self_sign_up_enabled=True,
        sign_in_aliases=cognito.SignInAliases(email=True),
        password_policy=cognito.PasswordPolicy(min_length=12),
    )
    client = pool.add_client("Web", auth_flows=cognito.AuthFlow(user_srp=True))
    function = lambda_.Function(
        stack, "Profile", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=handler
    )
    api = apigatewayv2.HttpApi(
        stack,
        "Api",
        cors_preflight=apigatewayv2.CorsPreflightOptions(allow_origins=["https://example.com"]),
    )
    api.add_routes(
        path="/profile",
        methods=[apigatewayv2.HttpMethod.GET, apigatewayv2.HttpMethod.PUT],
        integration=integrations.HttpLambdaIntegration("ToProfile", function),
        authorizer=authorizers.HttpUserPoolAuthorizer("Signed", pool, user_pool_clients=[client]),
    )


def catalogue(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A REST API, whose deployment has a new logical id with every change, and its table."""
    table = dynamodb.Table(
        stack,
        "Products",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    function = lambda_.Function(
        stack,
        "Products2",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        environment={"TABLE": table.table_name},
        log_group=logs.LogGroup(stack, "Log", retention=logs.RetentionDays.ONE_WEEK),
    )
    table.grant_read_data(function)
    api = apigateway.RestApi(
        stack,
        "Api",
        deploy_options=apigateway.StageOptions(throttling_rate_limit=100, tracing_enabled=True),
    )
    product = api.root.add_resource("products").add_resource("{id}")
    product.add_method("GET", apigateway.LambdaIntegration(function), api_key_required=True)
    api.add_usage_plan("Plan", api_stages=[{"api": api, "stage": api.deployment_stage}])
