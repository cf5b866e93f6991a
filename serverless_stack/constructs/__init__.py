"""CDK constructs for serverless web applications; each is useful alone.

A construct's module, and the parts of ``aws_cdk`` that it needs, load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_stack._content.rules import IMMUTABLE, REVALIDATE, CacheRule
    from serverless_stack.constructs._api_cache import ApiCache
    from serverless_stack.constructs._decisions import Decisions
    from serverless_stack.constructs.cache_alarms import CacheAlarms
    from serverless_stack.constructs.cache_dashboard import CacheDashboard
    from serverless_stack.constructs.cdn import Cdn
    from serverless_stack.constructs.content_deployment import ContentDeployment
    from serverless_stack.constructs.invalidation import Invalidation
    from serverless_stack.constructs.lambda_handler import LambdaHandler
    from serverless_stack.constructs.memcached_cache import MemcachedCache
    from serverless_stack.constructs.profile import Profile
    from serverless_stack.constructs.proxy_api import ProxyApi
    from serverless_stack.constructs.redis_cache import RedisCache
    from serverless_stack.constructs.serverless_cache import ServerlessCache
    from serverless_stack.constructs.serverless_stack import ServerlessStack
    from serverless_stack.constructs.storage_bucket import StorageBucket

__all__ = [
    "IMMUTABLE",
    "REVALIDATE",
    "ApiCache",
    "CacheAlarms",
    "CacheDashboard",
    "CacheRule",
    "Cdn",
    "ContentDeployment",
    "Decisions",
    "Invalidation",
    "LambdaHandler",
    "MemcachedCache",
    "Profile",
    "ProxyApi",
    "RedisCache",
    "ServerlessCache",
    "ServerlessStack",
    "StorageBucket",
]

_MODULES = {
    "ApiCache": "_api_cache",
    "CacheAlarms": "cache_alarms",
    "CacheDashboard": "cache_dashboard",
    "Cdn": "cdn",
    "ContentDeployment": "content_deployment",
    "Decisions": "_decisions",
    "Invalidation": "invalidation",
    "LambdaHandler": "lambda_handler",
    "MemcachedCache": "memcached_cache",
    "Profile": "profile",
    "ProxyApi": "proxy_api",
    "RedisCache": "redis_cache",
    "ServerlessCache": "serverless_cache",
    "ServerlessStack": "serverless_stack",
    "StorageBucket": "storage_bucket",
}


_RULES = ("IMMUTABLE", "REVALIDATE", "CacheRule")


def __getattr__(name: str) -> object:
    if name in _RULES:
        return getattr(import_module("serverless_stack._content.rules"), name)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
