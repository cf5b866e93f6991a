"""The properties that S3 keeps beside the bytes of an object, and what it refuses in them."""

import re
from collections.abc import Mapping
from typing import Final

STORAGE_CLASSES: Final = (
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "EXPRESS_ONEZONE",
    "OUTPOSTS",
    "SNOW",
    "FSX_OPENZFS",
    "FSX_ONTAP",
)
"""The storage classes that ``PutObject`` accepts."""
MAX_METADATA_BYTES: Final = 2048  # "Working with object metadata"
_METADATA_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+").fullmatch  # a token of HTTP


def check_header(argument: str, value: str) -> str:
    """Return the value of an HTTP header if it can be one.

    Raises:
        ValueError: It has control characters or those beyond ISO-8859-1.
    """
    if any(
        ord(character) > 0xFF or ord(character) < 0x20 or character == "\x7f" for character in value
    ):
        raise ValueError(
            f"`{argument}` must be text in ISO-8859-1 without control characters, got: {value!r}"
        )
    return value


def check_storage_class(value: str) -> str:
    """Return the name of a storage class if there is one of that name.

    Raises:
        ValueError: There is none.
    """
    if value not in STORAGE_CLASSES:
        import difflib  # of which a cold start needs nothing

        close = difflib.get_close_matches(value.upper().replace("-", "_"), STORAGE_CLASSES, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(
            f"`storage_class` must be one of {', '.join(STORAGE_CLASSES)}, got: {value!r}{hint}"
        )
    return value


def checked_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata as S3 stores it: its names are those of HTTP headers, in lower case.

    Raises:
        ValueError: S3 would refuse or change it.
    """
    checked: dict[str, str] = {}
    for name, value in metadata.items():
        if not all(isinstance(text, str) for text in (name, value)):
            raise ValueError(f"`metadata` must be text, got: {name!r}: {value!r}")
        stored = name.lower()
        if not _METADATA_NAME(stored) or stored in checked:
            raise ValueError(
                "`metadata` must have names of letters, digits and hyphens, different in lower"
                f" case, got: {name!r}"
            )
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise ValueError(
                "`metadata` must have values of printable ASCII without blanks around them,"
                f" got: {name!r}: {value!r}"
            )
        checked[stored] = value
    size = sum(len(name) + len(value) for name, value in checked.items())
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"`metadata` must be {MAX_METADATA_BYTES} bytes at most, got: {size}")
    return checked
