"""What a deletion is to do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from serverless_stack.operations.content.filters import Filter, chooser
from serverless_stack.operations.content.stores import PARALLEL
from serverless_stack.operations.objects import listing
from serverless_stack.operations.objects.places import Remote
from serverless_stack.operations.objects.planning import Step, StepPlan

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def plan_removal(
    place: Remote,
    *,
    recursive: bool = False,
    filters: Sequence[Filter] = (),
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
) -> StepPlan:
    """Find the objects to delete. Nothing is changed.

    Args:
        place: An object, or a prefix with `recursive`.
        recursive: Whether to delete all objects below the place. What this library keeps in
            ``.serverless-stack/`` stays, unless that folder is named.
        filters: Which keys below the place take part; the last filter that matches decides.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of requests at a time.

    Raises:
        ValueError: `recursive` is missing.
        botocore.exceptions.ClientError: The bucket cannot be read.
    """
    if recursive:
        found = StepPlan()
        base = Remote(place.bucket, listing.folder_key(place.key))
        for item in listing.objects(base, chooser(filters), found.skipped, client, parallel):
            found.steps.append(Step("delete", item.source, None, item.size, item.etag))
        return found
    if not place.key:
        raise ValueError(f"an object must have a name, got: {place}; `--recursive` takes a prefix")
    if not chooser(filters)(listing.last_part(place.key.removesuffix("/"))):
        return StepPlan(skipped={str(place): listing.LEFT_OUT})
    head = listing.head(place, client, parallel)
    if head is None:
        return StepPlan(failures={str(place): f"{listing.NO_OBJECT}; `--recursive` takes a prefix"})
    return StepPlan([Step("delete", place, None, *head)])
