"""Keys of objects that not every request of S3 can name."""

import re

_NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fits_xml(key: str) -> bool:
    """Return whether an XML document can hold a key, such as that of ``DeleteObjects``.

    Control characters cannot be in XML, and a carriage return becomes a line feed. A URL can hold
    every key.
    """
    return _NOT_IN_XML.search(key) is None
