"""The twin of ``ours.py`` in CDK alone; the comparison of templates holds both together.

The packages of the functions are folders in ``PACKAGES``: what a build of one's own would leave.
"""

import json
import os
import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from constructs import Construct

PACKAGES = Path(os.environ["PACKAGES"])
NETWORK_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
ACCESS_LOG = json.dumps(
    {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "requestTime": "$context.requestTime",
        "httpMethod": "$context.httpMethod",
        "path": "$context.path",
        "protocol": "$context.protocol",
        "status": "$context.status",
        "responseLength": "$context.responseLength",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "xrayTraceId": "$context.xrayTraceId",
    }
)
OWNER = "Content00000000"  # a name like those that CDK makes, which the comparison replaces


def log_group(scope: Construct, construct_id: str, name: str | None = None) -> logs.LogGroup:
    """Create a log group that expires and stays."""
    return logs.LogGroup(
        scope, construct_id, log_group_name=name, retention=logs.RetentionDays.THREE_MONTHS
    )


def role(
    scope: Construct,
    construct_id: str,
    log: logs.LogGroup,
    description: str | None,
    statements: list[iam.PolicyStatement],
) -> iam.Role:
    """Create the role of a function."""
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=description,
        inline_policies={
            "Execution": iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                        resources=[log.log_group_arn],
                    ),
                    iam.PolicyStatement(
                        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                        resources=["*"],
                    ),
                    *statements,
                ]
            )
        },
    )


def dead_letters(stack: cdk.Stack) -> sqs.Queue:
    """Create the queue for events that failed."""
    return sqs.Queue(
        stack,
        "DeadLetters",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        removal_policy=cdk.RemovalPolicy.RETAIN,
        retention_period=cdk.Duration.days(14),
    )


def handler(
    stack: cdk.Stack, construct_id: str, queue: sqs.Queue, vpc: ec2.Vpc | None = None
) -> tuple[lambda_.Function, iam.Role]:
    """Create a function with a log group, and its role."""
    log = log_group(stack, f"{construct_id}Logs")
    statements = [iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])]
    if vpc is not None:
        any_function = stack.format_arn(
            service="lambda",
            resource="function",
            resource_name="*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        statements = [
            iam.PolicyStatement(actions=NETWORK_ACTIONS, resources=["*"]),
            *statements,
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=NETWORK_ACTIONS,
                resources=["*"],
                conditions={"ArnLike": {"lambda:SourceFunctionArn": any_function}},
            ),
        ]
    execution = role(stack, f"{construct_id}Role", log, None, statements)
    function = lambda_.Function(
        stack,
        construct_id,
        architecture=lambda_.Architecture.ARM_64,
        code=lambda_.Code.from_asset(str(PACKAGES / "handler")),
        ephemeral_storage_size=cdk.Size.mebibytes(512),
        handler="index.handler",
        log_group=log,
        memory_size=256,
        role=execution.without_policy_updates(),
        runtime=lambda_.Runtime.PYTHON_3_14,
        timeout=cdk.Duration.seconds(15),
        tracing=lambda_.Tracing.ACTIVE,
        vpc=vpc,
    )
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)
    resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
        target_arn=queue.queue_arn
    )
    return function, execution


def deploy_time_function(
    scope: Construct, package: str, entry: str, description: str, memory: int, timeout: cdk.Duration
) -> tuple[lambda_.Function, iam.Role]:
    """Create a function that runs while the stack is deployed."""
    log = log_group(scope, f"{package}Logs")
    execution = role(scope, f"{package}Role", log, description, [])
    function = lambda_.Function(
        scope,
        f"{package}Function",
        architecture=lambda_.Architecture.ARM_64,
        code=lambda_.Code.from_asset(str(PACKAGES / package)),
        description=description,
        handler=entry,
        log_group=log,
        memory_size=memory,
        role=execution.without_policy_updates(),
        runtime=lambda_.Runtime.PYTHON_3_14,
        timeout=timeout,
        tracing=lambda_.Tracing.ACTIVE,
    )
    return function, execution


