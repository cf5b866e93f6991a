"""Stacks with databases: RDS, Aurora, DocumentDB, OpenSearch, ElastiCache."""

import aws_cdk as cdk
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_rds as rds


def ledger(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A PostgreSQL instance whose password is rotated."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    database = rds.DatabaseInstance(
        stack,
        "Database",
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_16),
        instance_type=ec2.InstanceType("t4g.micro"),
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        storage_encrypted=True,
        backup_retention=cdk.Duration.days(7),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    database.connections.allow_default_port_from_any_ipv4()


def accounts(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """An Aurora cluster with a writer and a reader, both serverless."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    rds.DatabaseCluster(
        stack,
        "Cluster",
        engine=rds.DatabaseClusterEngine.aurora_postgres(
            version=rds.AuroraPostgresEngineVersion.VER_16_4
        ),
        writer=rds.ClusterInstance.serverless_v2("Writer"),
        readers=[rds.ClusterInstance.serverless_v2("Reader", scale_with_writer=True)],
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        storage_encrypted=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def articles(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A DocumentDB cluster."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    docdb.DatabaseCluster(
        stack,
        "Articles",
        master_user=docdb.Login(username="author"),
        instance_type=ec2.InstanceType("r6g.large"),
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
    )


def search(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """An OpenSearch domain that a function writes to."""
    domain = opensearch.Domain(
        stack,
        "Index",
        version=opensearch.EngineVersion.OPENSEARCH_2_13,
        enforce_https=True,
        node_to_node_encryption=True,
        encryption_at_rest=opensearch.EncryptionAtRestOptions(enabled=True),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    function = lambda_.Function(
        stack,
        "Indexer",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        environment={"DOMAIN": domain.domain_endpoint},
    )
    domain.grant_index_write("articles", function)


def page_cache(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A Redis replication group, for which CDK has only L1 constructs."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc, allow_all_outbound=False)
    group.add_ingress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(6379))
    subnets = elasticache.CfnSubnetGroup(
        stack,
        "Subnets",
        description="where the cache is",
        subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
    )
    elasticache.CfnReplicationGroup(
        stack,
        "Cache",
        replication_group_description="pages",
        engine="redis",
        cache_node_type="cache.t4g.micro",
        num_cache_clusters=2,
        cache_subnet_group_name=subnets.ref,
        security_group_ids=[group.security_group_id],
        transit_encryption_enabled=True,
        at_rest_encryption_enabled=True,
    )
