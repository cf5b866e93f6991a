"""Requests in the form in which MiniStack finds what they are for: by their path alone."""

from urllib.parse import quote

from .exchange import Scope
from .function_urls import FUNCTION_PATH

EXECUTE_PATH = "/_aws/execute-api/"


def at_function_path(scope: Scope, url_id: str) -> Scope:
    """Return a request to a function URL in MiniStack's form."""
    prefix = f"{FUNCTION_PATH}{url_id}"
    is_there = scope["path"].startswith(f"{prefix}/")
    return at_localhost(scope if is_there else _below(prefix, scope))


def at_execute_path(scope: Scope, api_id: str) -> Scope:
    """Return a request to an HTTP API in the form that MiniStack accepts."""
    return at_localhost(_below(f"{EXECUTE_PATH}{api_id}", scope))


def _below(prefix: str, scope: Scope) -> Scope:
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    return {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw_path}


def at_localhost(scope: Scope) -> Scope:
    """Return a request whose host leads MiniStack to none of the services that it finds by host."""
    headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"host"]
    return {**scope, "headers": [*headers, (b"host", b"127.0.0.1")]}
