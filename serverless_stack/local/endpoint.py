"""Requests to the local cloud about itself."""

import json
from collections.abc import Mapping
from urllib.error import HTTPError
from urllib.parse import urlencode

from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes.ports import LOOPBACK
from serverless_stack.local.processes.requests import send
from serverless_stack.local.processes.state import State
from serverless_stack.local.urls import AGE_PATH, CONSOLE_PATH, URLS_PATH, Urls, parse_urls


def urls(state: State) -> Urls:
    """Return the URLs of the deployed APIs and distributions.

    Raises:
        LocalCloudError: The cloud does not answer.
    """
    return parse_urls(_send(state, URLS_PATH))


def console_link(state: State) -> str:
    """Return a URL that opens the console of the cloud in one browser, once.

    Raises:
        LocalCloudError: The cloud does not answer.
    """
    return str(json.loads(_send(state, CONSOLE_PATH, form=b""))["url"])


def age(state: State, days: float, bucket: str | None) -> Mapping[str, Mapping[str, int]]:
    """Make the objects of buckets older, and return for each how often its rules acted.

    Raises:
        LocalCloudError: There is no such bucket, or the cloud does not answer.
    """
    values = {"days": str(days), **({} if bucket is None else {"bucket": bucket})}
    body = _send(state, f"{AGE_PATH}?{urlencode(values)}", form=b"")
    report: Mapping[str, Mapping[str, int]] = json.loads(body)["buckets"]
    return report


def _send(state: State, path: str, form: bytes | None = None) -> bytes:
    try:
        return send(
            state.gateway_port, state.access_key, path, service="serverless-stack", form=form
        )
    except HTTPError as error:
        if form is None:
            raise _silent(state, error) from error
        message = json.loads(error.read() or b"{}").get("message") or str(error)
        raise LocalCloudError(message) from error
    except OSError as error:
        raise _silent(state, error) from error


def _silent(state: State, error: OSError) -> LocalCloudError:
    return LocalCloudError(
        f"the local cloud does not answer at http://{LOOPBACK}:{state.gateway_port}: {error}"
    )
