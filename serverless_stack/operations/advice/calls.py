"""The line of code that makes a cache."""

from collections.abc import Collection

from serverless_stack.operations.advice.values import Option

_BACKUPS = "snapshot_retention_days=7"


def call_of(option: Option, needs: Collection[str]) -> str:
    """Write the call of the construct.

    Args:
        option: The cache.
        needs: Names of the stated needs; what they ask for is written out, though it may be the
            default of the construct.

    Returns:
        One expression, to be written where ``self`` is a stack or construct.
    """
    arguments = ["self", '"Cache"']
    if option.deployment == "serverless":
        engine = "valkey" if option.engine == "redis" else "memcached"
        arguments.append(f'engine="{engine}"')
    elif option.engine == "memcached":
        arguments.append("num_cache_nodes=2")
    else:
        if option.deployment == "cluster mode":
            arguments.append("num_node_groups=2")
        if "replication" in needs:
            arguments.append("replicas=1")
    if "persistence" in needs and option.construct != "MemcachedCache":
        arguments.append(_BACKUPS)
    return f"{option.construct}({', '.join(arguments)})"
