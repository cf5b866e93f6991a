"""The endpoints of a Redis cache."""

from dataclasses import dataclass
from functools import cached_property

from aws_cdk import aws_elasticache as elasticache

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.client import ClientSettings, VariableName


@dataclass(frozen=True)
class RedisEndpoints:
    """``host:port`` of each endpoint, tokens until they are deployed.

    Attributes:
        group: The replication group.
        sharded: Whether it is in cluster mode, which has other endpoints.
    """

    group: elasticache.CfnReplicationGroup
    sharded: bool

    @cached_property
    def primary(self) -> str:
        """The endpoint of the primary."""
        self._require(sharded=False)
        group = self.group
        return f"{group.attr_primary_end_point_address}:{group.attr_primary_end_point_port}"

    @cached_property
    def reader(self) -> str:
        """The endpoint of the replicas."""
        self._require(sharded=False)
        group = self.group
        return f"{group.attr_reader_end_point_address}:{group.attr_reader_end_point_port}"

    @cached_property
    def configuration(self) -> str:
        """The endpoint that names the shards."""
        self._require(sharded=True)
        group = self.group
        return (
            f"{group.attr_configuration_end_point_address}:"
            f"{group.attr_configuration_end_point_port}"
        )

    @property
    def writable(self) -> str:
        """The endpoint to write to, in either mode."""
        return self.configuration if self.sharded else self.primary

    def client(self, *, tls: bool) -> ClientSettings:
        """Return what a connected function is given, without a login.

        Args:
            tls: Whether connections use TLS.
        """
        variables: dict[VariableName, str] = {contract.redis_tls: "true" if tls else "false"}
        if self.sharded:
            variables[contract.redis_configuration_endpoint] = self.configuration
        else:
            variables[contract.redis_primary_endpoint] = self.primary
            variables[contract.redis_reader_endpoint] = self.reader
        return ClientSettings("Redis", contract.REDIS_PREFIX, variables)

    def _require(self, *, sharded: bool) -> None:
        if self.sharded == sharded:
            return
        needed = "RedisTopology.sharded(…)" if sharded else "without shards"
        other = "a primary endpoint" if sharded else "a configuration endpoint"
        raise ValueError(
            f"`topology` must be {needed} for this endpoint; the cache has {other} "
            f"(in {path_of(self.group)})"
        )
