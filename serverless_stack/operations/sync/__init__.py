"""Synchronising folders and buckets by content: planning (pure), then applying.

``sync`` does all of it; ``inventory``, ``plan`` and ``apply`` are its parts.
"""

from serverless_stack._shared.content.rules import IMMUTABLE, REVALIDATE, CacheRule
from serverless_stack.operations.sync.actions import Action
from serverless_stack.operations.sync.applying import SyncResult, apply
from serverless_stack.operations.sync.command import sync
from serverless_stack.operations.sync.inventories import inventory
from serverless_stack.operations.sync.items import Item
from serverless_stack.operations.sync.locations import Bucket, Folder, location
from serverless_stack.operations.sync.planning import Side, SyncPlan, plan

__all__ = [
    "IMMUTABLE",
    "REVALIDATE",
    "Action",
    "Bucket",
    "CacheRule",
    "Folder",
    "Item",
    "Side",
    "SyncPlan",
    "SyncResult",
    "apply",
    "inventory",
    "location",
    "plan",
    "sync",
]
