"""Hand out forms with which a browser uploads photos itself, and list what has come."""

from collections.abc import Mapping

from serverless_stack.runtime.objects import ObjectStore, safe_key

photos = ObjectStore.from_env()


def handler(event: Mapping[str, str], context: object) -> dict[str, object]:
    """Return a form for one photo of up to 5 MB, and the names of all."""
    form = photos.presigned_post(
        safe_key(event["name"]),
        max_size=5_000_000,
        content_type="image/*",
        metadata={"owner": event["owner"]},
        expires_in=300,
    )
    names = [info.key for info in photos.list()]
    return {"url": form.url, "fields": dict(form.fields), "names": names}