def api_log_role(stack: cdk.Stack) -> cdk.CustomResource:
    """Create what lets API Gateway write logs, unless the account allows it already."""
    writer = iam.Role(
        stack,
        "ApiLogRole",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        description="Writes the logs of all REST APIs of the account and region",
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name(
                "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
            )
        ],
    )
    writer.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    function, execution = deploy_time_function(
        stack,
        "log_role",
        "serverless_stack.functions.log_role.handler",
        "Sets the CloudWatch role of API Gateway if the account has none",
        256,
        cdk.Duration.minutes(5),
    )
    permissions = iam.Policy(
        stack,
        "ApiLogRolePermissions",
        roles=[execution],
        statements=[
            iam.PolicyStatement(
                actions=["apigateway:GET", "apigateway:PATCH"],
                resources=[f"arn:{cdk.Aws.PARTITION}:apigateway:{cdk.Aws.REGION}::/account"],
            ),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[writer.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "apigateway.amazonaws.com"}},
            ),
        ],
    )
    resource = cdk.CustomResource(
        stack,
        "ApiLogRoleSetting",
        resource_type="Custom::ApiGatewayLogRole",
        service_token=function.function_arn,
        service_timeout=cdk.Duration.minutes(10),
        properties={"RoleArn": writer.role_arn},
    )
    resource.node.add_dependency(permissions)
    return resource


def api(
    stack: cdk.Stack,
    construct_id: str,
    function: lambda_.Function,
    log_role: cdk.CustomResource,
    routes: int | None = None,
) -> apigateway.RestApi:
    """Create a REST API that passes everything, or some routes, to a function."""
    access = log_group(stack, f"{construct_id}AccessLogs")
    rest = apigateway.RestApi(
        stack,
        construct_id,
        rest_api_name=f"{stack.stack_name}-{construct_id}",
        binary_media_types=["*/*"],
        cloud_watch_role=False,
        deploy_options=apigateway.StageOptions(
            access_log_destination=apigateway.LogGroupLogDestination(access),
            access_log_format=apigateway.AccessLogFormat.custom(ACCESS_LOG),
            data_trace_enabled=False,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            throttling_burst_limit=200,
            throttling_rate_limit=100,
            tracing_enabled=True,
        ),
        endpoint_types=[apigateway.EndpointType.REGIONAL],
    )
    integration = apigateway.LambdaIntegration(
        function, allow_test_invoke=False, scope_permission_to_method=False
    )
    if routes is None:
        rest.root.add_method("ANY", integration)
        rest.root.add_resource("{proxy+}").add_method("ANY", integration)
    else:
        for number in range(routes):
            rest.root.add_resource(f"path{number}").add_method("GET", integration)
    execution = log_group(
        stack,
        f"{construct_id}ExecutionLogs",
        f"API-Gateway-Execution-Logs_{rest.rest_api_id}/prod",
    )
    rest.deployment_stage.node.add_dependency(execution, log_role)
    return rest


def network(stack: cdk.Stack) -> ec2.Vpc:
    """Create an isolated VPC with endpoints and a flow log."""
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        nat_gateways=0,
        restrict_default_security_group=False,
        subnet_configuration=[
            ec2.SubnetConfiguration(
                name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
            )
        ],
    )
    own_account = iam.PolicyStatement(
        actions=["*"],
        principals=[iam.AnyPrincipal()],
        resources=["*"],
        conditions={
            "StringEquals": {
                "aws:PrincipalAccount": cdk.Aws.ACCOUNT_ID,
                "aws:ResourceAccount": cdk.Aws.ACCOUNT_ID,
            }
        },
    )
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3).add_to_policy(
        own_account
    )
    secrets = vpc.add_interface_endpoint(
        "SecretsManager", service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER, open=False
    )
    secrets.connections.allow_default_port_from(
        ec2.Peer.ipv4(ec2.Vpc.DEFAULT_CIDR_RANGE), "from within the VPC"
    )
    secrets.add_to_policy(own_account)
    log = log_group(stack, "FlowLogs")
    any_flow_log = stack.format_arn(service="ec2", resource="vpc-flow-log", resource_name="*")
    writer = iam.Role(
        stack,
        "FlowLogRole",
        assumed_by=iam.ServicePrincipal(
            "vpc-flow-logs.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": any_flow_log},
            },
        ),
        inline_policies={
            "Logs": iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        actions=[
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:PutLogEvents",
                        ],
                        resources=[log.log_group_arn],
                    )
                ]
            )
        },
    )
    ec2.CfnFlowLog(
        stack,
        "FlowLog",
        resource_id=vpc.vpc_id,
        resource_type="VPC",
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_group_name=log.log_group_name,
        deliver_logs_permission_arn=writer.role_arn,
    )
    return vpc


