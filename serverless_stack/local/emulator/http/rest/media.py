"""The binary media types of a REST API."""

DEFAULT = "application/json"


def is_binary(media_type: str, binary_media_types: list[str]) -> bool:
    """Return whether a media type is binary.

    Args:
        media_type: The value of ``Content-Type`` or ``Accept``. As on AWS, only the first item of
            a list counts, and a missing header means JSON.
        binary_media_types: The API's binary media types. ``*/*`` and ``image/*`` are wildcards.
    """
    first = media_type.split(",", 1)[0].split(";", 1)[0].strip().lower() or DEFAULT
    for pattern in binary_media_types:
        wanted = pattern.strip().lower()
        if wanted in ("*/*", first):
            return True
        if wanted.endswith("/*") and first.split("/", 1)[0] == wanted[:-2]:
            return True
    return False
