"""What can go wrong with objects, as errors of their own."""

from collections.abc import Iterator
from contextlib import contextmanager


class ObjectError(Exception):
    """S3 refused a request; the cause is boto3's error."""


class NotFound(ObjectError):
    """There is no such object, version or bucket."""


class PreconditionFailed(ObjectError):
    """A condition of the request does not hold: the object is another one by now."""


class NotModified(ObjectError):
    """The object is still the one that the caller has."""


_KINDS: dict[str, type[ObjectError]] = {
    "404": NotFound,
    "NoSuchBucket": NotFound,
    "NoSuchKey": NotFound,
    "NoSuchVersion": NotFound,
    "NotFound": NotFound,
    "304": NotModified,
    "NotModified": NotModified,
    "409": PreconditionFailed,
    "412": PreconditionFailed,
    "ConditionalRequestConflict": PreconditionFailed,
    "PreconditionFailed": PreconditionFailed,
}


@contextmanager
def told(doing: str, key: str) -> Iterator[None]:
    """Turn errors of boto3 into ours, which say what was done to which object."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import ClientError

    try:
        yield
    except (ClientError, S3UploadFailedError) as error:
        # The upload of a file hides what S3 said behind an error of boto3's own.
        cause = error if isinstance(error, ClientError) else error.__context__
        if not isinstance(cause, ClientError):
            raise ObjectError(f"{doing} {key!r}: {error}") from error
        found = cause.response.get("Error", {})
        code, message = str(found.get("Code", "")), found.get("Message", "")
        kind = _KINDS.get(code, ObjectError)
        raise kind(f"{doing} {key!r}: {code} {message}".rstrip()) from error