def access_logs(stack: cdk.Stack) -> s3.Bucket:
    """Create the bucket for access logs."""
    bucket = s3.Bucket(
        stack,
        "AccessLogs",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="Expire",
                abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                expiration=cdk.Duration.days(90),
                noncurrent_version_expiration=cdk.Duration.days(1),
            )
        ],
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        removal_policy=cdk.RemovalPolicy.RETAIN,
        versioned=True,
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
            resources=[bucket.arn_for_objects("*")],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
        )
    )
    return bucket


def storage(stack: cdk.Stack, logged_to: s3.Bucket, site: bool) -> s3.Bucket:
    """Create the bucket for data and pages."""
    rules = [
        s3.LifecycleRule(id="Default", abort_incomplete_multipart_upload_after=cdk.Duration.days(7))
    ]
    if site:
        rules.append(
            s3.LifecycleRule(
                id=f"Obsolete-{OWNER}",
                expiration=cdk.Duration.days(7),
                prefix="site/",
                tag_filters={"serverless-stack:obsolete": OWNER},
            )
        )
    bucket = s3.Bucket(
        stack,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        blocked_encryption_types=[s3.BlockedEncryptionType.SSE_C],
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        lifecycle_rules=rules,
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=cdk.RemovalPolicy.RETAIN,
        versioned=True,
    )
    # `server_access_logs_bucket` would add an access control list to the other bucket.
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
        destination_bucket_name=logged_to.bucket_name, log_file_prefix="s3/Bucket00000000/"
    )
    return bucket


def redis(stack: cdk.Stack, vpc: ec2.Vpc, function: lambda_.Function, execution: iam.Role) -> None:
    """Create a Redis cache, and connect the function."""
    path = f"{stack.stack_name}/Redis"
    group = ec2.SecurityGroup(
        stack,
        "RedisSecurityGroup",
        vpc=vpc,
        description=f"Redis of {path}",
        allow_all_outbound=False,
    )
    subnets = elasticache.CfnSubnetGroup(
        stack,
        "RedisSubnets",
        description=f"Redis of {path}",
        subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
    )
    secret = secretsmanager.Secret(
        stack,
        "RedisSecret",
        description=f"AUTH token of {path}",
        generate_secret_string=secretsmanager.SecretStringGenerator(
            exclude_punctuation=True, password_length=64
        ),
    )
    cache = elasticache.CfnReplicationGroup(
        stack,
        "Redis",
        replication_group_description=path,
        at_rest_encryption_enabled=True,
        auth_token=secret.secret_value.unsafe_unwrap(),
        automatic_failover_enabled=True,
        cache_node_type="cache.t4g.micro",
        cache_subnet_group_name=subnets.ref,
        engine="redis",
        engine_version="7.1",
        multi_az_enabled=True,
        num_cache_clusters=2,
        port=6379,
        security_group_ids=[group.security_group_id],
        snapshot_retention_limit=7,
        transit_encryption_enabled=True,
    )
    cache.apply_removal_policy(cdk.RemovalPolicy.SNAPSHOT)
    group.connections.allow_from(
        function, ec2.Port.tcp(6379), f"Redis from {stack.stack_name}/Function/Function"
    )
    function.add_environment("REDIS_TLS", "true")
    primary = f"{cache.attr_primary_end_point_address}:{cache.attr_primary_end_point_port}"
    reader = f"{cache.attr_reader_end_point_address}:{cache.attr_reader_end_point_port}"
    function.add_environment("REDIS_PRIMARY_ENDPOINT", primary)
    function.add_environment("REDIS_READER_ENDPOINT", reader)
    function.add_environment("REDIS_SECRET_ARN", secret.secret_arn)
    cdk.CfnOutput(stack, "RedisEndpoint", value=primary)
    execution.add_to_policy(
        iam.PolicyStatement(
            actions=["secretsmanager:GetSecretValue"], resources=[secret.secret_arn]
        ),
    )


