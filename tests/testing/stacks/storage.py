"""Stacks that store data: S3, EFS, DynamoDB, Backup."""

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sqs as sqs


def uploads(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A bucket that notifies a function of every object, with a dead-letter queue."""
    bucket = s3.Bucket(
        stack,
        "Uploads",
        versioned=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(90))],
    )
    failed = sqs.Queue(stack, "Failed", retention_period=cdk.Duration.days(14))
    function = lambda_.Function(
        stack,
        "Thumbnails",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        dead_letter_queue=failed,
    )
    bucket.grant_read_write(function)
    bucket.add_event_notification(
        s3.EventType.OBJECT_CREATED,
        notifications.LambdaDestination(function),
        s3.NotificationKeyFilter(prefix="incoming/"),
    )


def shared_files(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A file system that a function mounts."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    files = efs.FileSystem(
        stack, "Files", vpc=vpc, encrypted=True, lifecycle_policy=efs.LifecyclePolicy.AFTER_30_DAYS
    )
    point = files.add_access_point(
        "Data",
        path="/data",
        create_acl=efs.Acl(owner_gid="1000", owner_uid="1000", permissions="750"),
        posix_user=efs.PosixUser(gid="1000", uid="1000"),
    )
    lambda_.Function(
        stack,
        "Reader",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        filesystem=lambda_.FileSystem.from_efs_access_point(point, "/mnt/data"),
    )


def carts(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A table with an index and a stream that a function reads."""
    table = dynamodb.Table(
        stack,
        "Carts",
        partition_key=dynamodb.Attribute(name="customer", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="product", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        time_to_live_attribute="expires",
    )
    table.add_global_secondary_index(
        index_name="by-product",
        partition_key=dynamodb.Attribute(name="product", type=dynamodb.AttributeType.STRING),
    )
    function = lambda_.Function(
        stack,
        "Changed",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
    )
    table.grant_stream_read(function)
    function.add_event_source_mapping(
        "Stream",
        event_source_arn=table.table_stream_arn,
        starting_position=lambda_.StartingPosition.LATEST,
        batch_size=25,
    )


def sessions(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A global table, with a role that reads it."""
    table = dynamodb.TableV2(
        stack,
        "Sessions",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
    )
    reader = iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal())
    table.grant_read_data(reader)


def backups(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A vault, and a plan that backs up tagged resources."""
    vault = backup.BackupVault(stack, "Vault", backup_vault_name="nightly")
    plan = backup.BackupPlan.daily35_day_retention(stack, "Plan", vault)
    plan.add_selection("Tagged", resources=[backup.BackupResource.from_tag("backup", "yes")])
