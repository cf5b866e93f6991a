"""Reading objects of any size into files."""

from threading import Event
from typing import IO

from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.stores import Store
from serverless_stack.operations.content.stores.s3 import etag_in

_BLOCK = 1 << 20
_ATTEMPTS = 3


def receive(store: Store, key: str, etag: str, file: IO[bytes], stopped: Event) -> None:
    """Write the object that has an ETag into a file, again from its beginning if it breaks off.

    Raises:
        ContentError: If another object comes, or `stopped` is set.
    """
    from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = store.client.get_object(Bucket=store.bucket, Key=key, IfMatch=f'"{etag}"')
            if etag_in(answer, key) != etag:
                raise ContentError(f"the answer is another object than {key}")
            for block in answer["Body"].iter_chunks(_BLOCK):
                if stopped.is_set():
                    raise ContentError("the download was interrupted")
                file.write(block)
            return
        except (IncompleteReadError, ReadTimeoutError, ResponseStreamingError):
            if attempt == _ATTEMPTS or not file.seekable():
                raise
            file.seek(0)
            file.truncate()
