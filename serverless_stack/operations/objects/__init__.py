"""Copying, moving and deleting objects, and buckets: what S3's tutorial does with its commands."""

from serverless_stack.operations.objects.applying import Outcome, apply, remove
from serverless_stack.operations.objects.buckets import (
    BucketInfo,
    create_bucket,
    delete_bucket,
    list_buckets,
)
from serverless_stack.operations.objects.places import STREAM, Local, Place, Remote, place
from serverless_stack.operations.objects.planning import Step, StepPlan, plan
from serverless_stack.operations.objects.properties import ObjectProperties
from serverless_stack.operations.objects.removing import plan_removal
from serverless_stack.operations.objects.streams import read_stream, write_stream

__all__ = [
    "STREAM",
    "BucketInfo",
    "Local",
    "ObjectProperties",
    "Outcome",
    "Place",
    "Remote",
    "Step",
    "StepPlan",
    "apply",
    "create_bucket",
    "delete_bucket",
    "list_buckets",
    "place",
    "plan",
    "plan_removal",
    "read_stream",
    "remove",
    "write_stream",
]
