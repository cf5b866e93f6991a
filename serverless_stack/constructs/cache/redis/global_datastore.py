"""GlobalDatastore: a Redis cache that others in further regions follow."""

from aws_cdk import aws_elasticache as elasticache
from aws_cdk.interfaces import aws_elasticache as refs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.scaling import global_datastore_problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.tree import path_of, region_of
from serverless_stack.constructs.cache.redis.cache import RedisCache


class GlobalDatastore(Construct):
    """A global datastore with a ``RedisCache`` as its primary.

    It creates the global datastore. A cache of another region joins it as a secondary with
    ``RedisCache(…, global_datastore=…)``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        primary: The cache that takes writes, on nodes of m5, r5 or later.
        suffix: The end of the id of the global datastore; AWS chooses its beginning by the region.

    Attributes:
        global_replication_group: The global datastore, as the raw CloudFormation resource.

    Raises:
        ValueError: If the cache cannot be a primary, or is in a global datastore already.
    """

    @check_types
    def __init__(
        self, scope: Construct, construct_id: str, *, primary: RedisCache, suffix: str
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        problems.require(
            not primary.in_global_datastore,
            f"`primary` must not be in another global datastore, got: {path_of(primary)}",
        )
        problems.require(
            primary.arguments.topology.autoscale is None,
            f"`primary` must be without `topology.autoscale`, got: {path_of(primary)}; AWS does "
            "not scale caches in a global datastore",
        )
        problems.require(
            not primary.arguments.is_durable,
            f"`primary` must be without `durability`, got: {path_of(primary)}",
        )
        problems.add(
            text.replace("`global_replication_group_id_suffix`", "`suffix`")
            for text in global_datastore_problems(primary.arguments.group, suffix)
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        primary.in_global_datastore = True
        self.global_replication_group = elasticache.CfnGlobalReplicationGroup(
            self,
            "Resource",
            global_replication_group_id_suffix=suffix,
            global_replication_group_description=description_of(self),
            members=[
                elasticache.CfnGlobalReplicationGroup.GlobalReplicationGroupMemberProperty(
                    replication_group_id=primary.cache_name,
                    replication_group_region=region_of(primary),
                    role="PRIMARY",
                )
            ],
        )

    @property
    def global_replication_group_ref(self) -> refs.GlobalReplicationGroupReference:
        """The reference that ``RedisCache(global_datastore=…)`` takes."""
        return self.global_replication_group.global_replication_group_ref

    @property
    def global_datastore_id(self) -> str:
        """The id, with the beginning that AWS chooses; a token until it is deployed."""
        return self.global_replication_group.attr_global_replication_group_id
