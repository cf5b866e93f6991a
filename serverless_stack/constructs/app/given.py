"""Checks of the constructs that an application is given: their stacks, regions and VPCs."""

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeGuard
from weakref import WeakSet

from aws_cdk import Stack, Stage
from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct

from serverless_stack._shared import contract
from serverless_stack.checks.services.lambda_function import environment_name_problems
from serverless_stack.constructs._internal.places import other_region, vpc_identity
from serverless_stack.constructs._internal.tree import path_of, stack_of, stage_of
from serverless_stack.constructs.app.options import Stores
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.serverless.cache import ServerlessCache
from serverless_stack.constructs.function.connections.connections import (
    default_prefix,
    unknown_problem,
)
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket

_WITH_SITE: WeakSet[StorageBucket] = WeakSet()
_PREFIXES = {
    "bucket": contract.BUCKET_PREFIX,
    "redis": contract.REDIS_PREFIX,
    "memcached": contract.MEMCACHED_PREFIX,
}


def region_problems(parts: Mapping[str, object], region: str) -> list[str]:
    """List the constructs of another region, which the application cannot reach.

    Args:
        parts: The constructs, by their arguments; anything else is created in the application.
        region: The region of the application; may be a token.
    """
    return [
        f"`{name}` must be in the region of the application, {region}, "
        f"got: {path_of(part)} in {found}"
        for name, part in parts.items()
        if is_construct(part) and (found := other_region(part, region)) is not None
    ]


def app_problems(parts: Mapping[str, object], stage: Stage | None) -> list[str]:
    """List the constructs of another app or stage, which CDK lets nobody refer to.

    Args:
        parts: The constructs, by their arguments; anything else is created in the application.
        stage: The app or stage of the application.
    """
    return [
        f"`{name}` must be in the app and stage of the application, got: {path_of(part)} in "
        "another one; import it there, such as by `from_lookup` or `from_attributes`"
        for name, part in parts.items()
        if is_construct(part) and stage_of(part) is not stage
    ]


def vpc_problems(caches: Mapping[str, object], vpc: ec2.IVpc | None) -> list[str]:
    """List whether the VPCs of caches and of the application are different ones.

    Args:
        caches: The caches that the caller created, by their arguments.
        vpc: The VPC that the caller chose.
    """
    vpcs = {} if vpc is None else {"vpc": vpc}
    vpcs |= {name: cache.vpc for name, cache in caches.items() if isinstance(cache, CacheBase)}
    known = {
        name: identity.name
        for name, each in vpcs.items()
        if (identity := vpc_identity(each.vpc_id)) is not None
    }
    if len(set(known.values())) <= 1:
        return []
    *others, last = (f"`{name}`" for name in known)
    shown = ", ".join(f"{name} in {place}" for name, place in known.items())
    return [
        f"{', '.join(others)} and {last} must be in one VPC, because a function is in one only, "
        f"got: {shown}; create the caches with the same `vpc=`"
    ]


def cycle_problems(stores: Mapping[str, object], home: Stack | None) -> list[str]:
    """List the stores that a function of another stack cannot use beside an API of this stack.

    Args:
        stores: The stores that functions are connected to, by their arguments; options are created
            in the application.
        home: The stack of the application; None for one that is created with it.
    """
    here = [
        name
        for name, store in stores.items()
        if (stack_of(store) is home if is_construct(store) else _is_created(store))
    ]
    if not here:
        return []
    return [
        "`bucket`, `redis`, `memcached` and `connect` must be constructs of the function's stack "
        "or None beside an API and a `function` of another stack, because the two stacks would "
        f"need each other, got: {', '.join(here)} in the stack of the application"
    ]


def store_problems(stores: Stores, own: Sequence[str]) -> list[str]:
    """List what is wrong with the stores of the caller.

    Args:
        stores: The stores.
        own: The stores of the application itself: ``bucket``, ``redis`` and ``memcached``.
    """
    listed = stores.items() if isinstance(stores, Mapping) else enumerate(stores)
    problems = [
        unknown_problem(f"connect[{place!r}]", store)
        for place, store in listed
        if not hasattr(store, "connect") and default_prefix(store) is None
    ]
    used = [_PREFIXES[name] for name in own]
    if isinstance(stores, Mapping):
        for prefix, store in stores.items():
            messages = environment_name_problems([f"{prefix}_NAME"], "connect")
            problems += [text.replace(f"{prefix}_NAME", prefix) for text in messages]
            if not _takes_prefix(store):
                problems.append(
                    f"`connect[{prefix!r}]` must have a method `connect(function, env_prefix=…)`, "
                    f"got: {_shown(store)}; pass it in a list"
                )
            if prefix in used:
                problems.append(
                    f"`connect` must have other prefixes than the application's own stores, "
                    f"got: {prefix!r}"
                )
        return problems
    counts = Counter([*used, *filter(None, map(_default_prefix, stores))])
    repeated = [store for store in stores if counts[_default_prefix(store) or ""] > 1]
    if repeated:
        first = repeated[0]
        problems.append(
            "`connect` must be a mapping of prefixes to stores, such as "
            f"{{'SECOND': …}}, where two would set the same environment variables, "
            f"got a list with {_shown(first)}, which sets {_default_prefix(first)}_…"
        )
    return problems


def site_problems(site: object, bucket: object) -> list[str]:
    """List whether another application keeps the pages of its site in the same bucket.

    Args:
        site: The static pages; None for none.
        bucket: The bucket.
    """
    if site is None or not isinstance(bucket, StorageBucket) or bucket not in _WITH_SITE:
        return []
    return [
        "`bucket` must be one without the site of another application, which would overwrite each "
        f"other's pages, got: {path_of(bucket)}"
    ]


def keep_site(bucket: StorageBucket) -> None:
    """Remember that a bucket has the site of an application.

    Args:
        bucket: The bucket.
    """
    _WITH_SITE.add(bucket)


def user_problems(caches: Mapping[str, object]) -> list[str]:
    """List the caches that functions connect to by the name of a user, which nobody gave.

    Args:
        caches: The caches that the caller created, by their arguments.
    """
    return [
        f"`{name}` must be a cache without `user_group`, got: {path_of(cache)}, for which "
        f"`connect` needs a `user_name`; leave `{name}` out, pass the cache's `.vpc` as `vpc`, "
        "and connect the functions yourself"
        for name, cache in caches.items()
        if isinstance(cache, ServerlessCache) and cache.needs_user_name
    ]


def is_construct(part: object) -> TypeGuard[IConstruct]:
    """Whether a part is a construct, of this library or of CDK, and not options.

    Args:
        part: The part.
    """
    return isinstance(part, Construct) or getattr(part, "node", None) is not None


def _is_created(store: object) -> bool:
    return store is True or isinstance(store, Mapping)


def _takes_prefix(store: object) -> bool:
    connect = getattr(store, "connect", None)
    if connect is None or isinstance(store, LambdaHandler):
        return True
    parameters = inspect.signature(connect).parameters
    return "env_prefix" in parameters or any(
        item.kind is item.VAR_KEYWORD for item in parameters.values()
    )


def _default_prefix(store: object) -> str | None:
    """Return the prefix of the variables that a store of this library sets by default."""
    if isinstance(store, StorageBucket):
        return contract.BUCKET_PREFIX
    return store.client.prefix if isinstance(store, CacheBase) else default_prefix(store)


def _shown(store: object) -> str:
    return path_of(store) if is_construct(store) else f"a {type(store).__name__}"
