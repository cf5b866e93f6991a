"""API Gateway's CloudWatch role, set by a function while a stack is deployed.

AWS refuses a stage with a log in an account and region without the role ("Set up CloudWatch logging
for REST APIs in API Gateway"). It is a setting of the account, so no stack may own it:
``AWS::ApiGateway::Account`` would replace the role of others, and take it away when its stack goes.
"""

from aws_cdk import Aws, CustomResource, RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.policies import Statement, service_principal
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs._internal.tree import region_of, remember_place
from serverless_stack.constructs.function.custom_resource import (
    ANSWERS,
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.profiles.profile import Profile

PARTS = (*ANSWERS, "functions/log_role.py")
_SERVICE = "apigateway.amazonaws.com"
_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_AWS_POLICY = "API Gateway accepts a role with this policy, which AWS keeps up to date"


class LogRole(Construct):
    """A role by which API Gateway may write logs, and a function that sets it where none is set.

    The role is retained when the stack is deleted, because other APIs of the account may use it.
    A role that an account did not need, since it had one, stays unused; one per stack.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        profile: The profile of the first API that needs it.

    Attributes:
        role: The role.
        resource: The custom resource that sets it.
    """

    def __init__(self, scope: Construct, construct_id: str, profile: Profile) -> None:
        super().__init__(scope, construct_id)
        remember_place(self, scope, construct_id)
        profile.apply(self)  # the parent is shared by the stack, which may have another profile
        self.role = iam.Role(
            self,
            "CloudWatchRole",
            assumed_by=service_principal(_SERVICE),
            description="Writes the logs of all REST APIs of the account and region",
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_POLICY)],
        )
        self.role.apply_removal_policy(RemovalPolicy.RETAIN)
        rule = f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_POLICY}]"
        acknowledge(self.role, rule, _AWS_POLICY, profile=profile)
        deploy_time = deploy_time_function(
            self,
            "log_role",
            PARTS,
            description="Sets the CloudWatch role of API Gateway if the account has none",
            memory_size=256,
            timeout=minutes(5),
            log_retention=None,
            removal_policy=None,
        )
        role_arn = self.role.role_arn
        account = f"arn:{Aws.PARTITION}:apigateway:{region_of(self)}::/account"
        permissions = deploy_time.allow(
            self,
            [
                Statement(["apigateway:GET", "apigateway:PATCH"], [account]),
                Statement(
                    ["iam:PassRole"],
                    [role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": _SERVICE}},
                ),
            ],
        )
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::ApiGatewayLogRole",
            deploy_time.function,
            permissions,
            {"RoleArn": role_arn},
            service_timeout=minutes(10),
        )


def log_role(scope: Construct, profile: Profile) -> IDependable:
    """Return what a stage with logs has to wait for; create it on first use in a stack.

    Args:
        scope: The construct of the API.
        profile: Its profile.
    """

    def create(home: Construct, construct_id: str) -> LogRole:
        return LogRole(home, construct_id, profile)

    return shared_construct(scope, profile, "ApiLogRole", LogRole, create).resource
