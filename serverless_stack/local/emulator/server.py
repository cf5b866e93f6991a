"""The server: serve until SIGTERM or SIGINT, then stop everything that was started."""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import socket
import sys
import threading

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack.core import hypercorn_compat, lambda_runtime

from .adapters import apply_patches
from .console.access import Access
from .console.server import Console, listening_socket
from .engines.authority import write_trust_bundle
from .engines.manager import EngineManager
from .http.exchange import Receive, Scope, Send
from .http.gateway import Gateway
from .process_guard import ProcessGuard
from .settings import Settings, system_ca_file

logger = logging.getLogger("serverless_stack")

STOP_SECONDS = 4.0


def server_config(settings: Settings) -> Config:
    """Return the web server's configuration: three loopback ports, original header names."""
    config = Config()
    ports = (settings.gateway_port, settings.api_port, settings.cdn_port)
    config.bind = [f"127.0.0.1:{port}" for port in ports]
    config.h11_pass_raw_headers = True
    config.h11_max_incomplete_size = 64 * 1024
    config.include_date_header = False
    config.include_server_header = False
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1.0
    config.loglevel = "WARNING"
    return config


def taken_ports(settings: Settings) -> list[int]:
    """Return those of our ports that another process uses."""
    taken = []
    for port in (settings.gateway_port, settings.api_port, settings.cdn_port):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(port)
    return taken


def serve(settings: Settings) -> int:
    """Apply the patches, and serve until SIGTERM or SIGINT.

    A cloud always begins empty: MiniStack's persistence does not cover engines and workers.

    Returns:
        2 if a port or the folder is in use. After a clean stop, the process ends with status 0.
    """
    if taken := taken_ports(settings):
        print(f"already in use: {', '.join(map(str, taken))} on 127.0.0.1", file=sys.stderr)
        return 2
    lock = (settings.home / "emulator.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"another emulator is running in this folder: {settings.home}", file=sys.stderr)
        return 2
    for folder in (settings.tmp, settings.engines):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    guard = ProcessGuard()
    manager = EngineManager(settings, guard)
    try:
        write_trust_bundle(settings.trust_bundle, system_ca_file(os.environ))
        hypercorn_compat.install()
        apply_patches(settings, guard, manager)
        asyncio.run(_serve(settings, guard, manager))
    finally:
        guard.close()
        manager.close()
        lambda_runtime.reset()
        for folder in (settings.tmp, settings.engines):
            shutil.rmtree(folder, ignore_errors=True)
    logging.shutdown()
    sys.stderr.flush()
    # A normal exit would wait for MiniStack's threads, whose calls nobody needs any more.
    os._exit(0)


async def _serve(settings: Settings, guard: ProcessGuard, manager: EngineManager) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def stopped() -> None:
        await stop.wait()
        logger.info("stopping")
        # Kill at once: no process has anything to save, and a graceful stop would wait for
        # requests that wait for functions.
        guard.close()
        watchdog = threading.Timer(STOP_SECONDS, os._exit, [0])
        watchdog.daemon = True
        watchdog.start()

    listening = listening_socket()
    console_port = int(listening.getsockname()[1])
    access = Access(f"http://127.0.0.1:{console_port}")
    gateway = Gateway(settings, access.link)
    console = Console(settings, manager, access, gateway)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        is_console = (scope.get("server") or ("", 0))[1] == console_port
        await (console if is_console else gateway)(scope, receive, send)

    config = server_config(settings)
    config.bind = [*config.bind, f"fd://{listening.detach()}"]
    await hypercorn_serve(application, config, shutdown_trigger=stopped)
