"""Keys of objects that not every request of S3 can name."""

import re
from typing import Final

S3_SCHEME: Final = "s3://"
# "Access points ARNs": a slash or colon after "accesspoint", and on Outposts before it as well.
_ACCESS_POINT = re.compile(
    r"arn:[^:/]+:s3[^:/]*:[^:/]*:[^:/]*:(outpost[/:][^/:]+[/:])?accesspoint[/:][^/]+"
)
_NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fits_xml(key: str) -> bool:
    """Return whether an XML document can hold a key, such as that of ``DeleteObjects``.

    Control characters cannot be in XML, and a carriage return becomes a line feed. A URL can hold
    every key.
    """
    return _NOT_IN_XML.search(key) is None


def bucket_and_key(text: str) -> tuple[str, str]:
    """Return the bucket and the key of ``s3://bucket/key``; either may be empty.

    A bucket is a name or alias, or the ARN of an access point, in which a slash may be.
    """
    place = text.removeprefix(S3_SCHEME)
    if point := _ACCESS_POINT.match(place):
        return point[0], place[point.end() :].removeprefix("/")
    bucket, _slash, key = place.partition("/")
    return bucket, key
