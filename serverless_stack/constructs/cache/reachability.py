"""Whether a connected function can reach Secrets Manager, where tokens and passwords are."""

import jsii
from aws_cdk import Annotations, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct, IValidation

from serverless_stack.constructs.cache.network import CacheNetwork
from serverless_stack.constructs.network.vpc import add_endpoint, is_isolated_vpc

_SECRETS_MANAGER = "SecretsManager"


def open_way_to_secrets(function: lambda_.Function, network: CacheNetwork) -> None:
    """Open a function a way to Secrets Manager, or warn at synthesis that it has none.

    A VPC that this library created gets an interface endpoint, which AWS bills by the hour.

    Args:
        function: The function, which reads a secret.
        network: Where the cache is.
    """
    if is_isolated_vpc(network.vpc):
        add_endpoint(
            network.vpc, _SECRETS_MANAGER, ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
        )
    else:
        function.node.add_validation(_AtSynthesis(function, network.vpc))


@jsii.implements(IValidation)
class _AtSynthesis:
    """Warns when the tree is complete: an endpoint may be created after ``connect``."""

    def __init__(self, function: lambda_.Function, vpc: ec2.IVpc) -> None:
        self._function = function
        self._vpc = vpc

    def validate(self) -> list[str]:
        """Warn if there is no way; report no error, for routes may be created elsewhere."""
        if _is_isolated(self._function, self._vpc) and not _has_endpoint(self._vpc):
            Annotations.of(self._function).add_warning_v2(
                "serverless-stack:NoWayToSecretsManager",
                f"{self._function.node.path} reads a secret, but its subnets in "
                f"{self._vpc.node.path} have no way to Secrets Manager: add an interface endpoint "
                "(`vpc.add_interface_endpoint` with "
                "`InterfaceVpcEndpointAwsService.SECRETS_MANAGER`), use subnets with a NAT "
                "gateway, or log in with `RedisAuth.iam()`, which needs no secret",
            )
        return []


def _is_isolated(function: lambda_.Function, vpc: ec2.IVpc) -> bool:
    """Whether all subnets of a function are isolated ones of a VPC."""
    raw = function.node.default_child
    if not isinstance(raw, lambda_.CfnFunction):
        return False
    config = raw.vpc_config
    if not isinstance(config, lambda_.CfnFunction.VpcConfigProperty):
        return False
    isolated = {subnet.subnet_id for subnet in vpc.isolated_subnets}
    used = set(config.subnet_ids or [])
    return bool(used) and used <= isolated


def _has_endpoint(vpc: ec2.IVpc) -> bool:
    """Whether a VPC has an endpoint of Secrets Manager; an imported one may have it elsewhere."""
    if not isinstance(vpc, ec2.Vpc):
        return True
    near: list[IConstruct] = list(vpc.node.children)
    return any(map(_is_endpoint, near)) or any(map(_is_endpoint, Stack.of(vpc).node.find_all()))


def _is_endpoint(construct: IConstruct) -> bool:
    raw = construct if isinstance(construct, ec2.CfnVPCEndpoint) else construct.node.default_child
    service = raw.service_name if isinstance(raw, ec2.CfnVPCEndpoint) else None
    return service is not None and "secretsmanager" in service
