"""A reader for every resource type that the library makes."""

from . import api, caches, custom, delivery, functions, messaging, network, permissions, storage
from .compare import AtLeast, differences
from .registry import (
    AbsentError,
    Properties,
    Resource,
    attribute,
    exists,
    known_types,
    read,
)

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
