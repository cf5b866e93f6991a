"""Synchronising folders and buckets by content: ``inventory``, ``plan`` (pure), and ``sync``."""

from serverless_stack._shared.content.rules import IMMUTABLE, REVALIDATE, CacheRule, TagRule
from serverless_stack.operations.content.plan import Item
from serverless_stack.operations.sync.applying import SyncResult
from serverless_stack.operations.sync.command import Synced, sync
from serverless_stack.operations.sync.inventory import HeaderRules, Inventory, inventory
from serverless_stack.operations.sync.locations import Bucket, Folder, location
from serverless_stack.operations.sync.planning import Action, SyncPlan, plan

__all__ = [
    "IMMUTABLE",
    "REVALIDATE",
    "Action",
    "Bucket",
    "CacheRule",
    "Folder",
    "HeaderRules",
    "Inventory",
    "Item",
    "SyncPlan",
    "SyncResult",
    "Synced",
    "TagRule",
    "inventory",
    "location",
    "plan",
    "sync",
]
