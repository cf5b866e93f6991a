"""An AUTH token that is rotated during load: ``python -m benchmarks.caching.rotation``."""

import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rich.console import Console

from benchmarks.running import run_benchmark
from serverless_stack.runtime.caching import LazyLoading, RedisStore
from serverless_stack.runtime.caching.clients.credentials import AuthToken
from tests.runtime.servers import redis_server

THREADS, ROTATIONS = 8, 2
SECONDS = 4.0  # from one step to the next; AWS takes minutes


class Secret:
    """A double of boto3's Secrets Manager client."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, object]:
        """Return the current token."""
        self.reads += 1
        return {"SecretString": self.token}


def main() -> None:
    """Measure and print."""
    secret = Secret("token-number-00-of-rotations")
    with (
        tempfile.TemporaryDirectory() as folder,
        redis_server(Path(folder), token=secret.token) as server,
    ):
        token = AuthToken("arn:secret", secret)
        admin = redis.Redis(port=server.port, password=secret.token)

        def client() -> redis.Redis:
            return redis.Redis(
                port=server.port,
                credential_provider=token,  # type: ignore[arg-type] # by its methods
                socket_timeout=5,
                socket_connect_timeout=5,
                retry=Retry(NoBackoff(), 0),
            )

        store = RedisStore(client)
        values = LazyLoading(store, load=lambda key: key, ttl=60)
        failures: list[str] = []
        counts = {"requests": 0, "degraded": 0, "failed": 0}
        lock, stopped = threading.Lock(), threading.Event()

        def use() -> None:
            number = 0
            while not stopped.is_set():
                number += 1
                try:
                    degraded = values.lookup(f"key-{number % 50}").degraded
                except Exception as error:
                    failures.append(repr(error))
                    degraded = False
                with lock:
                    counts["requests"] += 1
                    counts["degraded"] += degraded

        threads = [threading.Thread(target=use) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            before = secret.token
            for number in range(1, ROTATIONS + 1):
                following = f"token-number-{number:02}-of-rotations"
                time.sleep(SECONDS)
                admin.execute_command("ACL", "SETUSER", "default", f">{following}")  # type: ignore[no-untyped-call]  # ROTATE
                time.sleep(SECONDS)
                secret.token = following
                time.sleep(SECONDS)
                admin.execute_command("ACL", "SETUSER", "default", f"<{before}")  # type: ignore[no-untyped-call]  # SET
                admin.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # type: ignore[no-untyped-call]
                before = following
            time.sleep(SECONDS)
        finally:
            stopped.set()
            for thread in threads:
                thread.join()
    Console().print(
        f"AUTH token rotated {ROTATIONS} times under load of {THREADS} threads, connections "
        f"closed each time: {counts['requests']:,} requests, {len(failures)} failed, "
        f"{counts['degraded']} degraded, {secret.reads} reads of the secret",
        *failures[:1],
    )


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
