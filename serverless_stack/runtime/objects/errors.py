"""What can go wrong with objects; boto3's own exception is the cause of each.

The exceptions::

    ObjectError                 S3 refused a request
    ├── NotFound                no such object, version or bucket
    ├── NotModified             the caller already has the object
    ├── PreconditionFailed      a condition of the request does not hold
    └── Unavailable             S3 could not be reached, or has not answered in time
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from serverless_stack.runtime.libraries import load


class ObjectError(Exception):
    """S3 refused a request."""


class NotFound(ObjectError):
    """The object, version or bucket does not exist."""


class PreconditionFailed(ObjectError):
    """A condition of the request does not hold: the object has changed."""


class NotModified(ObjectError):
    """The object has not changed since the caller read it."""


class Unavailable(ObjectError):
    """S3 could not be reached, there are no credentials, or the connection broke."""


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


def require(answer: Mapping[str, object], name: str, key: str) -> None:
    """Check that an answer has what S3 always sends.

    Raises:
        ObjectError: It does not: a proxy, say, has answered with a page of its own.
    """
    if answer.get(name) is None:
        raise ObjectError(f"the answer about {key!r} is not that of S3: it has no {name}")


@contextmanager
def translated(action: str, key: str) -> Iterator[None]:
    """Translate boto3's exceptions into ours, whose message names the action and the object."""
    load("boto3")
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
    from s3transfer.exceptions import RetriesExceededError

    try:
        yield
    except ParamValidationError as error:  # refused before anything was sent
        raise ValueError(f"{action} {key!r}: {error}") from error
    except (BotoCoreError, Boto3Error, ClientError, RetriesExceededError) as error:
        # The upload of a file hides what S3 said behind an error of boto3's own.
        cause = error if isinstance(error, ClientError) else error.__context__
        if not isinstance(cause, ClientError):
            raise Unavailable(f"{action} {key!r}: {error}") from error
        details = cause.response.get("Error", {})
        code, message = str(details.get("Code", "")), details.get("Message", "")
        kind = _KINDS.get(code, ObjectError)
        raise kind(f"{action} {key!r}: {code} {message}".rstrip()) from error
