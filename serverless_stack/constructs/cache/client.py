"""What a connected function is given: environment variables and permissions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.arns import format_arn
from serverless_stack.constructs._internal.roles import grant_secret, grantee_of, name_of_secret

SERVERLESS_PORTS = {"memcached": (11211,), "redis": (6379, 6380), "valkey": (6379, 6380)}
"""The ports of a serverless cache, by engine; the second one reads from replicas."""
VariableName = Callable[[str], str]
"""Returns the name of an environment variable for a prefix, as the runtime reads it."""


@dataclass(frozen=True)
class ClientSettings:
    """What a connected function is given.

    Attributes:
        label: What the cache is, such as ``Redis``, for the descriptions of rules.
        prefix: The default prefix of the variables.
        variables: The values of the variables.
        secret: The secret with the AUTH token or password, which the function may read.
        connect_to: The ARNs that the function may connect to with IAM.
    """

    label: str
    prefix: str
    variables: Mapping[VariableName, str]
    secret: secretsmanager.ISecret | None = None
    connect_to: tuple[str, ...] = ()

    @property
    def endpoint(self) -> str:
        """``host:port`` of the primary node or, if there is none, of the configuration endpoint."""
        names = (
            contract.redis_primary_endpoint,
            contract.redis_configuration_endpoint,
            contract.memcached_configuration_endpoint,
        )
        return next(self.variables[name] for name in names if name in self.variables)

    def environment(self, prefix: str | None) -> dict[str, str]:
        """Return the environment variables.

        Args:
            prefix: The prefix of their names. Default: ``REDIS`` or ``MEMCACHED``.
        """
        chosen = self.prefix if prefix is None else prefix
        return {name(chosen): value for name, value in self.variables.items()}

    def grant(self, function: lambda_.Function) -> None:
        """Allow a function to log in: to read the secret, or to connect with IAM.

        Args:
            function: The function.
        """
        if self.secret is not None:
            grant_secret(self.secret, grantee_of(function))
        if self.connect_to:
            iam.Grant.add_to_principal(
                grantee=grantee_of(function),
                actions=["elasticache:Connect"],
                resource_arns=list(self.connect_to),
            )

    def with_token(self, secret: secretsmanager.ISecret | None) -> "ClientSettings":
        """Return these settings with an AUTH token.

        Args:
            secret: The secret with the token, or None if there is none.
        """
        if secret is None:
            return self
        variables = {**self.variables, contract.redis_secret_arn: name_of_secret(secret)}
        return replace(self, variables=variables, secret=secret)

    def with_user(
        self,
        user_name: str,
        *,
        secret: secretsmanager.ISecret | None,
        cache_name: str | None,
        arns: tuple[str, ...],
    ) -> "ClientSettings":
        """Return these settings with a user, who has a password or logs in with IAM.

        Args:
            user_name: The name of the user.
            secret: The secret with the password; None for IAM.
            cache_name: The name of the cache, which IAM signs.
            arns: The ARNs of the cache and the user, which IAM allows to connect to.
        """
        named = replace(self, variables={**self.variables, contract.redis_user: user_name})
        if secret is not None:
            return named.with_token(secret)
        variables = dict(named.variables)
        if cache_name is not None:
            variables[contract.redis_cache_name] = cache_name
        return replace(named, variables=variables, connect_to=arns)


def serverless_client(engine: str, endpoint: str, cache_name: str) -> ClientSettings:
    """Return what a function that is connected to a serverless cache is given, without a login.

    Args:
        engine: ``valkey``, ``redis`` or ``memcached``.
        endpoint: ``host:port`` of the cache.
        cache_name: The name of the cache.
    """
    if engine == "memcached":
        return memcached_client(engine, endpoint, tls=True)
    variables: dict[VariableName, str] = {
        contract.redis_configuration_endpoint: endpoint,
        contract.redis_tls: "true",
        contract.redis_serverless: "true",
        contract.redis_cache_name: cache_name,
    }
    return ClientSettings(engine, contract.REDIS_PREFIX, variables)


def memcached_client(label: str, endpoint: str, *, tls: bool) -> ClientSettings:
    """Return what a function that is connected to Memcached is given.

    Args:
        label: What the cache is, for the descriptions of rules.
        endpoint: ``host:port`` of the configuration endpoint.
        tls: Whether connections use TLS.
    """
    variables: dict[VariableName, str] = {
        contract.memcached_configuration_endpoint: endpoint,
        contract.memcached_tls: "true" if tls else "false",
    }
    return ClientSettings(label, contract.MEMCACHED_PREFIX, variables)


def elasticache_arn(scope: Construct, resource: str, name: str) -> str:
    """Return the ARN of a resource of ElastiCache in the stack's account and region.

    Args:
        scope: A construct of the stack.
        resource: The kind of resource, such as ``replicationgroup``.
        name: The name of the resource.
    """
    return format_arn(scope, "elasticache", f"{resource}:{name}")
