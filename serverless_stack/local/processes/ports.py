"""Loopback ports: choosing free ones, remembering them, and checking those that the user chose."""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
_MAX_MEMORIES = 100


def is_free(port: int) -> bool:
    """Return whether a port of 127.0.0.1 is free now."""
    return _obstacle(port) is None


def _obstacle(port: int) -> OSError | None:
    with socket.socket() as probe:
        # As servers do, so that a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error
        return None


def choose(*requested: int) -> list[int]:
    """Return different ports: the requested ones, and a free one for each 0.

    Another program may take a free port before it is used.
    """
    probes = []
    try:
        for port in requested:
            if port == 0:
                probe = socket.socket()
                probes.append(probe)
                probe.bind((LOOPBACK, 0))
        free = iter([probe.getsockname()[1] for probe in probes])
    finally:
        for probe in probes:
            probe.close()
    return [port or int(next(free)) for port in requested]


def prefer(requested: Sequence[int], last: Sequence[int]) -> list[int]:
    """Return ports for `choose`: the requested ones, or else the last ones that are free, or 0.

    Args:
        requested: The ports that the user chose; 0 for any.
        last: The ports of the last time, as from `recall`.
    """
    return [
        port or (old if old not in requested and is_free(old) else 0)
        for port, old in zip(requested, last, strict=True)
    ]


def recall(memory: Path, count: int) -> list[int]:
    """Return the remembered ports; zeros if there are none.

    Args:
        memory: The file that remembers them.
        count: How many there are.
    """
    try:
        last = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return [0] * count
    valid = isinstance(last, list) and all(type(p) is int and 0 < p <= 65535 for p in last)
    return last if valid and len(set(last)) == count else [0] * count


def remember(memory: Path, chosen: Sequence[int]) -> None:
    """Remember ports for the next time, if it is possible. The oldest memories are forgotten."""
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f"{memory.name}.{os.getpid()}")
        temporary.write_text(json.dumps(list(chosen)), "utf-8")
        temporary.replace(memory)
        files = sorted(memory.parent.iterdir(), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MAX_MEMORIES]:
            file.unlink(missing_ok=True)


def problems(requested: Mapping[str, int]) -> list[str]:
    """Return a sentence for each problem with the ports that the user chose.

    Args:
        requested: The ports by option (`--api-port`); 0 for a free one.
    """
    sentences = []
    given = {option: port for option, port in requested.items() if port != 0}
    for position, (option, port) in enumerate(given.items()):
        same = next((o for o in list(given)[:position] if given[o] == port), None)
        if not 1 <= port <= 65535:
            sentences.append(
                f"{option} must be between 1 and 65535, or 0 for a free port, got: {port}"
            )
        elif same is not None:
            sentences.append(f"{option} and {same} must be different ports, got: {port} for both")
        elif (obstacle := _obstacle(port)) is not None:
            sentences.append(_explained(option, port, obstacle))
    return sentences


def _explained(option: str, port: int, obstacle: OSError) -> str:
    if isinstance(obstacle, PermissionError):
        return f"{option}: port {port} requires privileges; choose a port of 1024 or higher"
    return (
        f"{option}: port {port} is in use by another program; "
        f"stop that program, choose another port, or omit {option} for a free one"
    )
