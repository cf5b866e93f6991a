"""Requests to the AWS endpoint of a cloud, signed with its key, without a client of an SDK."""

import http.client
import urllib.request
from collections.abc import Mapping

from serverless_stack.local.processes.access_key import DEFAULT_ACCOUNT, AccessKey
from serverless_stack.local.processes.ports import LOOPBACK

REGION = "us-east-1"


def send(
    port: int,
    key: AccessKey,
    path: str,
    *,
    service: str,
    form: bytes | None = None,
    account: str = DEFAULT_ACCOUNT,
    region: str = REGION,
) -> bytes:
    """Send a signed request, and return the body of the response.

    Args:
        port: The loopback port of the AWS endpoint.
        key: The access key of the cloud.
        path: The path, with its slash.
        service: The service that signs, such as ``cloudformation``.
        form: The body of a POST request. Default: a GET request.
        account: The account to act in.
        region: The region to act in.

    Raises:
        OSError: There is no response, or its status is not 200.
    """
    # Here, because botocore takes 0.2 s to import, and most commands need no request.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"http://{LOOPBACK}:{port}{path}"
    request = AWSRequest("GET" if form is None else "POST", url, data=form)
    SigV4Auth(Credentials(key.id_for(account), key.secret), service, region).add_auth(request)
    return open_url(url, dict(request.headers.items()), form)


def open_url(
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    timeout: float = 10,
) -> bytes:
    """Send a request past the user's proxy, and return the body of the response.

    Raises:
        OSError: There is no response, or its status is not 200.
    """
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return bytes(answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"{url}: {error!r}") from error