def memcached(stack: cdk.Stack, vpc: ec2.Vpc, function: lambda_.Function) -> None:
    """Create a Memcached cache, and connect the function."""
    path = f"{stack.stack_name}/Memcached"
    group = ec2.SecurityGroup(
        stack,
        "MemcachedSecurityGroup",
        vpc=vpc,
        description=f"Memcached of {path}",
        allow_all_outbound=False,
    )
    subnets = elasticache.CfnSubnetGroup(
        stack,
        "MemcachedSubnets",
        description=f"Memcached of {path}",
        subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
    )
    cache = elasticache.CfnCacheCluster(
        stack,
        "Memcached",
        az_mode="cross-az",
        cache_node_type="cache.t4g.micro",
        cache_subnet_group_name=subnets.ref,
        engine="memcached",
        engine_version="1.6.22",
        num_cache_nodes=2,
        port=11211,
        preferred_availability_zones=vpc.availability_zones,
        transit_encryption_enabled=True,
        vpc_security_group_ids=[group.security_group_id],
    )
    cache.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
    group.connections.allow_from(
        function, ec2.Port.tcp(11211), f"Memcached from {stack.stack_name}/Function/Function"
    )
    endpoint = (
        f"{cache.attr_configuration_endpoint_address}:{cache.attr_configuration_endpoint_port}"
    )
    function.add_environment("MEMCACHED_CONFIGURATION_ENDPOINT", endpoint)
    function.add_environment("MEMCACHED_TLS", "true")
    cdk.CfnOutput(stack, "MemcachedEndpoint", value=endpoint)


