"""The stacks to check: each profile, each decision, and the same application in plain CDK.

`python -m tests.compliance.shapes FOLDER [FLAGS [STACK ...]]` synthesizes them, with the report of
cdk-nag.
"""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from serverless_stack.constructs import (
    ApiCache,
    Auth,
    CdnDomain,
    Countries,
    Profile,
    Replication,
    ServerlessStack,
)
from serverless_stack.constructs.app.options import ApiOptions, BucketOptions, CdnOptions
from tests.compliance.features import NAME, featured

REPOSITORY = Path(__file__).parents[2]
HANDLER = REPOSITORY / "examples/shop/handler"
SITE = REPOSITORY / "examples/shop/site"
ACCOUNT = "123456789012"
DECISIONS = ("auth", "cache", "certificate", "countries", "replica")
CONTEXT: Mapping[str, object] = {
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:bundling-stacks": [],
    "aws:cdk:enable-path-metadata": False,
}
PACKS = (
    cdk_nag.AwsSolutionsChecks,
    cdk_nag.ServerlessChecks,
    cdk_nag.NIST80053R5Checks,
    cdk_nag.HIPAASecurityChecks,
    cdk_nag.PCIDSS321Checks,
)


def shop(
    scope: Construct,
    construct_id: str,
    profile: Profile,
    decided: Sequence[str] = (),
    env: cdk.Environment | None = None,
) -> ServerlessStack:
    """Create the README's application, with some of the decisions of its owner."""
    elsewhere = cdk.Stack(scope, f"{construct_id}Elsewhere")
    certificate = acm.Certificate.from_certificate_arn(
        elsewhere, "Certificate", f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1234"
    )
    replica = s3.Bucket.from_bucket_attributes(
        elsewhere,
        "Replica",
        bucket_name="shop-replica",
        encryption_key=kms.Key.from_key_arn(
            elsewhere, "Key", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234"
        ),
    )
    users = cognito.UserPool.from_user_pool_id(elsewhere, "Users", "eu-west-1_abcdefghi")
    api: ApiOptions = {
        "auth": Auth.public(reason="the handler checks who calls it, by a session cookie")
    }
    bucket: BucketOptions = {}
    cdn: CdnOptions = {}
    if "auth" in decided:
        api["auth"] = Auth.cognito(users)
    if "cache" in decided:
        api["cache"] = ApiCache(parameters=("header.Authorization",))
    if "certificate" in decided:
        cdn["domain"] = CdnDomain("shop.example.com", certificate=certificate)
    if "countries" in decided:
        cdn["countries"] = Countries.allow("DE", "FR")
    if "replica" in decided:
        bucket["replication"] = Replication(replica)
    return ServerlessStack(
        scope,
        construct_id,
        profile=profile,
        function=HANDLER,
        site=SITE,
        api=api,
        bucket=bucket,
        cdn=cdn,
        redis=True,
        memcached=True,
        env=env,
    )


def naive(scope: Construct, construct_id: str) -> cdk.Stack:
    """Create the same application as a beginner writes it, with CDK's own defaults."""
    stack = cdk.Stack(scope, construct_id)
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    function = lambda_.Function(
        stack,
        "Function",
        code=lambda_.Code.from_asset(str(HANDLER)),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        vpc=vpc,
    )
    bucket = s3.Bucket(stack, "Bucket")
    bucket.grant_read_write(function)
    api = apigateway.LambdaRestApi(stack, "Api", handler=function)
    subnets = elasticache.CfnSubnetGroup(
        stack,
        "Subnets",
        description="Caches",
        subnet_ids=[subnet.subnet_id for subnet in vpc.private_subnets],
    )
    group = ec2.SecurityGroup(stack, "Caches", vpc=vpc)
    group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(6379))
    elasticache.CfnReplicationGroup(
        stack,
        "Redis",
        replication_group_description="Redis",
        engine="redis",
        cache_node_type="cache.t4g.micro",
        num_cache_clusters=2,
        cache_subnet_group_name=subnets.ref,
        security_group_ids=[group.security_group_id],
    )
    elasticache.CfnCacheCluster(
        stack,
        "Memcached",
        engine="memcached",
        cache_node_type="cache.t4g.micro",
        num_cache_nodes=2,
        cache_subnet_group_name=subnets.ref,
        vpc_security_group_ids=[group.security_group_id],
    )
    distribution = cloudfront.Distribution(
        stack,
        "Distribution",
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket)
        ),
        additional_behaviors={
            "/api/*": cloudfront.BehaviorOptions(origin=origins.RestApiOrigin(api))
        },
    )
    s3_deployment.BucketDeployment(
        stack,
        "Site",
        sources=[s3_deployment.Source.asset(str(SITE))],
        destination_bucket=bucket,
        distribution=distribution,
    )
    return stack


def every_stack(scope: Construct, only: Collection[str] = ()) -> None:
    """Create all stacks in one app, so that the tools start once.

    Args:
        scope: The app.
        only: The ids of the stacks to create. Default: all.
    """
    regulated = Profile.regulated()
    shops: dict[str, tuple[Profile, Sequence[str]]] = {
        "Dev": (Profile.dev(), ()),
        "Production": (Profile.production(), ()),
        "Regulated": (regulated, ()),
        **{f"Regulated-{name}": (regulated, (name,)) for name in DECISIONS},
        "Decided": (regulated, DECISIONS),
    }
    if not only or "Naive" in only:
        naive(scope, "Naive")
    for name, (profile, decided) in shops.items():
        if not only or name in only:
            shop(scope, name, profile, decided)
    if not only or NAME in only:
        featured(scope, regulated, str(HANDLER))


def main(folder: str, flags: Mapping[str, object], only: Collection[str] = ()) -> None:
    """Write the cloud assembly and the report of cdk-nag."""
    app = cdk.App(outdir=folder, analytics_reporting=False, context={**CONTEXT, **flags})
    every_stack(app, only)
    cdk.Validations.of(app).add_plugins(*(pack() for pack in PACKS))
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}, sys.argv[3:])
