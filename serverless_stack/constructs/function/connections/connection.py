"""What a connected function is given: variables, permissions, a way to the service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.connect import Access
from serverless_stack.constructs._internal.roles import grantee_of
from serverless_stack.constructs._internal.tree import path_of, region_of, stack_of
from serverless_stack.constructs.network.reachability import Service
from serverless_stack.constructs.network.vpc import is_isolated_vpc


@dataclass(frozen=True)
class Request:
    """What the caller of ``connect`` asked for.

    Attributes:
        function: The function to connect.
        vpc: Its VPC, or None.
        access: What it may do. Default: set by the kind of resource.
        env_prefix: The prefix of its variables. Default: set by the kind of resource.
        user: The database user, or None.
        database: The name of the database, or None.
        prefix: The folder of the bucket, or None.
    """

    function: lambda_.Function
    vpc: ec2.IVpc | None = None
    access: Access | None = None
    env_prefix: str | None = None
    user: str | None = None
    database: str | None = None
    prefix: str | None = None

    @property
    def grantee(self) -> iam.IGrantable:
        """The principal that is given the permissions."""
        return grantee_of(self.function)


@dataclass(frozen=True)
class Connection:
    """What a connected function is given.

    Attributes:
        variables: The environment variables.
        grant: Grants the permissions.
        service: The service that the function calls; None for none.
        open_network: Opens the way to a resource in a VPC.
    """

    variables: Mapping[str, str]
    grant: Callable[[], None]
    service: Service | None = None
    open_network: Callable[[], None] = field(default=lambda: None)


def chosen_access(request: Request, modes: Mapping[Access, str], noun: str) -> Access:
    """Return what the function may do with a resource, or the default of its kind.

    Args:
        request: What the caller asked for.
        modes: What each access that the kind of resource has means, the default first.
        noun: What the resource is, for the message.

    Raises:
        ValueError: If the kind of resource has no such access.
    """
    if request.access is None:
        return next(iter(modes))
    if request.access in modes:
        return request.access
    accepted = " or ".join(f"{mode!r} ({meaning})" for mode, meaning in modes.items())
    raise ValueError(
        f"`access` must be {accepted} for {noun}, got: {request.access!r} "
        f"(in {path_of(request.function)})"
    )


def grant_actions(request: Request, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Allow a function actions on resources; CDK's own grants allow more.

    Args:
        request: What the caller asked for.
        actions: The actions.
        resources: The ARNs of the resources.
    """
    iam.Grant.add_to_principal(
        grantee=request.grantee, actions=list(actions), resource_arns=list(resources)
    )


def grant_key_of(
    request: Request, key: kms.IKey | None, actions: Sequence[str], service: str
) -> None:
    """Allow a function to use the KMS key of a resource, by its service only.

    Args:
        request: What the caller asked for.
        key: The key, or None.
        actions: The actions of KMS.
        service: The service that uses the key, such as ``sqs``.
    """
    if key is None:
        return
    region = region_of(request.function)
    iam.Grant.add_to_principal(
        grantee=request.grantee,
        actions=list(actions),
        resource_arns=[key.key_arn],
        conditions={"StringLike": {"kms:ViaService": f"{service}.{region}.*"}},
    )


def place_problems(request: Request, resource: IConstruct) -> list[str]:
    """List why a function in a VPC of this library has no way to a resource.

    The endpoints of such a VPC lead to the resources of its account and region only.

    Args:
        request: What the caller asked for.
        resource: The resource.
    """
    if request.vpc is None or not is_isolated_vpc(request.vpc):
        return []
    place = getattr(resource, "env", None)
    own = stack_of(request.function)
    compared = {
        "account": (getattr(place, "account", own.account), own.account),
        "region": (getattr(place, "region", own.region), own.region),
    }
    return [
        f"`resource` must be in the {name} of the function, {expected}, because the endpoints of "
        f"{path_of(request.vpc)} lead nowhere else, got: {path_of(resource)} in {found}; create "
        "the function with a `vpc` that has NAT gateways"
        for name, (found, expected) in compared.items()
        if found != expected and not is_unresolved(found) and not is_unresolved(expected)
    ]