def use_bucket(function: lambda_.Function, execution: iam.Role, bucket: s3.Bucket) -> None:
    """Allow the function to use the data in the bucket."""
    execution.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLikeIfExists": {"s3:prefix": "data/*"}},
        ),
    )
    execution.add_to_policy(
        iam.PolicyStatement(
            actions=[
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ],
            resources=[bucket.arn_for_objects("data/*")],
        ),
    )
    function.add_environment("BUCKET_NAME", bucket.bucket_name)
    function.add_environment("BUCKET_KEY_PREFIX", "data/")


def distribution(
    stack: cdk.Stack, bucket: s3.Bucket, rest: apigateway.RestApi, logged_to: s3.Bucket
) -> cloudfront.Distribution:
    """Create the distribution of pages and API."""
    control = cloudfront.S3OriginAccessControl(
        stack,
        "OriginAccessControl",
        origin_access_control_name=cdk.Fn.join(
            "", [f"{stack.stack_name}-", cdk.Fn.select(2, cdk.Fn.split("/", stack.stack_id))]
        ),
    )
    created = cloudfront.Distribution(
        stack,
        "Cdn",
        comment=f"{stack.stack_name}/Cdn",
        additional_behaviors={
            "/api/*": cloudfront.BehaviorOptions(
                origin=origins.RestApiOrigin(rest),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            )
        },
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_bucket_defaults(
                bucket,
                origin_path="/site",
                origin_access_control_id=control.origin_access_control_id,
            ),
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        ),
        default_root_object="index.html",
        enable_logging=True,
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        log_bucket=logged_to,
        log_file_prefix="cloudfront/Cdn00000000/",
        price_class=cloudfront.PriceClass.PRICE_CLASS_ALL,
    )
    arn = (
        f"arn:{cdk.Aws.PARTITION}:cloudfront::{cdk.Aws.ACCOUNT_ID}:"
        f"distribution/{created.distribution_id}"
    )
    for action, resource in (
        ("s3:GetObject", bucket.arn_for_objects("site/*")),
        ("s3:ListBucket", bucket.bucket_arn),
    ):
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=[action],
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                resources=[resource],
                conditions={"StringEquals": {"AWS:SourceArn": arn}},
            )
        )
    cdk.CfnOutput(stack, "CdnUrl", value=f"https://{created.distribution_domain_name}/")
    cdk.CfnOutput(stack, "DistributionId", value=created.distribution_id)
    cdk.CfnOutput(stack, "DistributionDomainName", value=created.distribution_domain_name)
    return created


def content(stack: cdk.Stack, bucket: s3.Bucket, cdn: cloudfront.Distribution) -> None:
    """Upload the pages."""
    site = s3_assets.Asset(stack, "Site", path=str(PACKAGES / "site"))
    index = s3_assets.Asset(stack, "SiteIndex", path=str(PACKAGES / "index.json"))
    function, execution = deploy_time_function(
        stack,
        "content",
        "serverless_stack.functions.content.handler.handler",
        "Uploads static content while its stack is deployed",
        1024,
        cdk.Duration.minutes(15),
    )
    manifest = f".serverless-stack/site/{OWNER}.json.gz"
    buckets = f"arn:{cdk.Aws.PARTITION}:s3:::"
    permissions = iam.Policy(
        stack,
        "ContentPermissions",
        roles=[execution],
        statements=[
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[
                    f"{buckets}{asset.s3_bucket_name}/{asset.s3_object_key}"
                    for asset in (site, index)
                ],
            ),
            iam.PolicyStatement(
                actions=[
                    "s3:AbortMultipartUpload",
                    "s3:GetObject",
                    "s3:GetObjectTagging",
                    "s3:PutObject",
                    "s3:PutObjectTagging",
                ],
                resources=[bucket.arn_for_objects("site/*")],
            ),
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[bucket.arn_for_objects(manifest)],
            ),
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects(".serverless-stack/*.json.gz")],
            ),
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[function.function_arn]
            ),
            iam.PolicyStatement(
                actions=["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
                resources=[
                    f"arn:{cdk.Aws.PARTITION}:cloudfront::{cdk.Aws.ACCOUNT_ID}:"
                    f"distribution/{cdn.distribution_id}"
                ],
            ),
        ],
    )
    resource = cdk.CustomResource(
        stack,
        "Content",
        resource_type="Custom::ContentDeployment",
        service_token=function.function_arn,
        service_timeout=cdk.Duration.hours(1),
        properties={
            "Sources": [
                {
                    "Bucket": site.s3_bucket_name,
                    "Key": site.s3_object_key,
                    "IndexBucket": index.s3_bucket_name,
                    "IndexKey": index.s3_object_key,
                }
            ],
            "Destination": {"Bucket": bucket.bucket_name, "Prefix": "site/"},
            "ManifestKey": manifest,
            "Owner": OWNER,
            "CacheControl": [
                {
                    "Pattern": "*",
                    "CacheControl": "public, max-age=0, s-maxage=31536000, must-revalidate",
                }
            ],
            "Documents": ["*.html", "*.htm"],
            "Distributions": [
                {
                    "Id": cdn.distribution_id,
                    "PathPrefix": "",
                    "ExcludePaths": ["/api/*"],
                    "QueryStrings": "false",
                    "IndexDocument": "index.html",
                }
            ],
            "MaxPaths": "30",
            "WaitSeconds": "0",
            "GracePeriodDays": "7",
            "RemovalPolicy": "retain",
        },
    )
    resource.node.add_dependency(permissions)


def shop(app: cdk.App, name: str, parts: int = 7) -> None:
    """Create the README's stack, or its first parts."""
    stack = cdk.Stack(app, name)
    vpc = network(stack) if parts > 3 else None
    function, execution = handler(stack, "Function", dead_letters(stack), vpc)
    cdk.CfnOutput(stack, "FunctionName", value=function.function_name)
    if parts > 1:
        rest = api(stack, "Api", function, api_log_role(stack))
        cdk.CfnOutput(stack, "ApiUrl", value=rest.url)
        cdk.CfnOutput(stack, "ApiId", value=rest.rest_api_id)
    if parts > 2:
        logged_to = access_logs(stack)
        bucket = storage(stack, logged_to, parts > 6)
        use_bucket(function, execution, bucket)
        cdk.CfnOutput(stack, "BucketName", value=bucket.bucket_name)
    if vpc is not None:
        redis(stack, vpc, function, execution)
    if vpc is not None and parts > 4:
        memcached(stack, vpc, function)
    if parts > 5:
        cdn = distribution(stack, bucket, rest, logged_to)
    if parts > 6:
        content(stack, bucket, cdn)


def handlers(app: cdk.App, count: int) -> None:
    """Create a stack with functions that have an API each."""
    stack = cdk.Stack(app, "Handlers")
    queue = dead_letters(stack)
    log_role = api_log_role(stack)
    for number in range(count):
        function, _role = handler(stack, f"Function{number}", queue)
        api(stack, f"Api{number}", function, log_role)


def functions(app: cdk.App, count: int) -> None:
    """Create functions without an API, 100 in a stack."""
    for number in range(count):
        if number % 100 == 0:
            stack = cdk.Stack(app, f"Functions{number}")
            queue = dead_letters(stack)
        handler(stack, f"Function{number}", queue)


def routes(app: cdk.App, count: int) -> None:
    """Create a stack with an API that has so many routes to a function."""
    stack = cdk.Stack(app, "Routes")
    function, _role = handler(stack, "Function", dead_letters(stack))
    api(stack, "Api", function, api_log_role(stack), count)


def main(kind: str, count: int) -> None:
    """Synthesize one of the applications."""
    app = cdk.App()
    if kind == "stacks":
        for number in range(count):
            shop(app, f"Shop{number}")
    elif kind == "parts":
        shop(app, "Shop", count)
    elif kind == "handlers":
        handlers(app, count)
    elif kind == "functions":
        functions(app, count)
    else:
        routes(app, count)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
