"""Write a note for each object that comes."""

from collections.abc import Mapping

from serverless_stack.runtime import batches
from serverless_stack.runtime.objects import ObjectStore

notes = ObjectStore.from_env()


def handler(event: Mapping[str, object], context: object) -> None:
    """Note the keys of the objects of an event."""
    for item in batches.objects(event):
        notes.put_text(item.key.rsplit("/", 1)[-1], item.key)
