"""Which media types a REST API treats as binary."""

DEFAULT = "application/json"


def is_binary(media_type: str, binary_media_types: list[str]) -> bool:
    """Return whether a ``Content-Type`` or ``Accept`` value is one of an API's binary types.

    Args:
        media_type: The header's value; of a list the first item counts, and an absent one is
            taken for JSON, as on AWS.
        binary_media_types: The API's; ``*/*`` and ``image/*`` are wildcards.
    """
    first = media_type.split(",", 1)[0].split(";", 1)[0].strip().lower() or DEFAULT
    for pattern in binary_media_types:
        wanted = pattern.strip().lower()
        if wanted in ("*/*", first):
            return True
        if wanted.endswith("/*") and first.split("/", 1)[0] == wanted[:-2]:
            return True
    return False
