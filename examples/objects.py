"""A handler that keeps users' files in the bucket it is connected to."""

from collections.abc import Mapping

from serverless_stack.runtime.objects import Conditions, NotFound, ObjectStore, safe_key

uploads = ObjectStore.from_env(prefix="uploads/")


def upload_form(file_name: str) -> dict[str, object]:
    """Return a form with which a browser uploads an image of up to 5 MB itself."""
    form = uploads.presigned_post(
        safe_key(file_name), max_size=5_000_000, content_type="image/*", expires_in=300
    )
    return {"url": form.url, "fields": dict(form.fields)}


def handler(event: Mapping[str, str], context: object) -> dict[str, object]:
    key = safe_key(event["name"])
    try:
        found = uploads.get(key, conditions=Conditions(if_match=event.get("etag", "")))
    except NotFound:
        return {"status": 404, "form": upload_form(event["name"])}
    return {"status": 200, "size": found.info.size, "link": uploads.presigned_get(key)}
