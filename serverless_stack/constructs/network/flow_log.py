"""The flow log of a VPC: its accepted and rejected connections."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_stack.constructs._internal.arns import format_arn
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.policies import Statement, policy_document
from serverless_stack.constructs._internal.pseudo import account_id
from serverless_stack.constructs.profiles.profile import Profile


def add_flow_log(scope: Construct, vpc: ec2.Vpc, profile: Profile) -> None:
    """Log the connections of a VPC, accepted and rejected, into a log group.

    The role of CDK's own flow log may pass itself on, which this one may not.

    Args:
        scope: The parent construct, outside the VPC, whose name tag it would get otherwise.
        vpc: The VPC.
        profile: The profile of the VPC.
    """
    logs = log_group(scope, "Logs", profile, retention=None, removal_policy=None)
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    document = policy_document([Statement(actions, [logs.log_group_arn])])
    managed = profile.settings.managed_policies
    any_flow_log = format_arn(scope, "ec2", "vpc-flow-log/*")
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal(
            "vpc-flow-logs.amazonaws.com",
            # "IAM role for publishing flow logs to CloudWatch Logs"
            conditions={
                "StringEquals": {"aws:SourceAccount": account_id()},
                "ArnLike": {"aws:SourceArn": any_flow_log},
            },
        ),
        inline_policies=None if managed else {"Logs": document},
    )
    flow_log = ec2.CfnFlowLog(
        scope,
        "FlowLog",
        resource_id=vpc.vpc_id,
        resource_type="VPC",
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_group_name=logs.log_group_name,
        deliver_logs_permission_arn=role.role_arn,
    )
    if managed:
        policy = iam.ManagedPolicy(scope, "Policy", roles=[role], document=document)
        flow_log.node.add_dependency(policy)
