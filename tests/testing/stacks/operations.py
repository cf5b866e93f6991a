"""Stacks for operations: KMS, Secrets Manager, CloudWatch, logs, SSM, and nesting."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm


def keys(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A key with an alias, and a role that can use it."""
    key = kms.Key(
        stack,
        "Key",
        enable_key_rotation=True,
        alias="alias/shop",
        pending_window=cdk.Duration.days(7),
    )
    role = iam.Role(stack, "Signer", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    key.grant_encrypt_decrypt(role)


def secrets(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A generated secret and a parameter, read by a function."""
    secret = secretsmanager.Secret(
        stack,
        "Token",
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template='{"user": "shop"}', generate_string_key="token"
        ),
    )
    parameter = ssm.StringParameter(stack, "Level", string_value="info")
    function = lambda_.Function(
        stack,
        "Reader",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        environment={"SECRET": secret.secret_arn, "LEVEL": parameter.parameter_name},
    )
    secret.grant_read(function)
    parameter.grant_read(function)


def alarms(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A metric filter on a log, an alarm on it, and a dashboard."""
    log = logs.LogGroup(stack, "Log", retention=logs.RetentionDays.THREE_MONTHS)
    errors = log.add_metric_filter(
        "Errors",
        filter_pattern=logs.FilterPattern.literal("ERROR"),
        metric_namespace="Shop",
        metric_name="Errors",
    ).metric(statistic="Sum")
    alarm = errors.create_alarm(stack, "Many", threshold=5, evaluation_periods=3)
    alarm.add_alarm_action(actions.SnsAction(sns.Topic(stack, "OnCall")))
    cloudwatch.Dashboard(stack, "Board", widgets=[[cloudwatch.GraphWidget(left=[errors])]])


def nested(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A queue in the stack, and a function on it in a nested one."""
    queue = sqs.Queue(stack, "Jobs", encryption=sqs.QueueEncryption.SQS_MANAGED)
    inner = cdk.NestedStack(stack, "Workers")
    function = lambda_.Function(
        inner, "Worker", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=handler
    )
    queue.grant_consume_messages(function)
