"""The schedule by which Secrets Manager calls a function to rotate a secret."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.constructs._internal.tree import stack_of


def rotation_schedule(
    scope: Construct,
    secret: secretsmanager.ISecret,
    function: lambda_.Function,
    every: Duration,
) -> secretsmanager.CfnRotationSchedule:
    """Create the schedule of a secret's rotation, and allow it to call the function.

    CDK's own construct adds statements with wildcards to the role of the function.

    Args:
        scope: The parent construct.
        secret: The secret.
        function: The function that rotates it.
        every: How often, in whole days.
    """
    permission = lambda_.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="secretsmanager.amazonaws.com",
        source_account=stack_of(scope).account,
    )
    schedule = secretsmanager.CfnRotationSchedule(
        scope,
        "Schedule",
        secret_id=secret.secret_arn,
        rotation_lambda_arn=function.function_arn,
        rotate_immediately_on_update=False,
        rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
            automatically_after_days=every.to_days()
        ),
    )
    schedule.node.add_dependency(permission)
    return schedule
