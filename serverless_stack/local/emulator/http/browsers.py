"""What a browser tells about a request: the host that it meant, and the page that asked for it.

Listening on loopback keeps other machines out, but not the pages that the browser of this machine
has open. A page may name any host that resolves to 127.0.0.1, and may send requests to any port.
"""

import ipaddress
import re

from .exchange import Scope

LOCAL_NAME = re.compile(r"([a-z0-9_-]+\.)*localhost\.?", re.ASCII)
OWN_SITES = frozenset({"none", "same-origin"})


def header_values(scope: Scope, name: str) -> list[str]:
    """Return all values of a header, in order.

    Args:
        scope: The ASGI scope.
        name: The name in lower case.
    """
    wanted = name.encode()
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted]


def hosts(scope: Scope) -> list[str]:
    """Return the values of ``Host`` in lower case. A valid request has one."""
    return [value.strip().lower() for value in header_values(scope, "host")]


def is_loopback(host: str) -> bool:
    """Return whether a ``Host`` names this machine: a loopback address, or a name in localhost.

    Such a name never leads to another machine, so no page of a stranger has it in its address.
    """
    name, port = _split(host)
    if port and not (port.isascii() and port.isdigit()):
        return False
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return LOCAL_NAME.fullmatch(name) is not None


def host_problem(scope: Scope) -> str | None:
    """Return why a request's ``Host`` is refused; None if it names this machine."""
    found = hosts(scope)
    if len(found) == 1 and is_loopback(found[0]):
        return None
    got = ", ".join(found) or "none"
    return f"`Host` must be a loopback name, such as 127.0.0.1 or localhost, got: {got}"


def is_foreign(scope: Scope) -> bool:
    """Return whether another page than one of this very origin caused the request.

    Browsers send ``Origin`` with each request that could change anything, and ``Sec-Fetch-Site``
    with each request to a loopback address. Another port of localhost is another origin.
    """
    own = {f"http://{host}" for host in hosts(scope)}
    origins = {value.strip().lower() for value in header_values(scope, "origin")}
    sites = {value.strip().lower() for value in header_values(scope, "sec-fetch-site")}
    return not (origins <= own and sites <= OWN_SITES)


def _split(host: str) -> tuple[str, str]:
    """Return the name and the port of a ``Host``. The port may be missing."""
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        return name + bracket, rest.removeprefix(":")
    name, _colon, port = host.partition(":")
    return name, port
