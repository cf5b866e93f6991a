"""A reader for every resource type that the library makes."""

from tests.e2e.resources.compare import AtLeast, differences
from tests.e2e.resources.registry import (
    AbsentError,
    Properties,
    Resource,
    attribute,
    exists,
    known_types,
    read,
)

from . import api, caches, custom, delivery, functions, messaging, network, permissions, storage

__all__ = [
    "AbsentError",
    "AtLeast",
    "Properties",
    "Resource",
    "api",
    "attribute",
    "caches",
    "custom",
    "delivery",
    "differences",
    "exists",
    "functions",
    "known_types",
    "messaging",
    "network",
    "permissions",
    "read",
    "storage",
]
