"""A proxy for memcached that terminates TLS and answers auto discovery."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")

CHUNK = 65536
STORAGE_COMMANDS = frozenset({b"set", b"add", b"replace", b"append", b"prepend", b"cas", b"ms"})


class CommandScanner:
    """Finds the commands in the text protocol's stream from a client.

    A value may contain any bytes, even ``config get cluster``, which is for the proxy only where
    it is a command.
    """

    def __init__(self) -> None:
        self._line = b""
        self._value_left = 0
        self._binary = False

    def feed(self, data: bytes) -> list[tuple[bytes, bool]]:
        """Split bytes from the client.

        Returns:
            Pieces in order; True marks a complete ``config get cluster`` command.
        """
        pieces: list[tuple[bytes, bool]] = []
        while data:
            if self._binary:
                pieces.append((data, False))
                break
            if self._value_left:
                pieces.append((data[: self._value_left], False))
                taken = min(len(data), self._value_left)
                self._value_left -= taken
                data = data[taken:]
                continue
            if not self._line and data[:1] == b"\x80":
                self._binary = True
                continue
            end = data.find(b"\n")
            if end < 0:
                self._line += data
                break
            line, data = self._line + data[: end + 1], data[end + 1 :]
            self._line = b""
            words = line.split()
            pieces.append((line, words == [b"config", b"get", b"cluster"]))
            self._value_left = _value_length(words)
        return pieces


def _value_length(words: list[bytes]) -> int:
    """Return the size of the data block after a command line, with its line end."""
    if not words or words[0] not in STORAGE_COMMANDS:
        return 0
    position = 2 if words[0] == b"ms" else 4
    if len(words) > position and words[position].isdigit():
        return int(words[position]) + 2
    return 0


class ProxyThread:
    """The thread of all proxies."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="memcached-proxies", daemon=True
        )
        self._thread.start()

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        """Run a coroutine on the thread, and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def close(self) -> None:
        """Stop the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


class MemcachedProxy:
    """A listener on a free port of loopback that forwards connections to a memcached process.

    Args:
        proxies: The thread of the proxy.
        target: the port of the memcached process.
        tls: The TLS context of the listener; None for plain TCP.
        configuration: Returns the reply to ``config get cluster``.
    """

    def __init__(
        self,
        proxies: ProxyThread,
        target: int,
        tls: ssl.SSLContext | None,
        configuration: Callable[[], bytes],
    ) -> None:
        self._proxies = proxies
        self._target = target
        self._configuration = configuration
        self._open: set[asyncio.StreamWriter] = set()
        self._server = proxies.run(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls))
        self.port = int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop listening, and close every connection."""
        self._proxies.run(self._close())

    async def _close(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, upstream}
        answers = asyncio.create_task(_copy(upstream_reader, writer))
        try:
            await self._requests(reader, writer, upstream)
        except (ConnectionError, ssl.SSLError):
            # The client has disconnected; its connection to memcached is closed below.
            pass
        finally:
            answers.cancel()
            self._open -= {writer, upstream}
            writer.close()
            upstream.close()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        upstream: asyncio.StreamWriter,
    ) -> None:
        scanner = CommandScanner()
        while data := await reader.read(CHUNK):
            for piece, asks_configuration in scanner.feed(data):
                if asks_configuration:
                    writer.write(self._configuration())
                    await writer.drain()
                else:
                    upstream.write(piece)
            await upstream.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        # One side has disconnected, so close the other one.
        pass
    writer.close()
