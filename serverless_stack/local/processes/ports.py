"""Loopback ports: finding free ones, and telling which of the user's choice are taken."""

import socket
from collections.abc import Mapping

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1 now."""
    return _obstacle(port) is None


def _obstacle(port: int) -> OSError | None:
    with socket.socket() as probe:
        # As servers do, so that a port whose last connection has just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error
        return None


def choose(*wanted: int) -> list[int]:
    """Return the ports to use: the wanted ones, with a free one for each 0; all of them different.

    Another program may take one before it is used: whoever listens on it must be ready for that.
    """
    probes = []
    try:
        for port in wanted:
            if port == 0:
                probe = socket.socket()
                probes.append(probe)
                probe.bind((LOOPBACK, 0))
        free = iter([probe.getsockname()[1] for probe in probes])
    finally:
        for probe in probes:
            probe.close()
    return [port or int(next(free)) for port in wanted]


def problems(wanted: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the ports that the user chose, one sentence each.

    Args:
        wanted: Option by option (`--api-port`), the port; 0 means "any free one".
    """
    found = []
    given = {option: port for option, port in wanted.items() if port != 0}
    for position, (option, port) in enumerate(given.items()):
        twin = next((o for o in list(given)[:position] if given[o] == port), None)
        if not 1 <= port <= 65535:
            found.append(f"{option} must be 1 to 65535, or 0 for any free port, got: {port}")
        elif twin is not None:
            found.append(f"{option} and {twin} must be different ports, got: {port} for both")
        elif (obstacle := _obstacle(port)) is not None:
            found.append(_explained(option, port, obstacle))
    return found


def _explained(option: str, port: int, obstacle: OSError) -> str:
    if isinstance(obstacle, PermissionError):
        return f"{option}: this user may not listen on port {port}; choose one from 1024 on"
    return (
        f"{option}: port {port} is in use by another program; "
        f"stop that program, choose another port or leave {option} out for a free one"
    )
