"""The flow log of a VPC that is made: who talked to whom."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.profiles.profile import Profile


def add_flow_log(scope: Construct, vpc: ec2.Vpc, profile: Profile) -> None:
    """Log the connections of a VPC, accepted and rejected, into a log group.

    CDK's own flow log lets its role pass itself on.

    Args:
        scope: The construct that gets it, not below the VPC, which tags what is.
        vpc: The VPC.
        profile: Its profile.
    """
    logged = log_group(scope, "Logs", profile, retention=None, removal_policy=None)
    document = iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[logged.log_group_arn],
            )
        ]
    )
    managed = profile.settings.managed_policies
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
        inline_policies=None if managed else {"Logs": document},
    )
    flow_log = ec2.CfnFlowLog(
        scope,
        "FlowLog",
        resource_id=vpc.vpc_id,
        resource_type="VPC",
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_group_name=logged.log_group_name,
        deliver_logs_permission_arn=role.role_arn,
    )
    if managed:
        policy = iam.ManagedPolicy(scope, "Policy", roles=[role], document=document)
        flow_log.node.add_dependency(policy)
