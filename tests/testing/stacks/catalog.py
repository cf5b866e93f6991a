"""All stacks that do not use this library, and the resources of each that must not be lost."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from tests.testing.stacks import compute, databases, messaging, operations, storage, web

TEMPLATES = Path(__file__).parent / "templates"

Build = Callable[[cdk.Stack, lambda_.Code], None]


@dataclass(frozen=True)
class Keeps:
    """The stateful resources of a stack.

    Attributes:
        resource_type: The type of its resource with data.
        create_only: A property that CloudFormation's documentation lists with "Update requires:
            Replacement"; None when the type has none.
        value: Another value for it.
    """

    resource_type: str
    create_only: str | None = None
    value: object = None


BUCKET = Keeps("AWS::S3::Bucket", "BucketName", "another-name")
TABLE = Keeps("AWS::DynamoDB::Table", "TableName", "another-name")
QUEUE = Keeps("AWS::SQS::Queue", "QueueName", "another-name")
LOG = Keeps("AWS::Logs::LogGroup", "LogGroupName", "another-name")
INSTANCE = Keeps("AWS::RDS::DBInstance", "DBName", "another")
CLUSTER = Keeps("AWS::RDS::DBCluster", "DatabaseName", "another")

PLAIN_CDK: dict[Build, Keeps] = {
    storage.uploads: BUCKET,
    storage.shared_files: Keeps("AWS::EFS::FileSystem", "Encrypted", False),
    storage.carts: TABLE,
    storage.sessions: Keeps("AWS::DynamoDB::GlobalTable", "TableName", "another-name"),
    storage.backups: Keeps("AWS::Backup::BackupVault", "BackupVaultName", "another-name"),
    databases.ledger: INSTANCE,
    databases.accounts: CLUSTER,
    databases.articles: Keeps("AWS::DocDB::DBCluster", "DBClusterIdentifier", "another-name"),
    databases.search: Keeps("AWS::OpenSearchService::Domain", "DomainName", "another-name"),
    databases.page_cache: Keeps(
        "AWS::ElastiCache::ReplicationGroup", "AtRestEncryptionEnabled", False
    ),
    messaging.orders: QUEUE,
    messaging.schedule: QUEUE,
    messaging.clicks: Keeps("AWS::Kinesis::Stream", "Name", "another-name"),
    messaging.checkout: LOG,
    web.website: BUCKET,
    web.members: Keeps("AWS::Cognito::UserPool"),
    web.catalogue: TABLE,
    compute.containers: LOG,
    compute.machine: Keeps("AWS::EC2::Volume"),
    compute.builds: BUCKET,
    operations.keys: Keeps("AWS::KMS::Key"),
    operations.secrets: Keeps("AWS::SecretsManager::Secret", "Name", "another-name"),
    operations.alarms: LOG,
    operations.nested: QUEUE,
}

HAND_WRITTEN: dict[str, Keeps] = {
    "static-site.yaml": BUCKET,
    "sam-orders.yaml": TABLE,
    "wordpress.yaml": INSTANCE,
    "queue-worker.yaml": QUEUE,
    "vpc-and-cache.yaml": Keeps("AWS::ElastiCache::CacheCluster", "ClusterName", "another-name"),
    "conditional-aurora.yaml": CLUSTER,
}


def app(handler: Path, out: Path) -> cdk.App:
    """Return an app with every plain CDK stack; all functions have the code of one folder."""
    made = cdk.App(outdir=str(out), context={"aws:cdk:enable-path-metadata": True})
    for build in PLAIN_CDK:
        stack = cdk.Stack(
            made,
            build.__name__.replace("_", "-"),
            env=cdk.Environment(account="123456789012", region="eu-west-1"),
        )
        build(stack, lambda_.Code.from_asset(str(handler)))
    return made
